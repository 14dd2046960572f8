import { expect, test } from "vitest";
import { hideAddresses } from "../../../domain/telemetry/hide-addresses.ts";

test("addresses go from keys, texts and URLs; the same one keeps its name; all else stays", () => {
  const reply = {
    deviceId: "10.1.101.1",
    miner_info: { "10.1.101.11": { ghs: 252.9, up: true }, "10.1.101.12": null },
    log: ["from 10.1.101.11 by http://cooler.local:8080/x", "version 5.2.1"],
  };
  expect(hideAddresses(reply)).toEqual({
    deviceId: "address-1",
    miner_info: { "address-2": { ghs: 252.9, up: true }, "address-3": null },
    log: ["from address-2 by http://address-4/x", "version 5.2.1"],
  });
  expect([hideAddresses(null), hideAddresses(35.1)]).toEqual([null, 35.1]);
});

test("no key of a reply can reach a prototype", () => {
  const hidden = hideAddresses(JSON.parse('{"__proto__":{"polluted":1}}')) as Record<string, unknown>;
  expect(Object.hasOwn(hidden, "__proto__")).toBe(true);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
