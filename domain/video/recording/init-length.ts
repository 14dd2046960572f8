/**
 * Where the initialisation section of a file ends that begins with one: before the first box of a fragment (ISO/IEC
 * 14496-12).
 *
 * @param head the first bytes of the file
 * @returns null when no fragment begins within them
 */
export function initLengthOf(head: Uint8Array): number | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let hasMovie = false;
  for (let at = 0; at + 8 <= head.length; ) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...head.subarray(at + 4, at + 8));
    if (hasMovie && FRAGMENT.has(type)) return at;
    hasMovie ||= type === "moov";
    if (size < 8) return null;
    at += size;
  }
  return null;
}

/** What a fragment may begin with. */
const FRAGMENT: ReadonlySet<string> = new Set(["styp", "moof", "sidx", "emsg", "prft"]);
