import { expect, test } from "vitest";
import { createClientAddress, isAddressOrBlock } from "../../../adapters/security/client-address.ts";

const behind = createClientAddress(["192.0.2.1", "198.51.100.0/24", "2001:db8:1::/48"]);

test.for([
  { name: "no header", socket: "203.0.113.9", header: undefined, client: "203.0.113.9" },
  { name: "a header from a peer that is no proxy", socket: "203.0.113.9", header: "192.0.2.77", client: "203.0.113.9" },
  { name: "one proxy", socket: "192.0.2.1", header: "203.0.113.9", client: "203.0.113.9" },
  { name: "two proxies", socket: "192.0.2.1", header: "203.0.113.9, 198.51.100.7", client: "203.0.113.9" },
  {
    name: "what the client wrote itself, left of its address",
    socket: "192.0.2.1",
    header: "127.0.0.1, 198.51.100.9, 203.0.113.9, 198.51.100.7",
    client: "203.0.113.9",
  },
  { name: "nothing but proxies", socket: "192.0.2.1", header: "198.51.100.8, 198.51.100.7", client: "198.51.100.8" },
  { name: "a proxy without a header", socket: "192.0.2.1", header: undefined, client: "192.0.2.1" },
  { name: "an empty header", socket: "192.0.2.1", header: "", client: "192.0.2.1" },
  { name: "a word instead of an address", socket: "192.0.2.1", header: "203.0.113.9, unknown", client: "192.0.2.1" },
  { name: "a dual-stack socket", socket: "::ffff:192.0.2.1", header: "203.0.113.9", client: "203.0.113.9" },
  { name: "a stranger on a dual-stack socket", socket: "::ffff:203.0.113.9", header: "1.2.3.4", client: "203.0.113.9" },
  { name: "an IPv6 proxy", socket: "2001:db8:1::5", header: "2001:DB8:2::9", client: "2001:db8:2::9" },
  { name: "a stranger's IPv6", socket: "2001:db8:2::5", header: "1.2.3.4", client: "2001:db8:2::5" },
  { name: "ports", socket: "192.0.2.1", header: "203.0.113.9:4711, [2001:db8:1::7]:443", client: "203.0.113.9" },
  { name: "no socket any more", socket: undefined, header: "203.0.113.9", client: "unknown" },
])("$name: the client is $client", ({ socket, header, client }) => {
  expect(behind(socket, header)).toBe(client);
});

test("without a trusted proxy nobody's header counts, not even that of this machine", () => {
  const alone = createClientAddress([]);
  expect(alone("127.0.0.1", "203.0.113.9")).toBe("127.0.0.1");
});

test("a long header takes no time", () => {
  const header = `${"1.2.3.4,".repeat(2000)}${"198.51.100.7,".repeat(2000)}192.0.2.1`;
  expect(behind("192.0.2.1", header)).toBe("1.2.3.4");
});

test.for([
  ["192.0.2.1", true],
  ["192.0.2.0/24", true],
  ["0.0.0.0/0", true],
  ["::1", true],
  ["2001:db8::/32", true],
  ["192.0.2.0/33", false],
  ["2001:db8::/129", false],
  ["192.0.2", false],
  ["192.0.2.0/", false],
  ["192.0.2.0/24/8", false],
  ["192.0.2.0/-1", false],
  ["proxy.example", false],
  ["fe80::1%eth0", false],
  ["", false],
] as const)("%s as an address or a block: %s", ([text, isGood]) => {
  expect(isAddressOrBlock(text)).toBe(isGood);
});
