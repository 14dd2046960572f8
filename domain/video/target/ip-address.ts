/** An address as a number, and how many bits it has. */
type Address = { readonly bits: 32 | 128; readonly value: bigint };
/** All addresses with the same first `prefix` bits. */
export type AddressBlock = Address & { readonly prefix: number };

/** @param text as a socket or a URL names it: IPv4 with dots, IPv6 with or without brackets. Null for anything else */
export function parseAddress(text: string): Address | null {
  const value = text.includes(":") ? parseIpv6(text.replace(/^\[|\]$/g, "")) : parseIpv4(text);
  return value === null ? null : { bits: text.includes(":") ? 128 : 32, value };
}

/** @param text `10.1.0.0/16`, `fd00::/8`, or one address. Null for anything else */
export function parseBlock(text: string): AddressBlock | null {
  const [written = "", prefix, ...others] = text.split("/");
  const address = parseAddress(written);
  if (address === null || others.length > 0) return null;
  if (prefix === undefined) return { ...address, prefix: address.bits };
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > address.bits) return null;
  return { ...address, prefix: Number(prefix) };
}

export function isInBlock({ bits, value }: Address, block: AddressBlock): boolean {
  const rest = BigInt(block.bits - block.prefix);
  return bits === block.bits && value >> rest === block.value >> rest;
}

function parseIpv4(text: string): bigint | null {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!octets || octets.some((octet) => octet > 255)) return null;
  return octets.reduce((value, octet) => value * 256n + BigInt(octet), 0n);
}

function parseIpv6(text: string): bigint | null {
  const [head = "", tail, ...others] = text.split("::");
  const front = groupsOf(head);
  const back = groupsOf(tail ?? "");
  if (front === null || back === null || others.length > 0) return null;
  const zeros = 8 - front.length - back.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null;
  return [...front, ...new Array<bigint>(zeros).fill(0n), ...back].reduce(
    (value, group) => value * 65_536n + group,
    0n,
  );
}

/** The last may be an IPv4 address, which makes two. */
function groupsOf(text: string): bigint[] | null {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const ipv4 = i === parts.length - 1 ? parseIpv4(part) : null;
    if (ipv4 !== null) groups.push(ipv4 >> 16n, ipv4 & 0xffffn);
    else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}
