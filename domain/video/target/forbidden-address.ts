import { type AddressBlock, isInBlock, parseAddress, parseBlock } from "./ip-address.ts";

/**
 * Where no camera is looked for, unless the inventory names that very address: this machine, link-local (clouds keep a
 * machine's credentials there), multicast, nowhere; and IPv6 that carries an IPv4 address inside (mapped, translated,
 * tunnelled), which would lead around rules about the latter. From IANA's registries of special-purpose addresses.
 */
const FORBIDDEN = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/3",
  "::/96",
  "::ffff:0:0/96",
  "::ffff:0:0:0/96",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "2001::/32",
  "2002::/16",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
].map(blockOf);

/** @param text an address; what is none is forbidden, too */
export function isForbiddenAddress(text: string): boolean {
  const address = parseAddress(text);
  return address === null || FORBIDDEN.some((block) => isInBlock(address, block));
}

/** @throws {RangeError} for what is no block; the message does not repeat it */
export function blockOf(text: string): AddressBlock {
  const block = parseBlock(text);
  if (block === null) throw new RangeError("not an address, nor a block of addresses such as 10.1.0.0/16");
  return block;
}
