const ANYWHERE = "https://antbox.invalid";
/** A page that signs in again, or no page at all, is no place to come back to. */
const NO_PLACE = /^\/(login|api)(\/|$)/;

/**
 * Where to go after a sign-in: a path of this platform, and never an address that leads elsewhere, however it is written.
 *
 * @param given what a query said
 * @returns `/` for everything that is not a path of ours
 */
export function ownPath(given: string | undefined): string {
  if (given === undefined || given.length > 2048 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(given)) return "/";
  try {
    const { origin, pathname, search, hash } = new URL(given, ANYWHERE);
    const path = pathname + search + hash;
    return origin !== ANYWHERE || NO_PLACE.test(pathname) || path.startsWith("//") ? "/" : path;
  } catch {
    return "/";
  }
}
