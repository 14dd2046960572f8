const HOME = "/dashboard/overview";

/**
 * Where to go after the login. Only a path of this very site is taken from the address: anything else, such as
 * `//evil.example` or `/\evil.example`, would let a link send people elsewhere.
 *
 * @param wanted the `next` parameter
 * @param origin of this page
 */
export function nextPage(wanted: string | null, origin: string): string {
  if (wanted === null || !/^\/(?![/\\])/.test(wanted) || hasControlCharacter(wanted)) return HOME;
  const url = new URL(wanted, origin);
  const isHere = url.origin === origin && !url.pathname.startsWith("/login");
  return isHere ? url.pathname + url.search + url.hash : HOME;
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\x7f");
}
