import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createConfirmations } from "../../../adapters/commands/confirmations.ts";

const KEY = randomBytes(32);
let nowMs = 1_800_000_000_000;
const confirmations = createConfirmations(KEY, () => nowMs);
const ORDER = {
  siteId: "site-001",
  kind: "set_supply_temp",
  args: { temp_c: 34 },
  overrides: [],
  seen: { setpointC: 35, isPumpRunning: true, isPidMode: false, isLeaking: false },
  requestedBy: "li",
};

test("is good for what was selected, for a minute", () => {
  const { token, expiresAtMs } = confirmations.give([ORDER]);
  expect(confirmations.judge(token, [ORDER])).toBe("good");
  nowMs = expiresAtMs;
  expect(confirmations.judge(token, [ORDER])).toBe("good");
  nowMs += 1;
  expect(confirmations.judge(token, [ORDER])).toBe("over");
});

test.for([
  { siteId: "site-002" },
  { kind: "start_cooling" },
  { args: { temp_c: 34.5 } },
  { overrides: ["leak"] },
  { requestedBy: "chen" },
  { seen: { ...ORDER.seen, setpointC: 36 } },
  { seen: { ...ORDER.seen, isPumpRunning: false } },
  { seen: { ...ORDER.seen, isLeaking: null } },
])("is not good for anything else: %j", (other) => {
  const { token } = confirmations.give([ORDER]);
  expect(confirmations.judge(token, [{ ...ORDER, ...other }])).toBe("changed");
});

test("of several orders is about all of them, in their order", () => {
  const other = { ...ORDER, siteId: "site-002" };
  const { token } = confirmations.give([ORDER, other]);
  expect(confirmations.judge(token, [ORDER, other])).toBe("good");
  for (const orders of [[ORDER], [other, ORDER], [ORDER, other, other], []]) {
    expect(confirmations.judge(token, orders)).toBe("changed");
  }
});

test("each has a name of its own, and no other name, end or key makes it good", () => {
  const [one, other] = [confirmations.give([ORDER]).token, confirmations.give([ORDER]).token];
  expect(confirmations.nameOf(one)).not.toBe(confirmations.nameOf(other));
  const [name, end, signature] = one.split(".");
  for (const forged of [
    `${confirmations.nameOf(other)}.${end}.${signature}`,
    `${name}.${(Number.parseInt(end ?? "", 36) + 1).toString(36)}.${signature}`,
    `${name}.${end}.${other.split(".")[2]}`,
    createConfirmations(randomBytes(32), () => nowMs).give([ORDER]).token,
  ]) {
    expect(confirmations.judge(forged, [ORDER])).toBe("changed");
  }
});

test.for(["", "x", "..", `${"a".repeat(16)}.zz.${"b".repeat(42)}`, `${"a".repeat(16)}.zz.${"b".repeat(44)}`])(
  "has a form: %s has none",
  (token) => {
    expect(confirmations.nameOf(token)).toBeNull();
    expect(confirmations.judge(token, [ORDER])).not.toBe("good");
  },
);
