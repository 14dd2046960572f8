import { BlockList } from "node:net";
import { expect, test } from "vitest";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { createAddressGuard, hostsOf } from "../../../adapters/webhooks/address-guard.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "hooks.example.com": ["93.184.215.14"],
  "six.example.com": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
  "rebound.example.com": ["93.184.215.14", "127.0.0.1"],
  "inside.example.com": ["10.1.2.3"],
  "plant.example.com": ["10.20.0.5"],
};
const resolve = async (name: string) => NAMES[name] ?? Promise.reject(new Error("ENOTFOUND"));
const forbidden = () => hostsOf(["http://10.20.0.5:80/cgi", "http://ctl-7.plant.lan/", "http://[fd00::7]:8080", null]);
const strict = createAddressGuard({ allow: new BlockList(), forbidden, resolve });
const lenient = createAddressGuard({ allow: blockListOf(["10.0.0.0/8", "fd00::/8", "127.0.0.2"]), forbidden, resolve });
const judge = (guard: typeof strict, url: string) => guard.check(new URL(url));

test.for([
  "https://hooks.example.com/x",
  "https://93.184.215.14",
  "https://six.example.com",
  "https://[2606:2800:21f::1]:8443/",
])("a public address by https: %s", async (url) => {
  expect(await judge(strict, url)).toHaveProperty("address");
});

test.for([
  "http://hooks.example.com/x",
  "https://127.0.0.1",
  "https://localhost.",
  "https://2130706433",
  "https://0x7f.1",
  "https://0177.0.0.1",
  "https://0.0.0.0",
  "https://10.1.2.3",
  "https://172.31.255.255",
  "https://192.168.1.1",
  "https://169.254.169.254/latest/meta-data",
  "https://100.64.0.1",
  "https://198.18.0.1",
  "https://224.0.0.1",
  "https://255.255.255.255",
  "https://[::1]",
  "https://[::]",
  "https://[::ffff:127.0.0.1]",
  "https://[::ffff:a9fe:a9fe]",
  "https://[::127.0.0.1]",
  "https://[64:ff9b::7f00:1]",
  "https://[2002:7f00:1::]",
  "https://[2001:db8::1]",
  "https://[fe80::1]",
  "https://[fc00::1]",
  "https://[ff02::1]",
  "https://inside.example.com",
  "https://rebound.example.com",
])("nothing goes into the own network, nor over plain http: %s", async (url) => {
  const verdict = await judge(
    createAddressGuard({
      allow: new BlockList(),
      forbidden,
      resolve: async (name) => (name === "localhost" ? ["127.0.0.1"] : resolve(name)),
    }),
    url,
  );
  expect(verdict).toBe("forbidden-address");
});

test("networks that are allowed may be sent to, plain http too", async () => {
  for (const url of ["http://10.1.2.3:8080/x", "https://inside.example.com", "http://[fd00::8]/", "http://127.0.0.2"]) {
    expect(await judge(lenient, url), url).toHaveProperty("address");
  }
  expect(await judge(lenient, "http://127.0.0.1")).toBe("forbidden-address");
});

test.for([
  "http://10.20.0.5/",
  "http://10.20.0.5:9999/hook",
  "https://plant.example.com/",
  "https://ctl-7.plant.lan/",
  "https://CTL-7.plant.lan./",
  "http://[fd00::7]/",
  "http://[::ffff:10.20.0.5]/",
])("a controller is never sent to, though its network is allowed: %s", async (url) => {
  expect(await judge(lenient, url)).toBe("forbidden-address");
});

test("the address that was judged is the one that is given back", async () => {
  expect(await judge(strict, "https://hooks.example.com")).toEqual({ address: "93.184.215.14", family: 4 });
  expect(await judge(strict, "https://six.example.com")).toMatchObject({ family: 6 });
});

test("a name that does not resolve is told apart", async () => {
  expect(await judge(strict, "https://nowhere.example.com")).toBe("dns");
});
