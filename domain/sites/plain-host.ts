/**
 * A host as one text, however it was spelled: small letters, no brackets, no final dot, no zone, and an IPv4 address that is
 * wrapped in an IPv6 one as what it is.
 */
export function plainHost(host: string): string {
  const bare = host
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .replace(/\.$/, "")
    .toLowerCase();
  const hex = /^::ffff:(?:0:)?([\da-f]{1,4}):([\da-f]{1,4})$/.exec(bare);
  if (!hex) return /^::ffff:(?:0:)?([\d.]+)$/.exec(bare)?.[1] ?? bare;
  const bits = Number.parseInt(hex[1] ?? "", 16) * 65_536 + Number.parseInt(hex[2] ?? "", 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join(".");
}

/** They lead to this machine, those that name no address too. */
const THIS_MACHINE = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0|::|)$/;

/** @param host in any spelling */
export function isThisMachine(host: string): boolean {
  return THIS_MACHINE.test(plainHost(host));
}
