import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isForbiddenAddress } from "../../../../domain/video/target/forbidden-address.ts";
import { isInBlock, parseAddress, parseBlock } from "../../../../domain/video/target/ip-address.ts";

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((ipv4) => `::ffff:${ipv4}`),
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef:.:."), maxLength: 24 }),
);

test("what is an address is the same to Node", () => {
  fc.assert(
    fc.property(address, (text) => {
      expect(parseAddress(text) !== null).toBe(isIP(text) !== 0);
    }),
    { numRuns: 2000 },
  );
});

test("what lies in a block is the same to Node", () => {
  const block = fc.oneof(
    fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(32)),
    fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat(128)),
    // Close by: else nothing would ever lie in a small block.
    fc
      .tuple(fc.ipV4(), fc.nat(255), fc.nat(32))
      .map(([ip, last, bits]) => [ip, ip.replace(/\d+$/, String(last)), bits] as const),
  );
  fc.assert(
    fc.property(block, ([base, one, prefix]) => {
      const family = base.includes(":") ? "ipv6" : "ipv4";
      const list = new BlockList();
      list.addSubnet(base, prefix, family);
      const parsed = parseAddress(one);
      const own = parseBlock(`${base}/${prefix}`);
      expect(parsed !== null && own !== null && isInBlock(parsed, own)).toBe(list.check(one, family));
    }),
    { numRuns: 2000 },
  );
});

test("a block of one family holds nothing of the other", () => {
  const all = parseBlock("::/0");
  const ipv4 = parseAddress("10.0.0.1");
  expect(all && ipv4 && isInBlock(ipv4, all)).toBe(false);
});

test.for([
  ["10.1.101.7", false],
  ["192.168.0.1", false],
  ["223.255.255.255", false],
  ["fd00::1", false],
  ["2400:3200::1", false],
  ["126.255.255.255", false],
  ["128.0.0.0", false],
  ["169.253.255.255", false],
  ["127.0.0.0", true],
  ["127.255.255.255", true],
  ["0.255.255.255", true],
  ["169.254.0.0", true],
  ["169.254.255.255", true],
  ["224.0.0.0", true],
  ["255.255.255.255", true],
  ["::", true],
  ["::1", true],
  ["::ffff:10.1.101.7", true],
  ["::ffff:a01:6507", true],
  ["[::1]", true],
  ["fe80::1", true],
  ["febf::1", true],
  ["ff05::2", true],
  ["localhost", true],
  ["", true],
] as const)("%s is forbidden to blocks: %s", ([text, isForbidden]) => {
  expect(isForbiddenAddress(text)).toBe(isForbidden);
});
