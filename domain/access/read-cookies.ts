const MAX_HEADER_LENGTH = 16_384;

/** The value of one cookie of a `Cookie` header. */
export function cookieOf(header: string | undefined, name: string): string | null {
  return parseCookies(header).get(name) ?? null;
}

/** The first of two cookies of one name counts: it has the longer path, and is the one that browsers send first. */
export function parseCookies(header: string | undefined): Map<string, string> {
  const pairs = new Map<string, string>();
  if (!header || header.length > MAX_HEADER_LENGTH) return pairs;
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at > 0 && !pairs.has(name)) pairs.set(name, pair.slice(at + 1).trim());
  }
  return pairs;
}
