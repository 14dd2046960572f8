/** [J] Signed URLs of object stores have some hundred characters. */
export const MAX_URI_LENGTH = 2048;

/**
 * Reads a URI that a camera wrote, once, with the parser that also connects. What readers understand differently is no URI
 * here: control characters (`URL` leaves them out) and backslashes (`URL` takes them for slashes).
 *
 * @param base absolute; undefined where the text is
 * @returns null where it is none, or too long
 */
export function readUri(text: string, base: string | undefined): URL | null {
  if (text.length > MAX_URI_LENGTH || /[\p{Cc}\\]/u.test(text)) return null;
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
