/**
 * Whether a site may have an address of that host. The platform sends requests there by itself, so what is no place for a
 * controller is refused: link-local addresses (also where clouds keep the credentials of a machine), multicast, and what
 * names no host at all. Private and loopback addresses are where controllers live.
 *
 * @param hostname as `URL` writes it: numbers of every spelling are dotted already, IPv6 stands in brackets
 */
export function isSiteHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host.includes(":")) return isSiteIpv6(host);
  const octets = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)?.slice(1).map(Number);
  return octets === undefined || isSiteIpv4(octets[0] ?? 0, octets[1] ?? 0);
}

function isSiteIpv4(first: number, second: number): boolean {
  const isNowhere = first === 0 || first >= 224;
  return !isNowhere && !(first === 169 && second === 254);
}

function isSiteIpv6(host: string): boolean {
  const mapped = /^::ffff:(?:([0-9a-f]{1,4}):([0-9a-f]{1,4})|(\d+)\.(\d+)\.\d+\.\d+)$/.exec(host);
  if (mapped?.[1] !== undefined) {
    const high = Number.parseInt(mapped[1], 16);
    return isSiteIpv4(high >> 8, high & 0xff);
  }
  if (mapped) return isSiteIpv4(Number(mapped[3]), Number(mapped[4]));
  // `::/96` but for loopback: nowhere, and old spellings of IPv4.
  if (host.startsWith("::")) return host === "::1";
  return !/^(fe[89ab]|ff)/.test(host);
}
