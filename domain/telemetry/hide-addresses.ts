const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g;
const URL_HOST = /\b(https?:\/\/)[^\s/"']+/gi;

/**
 * The same value without network addresses, for what leaves the platform: controllers list their miners by IP address,
 * as keys and as text. Each address becomes `address-1`, `address-2`, … in order of appearance, the same one the same
 * name, so that a raw reply stays readable. Hosts of URLs go as well.
 */
export function hideAddresses(value: unknown): unknown {
  const names = new Map<string, string>();
  const nameOf = (address: string): string => {
    const name = names.get(address) ?? `address-${names.size + 1}`;
    names.set(address, name);
    return name;
  };
  const hideText = (text: string): string =>
    text.replace(URL_HOST, (url, scheme: string) => scheme + nameOf(url)).replace(IPV4, nameOf);
  const hide = (part: unknown): unknown => {
    if (typeof part === "string") return hideText(part);
    if (Array.isArray(part)) return part.map(hide);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [hideText(key), hide(inner)]));
  };
  return hide(value);
}
