import { BlockList, isIP } from "node:net";

/** Whose `X-Forwarded-For` counts: single addresses and CIDR blocks, IPv4 and IPv6. */
export type ClientAddress = (socketAddress: string | undefined, forwardedFor: string | undefined) => string;

const UNKNOWN = "unknown";

/**
 * Makes the function that tells who a request comes from, for the throttle of sign-ins and the log.
 *
 * A header is what its writer says: it counts only when the socket's peer is a trusted proxy. Each proxy appends the
 * address that it saw, so the list is read from the right, past the trusted ones; the first other address is the client.
 * What stands left of it the client wrote itself.
 *
 * @param trusted addresses and CIDR blocks, as `isAddressOrBlock` allows them; with none the header is ignored
 */
export function createClientAddress(trusted: readonly string[]): ClientAddress {
  const proxies = blockListOf(trusted);
  const isTrusted = (address: string): boolean => proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return (socketAddress, forwardedFor) => {
    const peer = plainAddress(socketAddress ?? "");
    if (peer === null) return UNKNOWN;
    let nearest = peer;
    const hops = trusted.length > 0 ? (forwardedFor ?? "").split(",").toReversed() : [];
    for (const hop of hops) {
      const address: string | null = isTrusted(nearest) ? plainAddress(hop) : null;
      // An entry that is no address is nobody's word: the hop that was seen last stands for it.
      if (address === null) break;
      nearest = address;
    }
    return nearest;
  };
}

/** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1`, `2001:db8::/32`. */
export function isAddressOrBlock(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32));
}

/** @param entries as `isAddressOrBlock` allows them */
export function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** Without what some proxies add: `[…]:port`, `…:port`, and the IPv6 form that a dual-stack socket gives an IPv4 peer. */
function plainAddress(text: string): string | null {
  const written = text.trim();
  const bare =
    /^\[([\da-f:.]+)\](?::\d{1,5})?$/i.exec(written)?.[1] ??
    /^([\d.]+):\d{1,5}$/.exec(written)?.[1] ??
    written.replace(/%.*$/, "");
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(address) === 0 ? null : address.toLowerCase();
}
