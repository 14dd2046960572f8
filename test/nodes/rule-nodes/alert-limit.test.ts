import { expect, test } from "vitest";
import { Signal } from "../../../domain/alarms/read-signal.ts";
import { alertLimit } from "../../../nodes/rule-nodes/alert-limit.ts";
import { makeRules, playRuleNode } from "./rule-node-under-test.ts";

const HIGH = { point: "supply_temp_c", side: "above", limit: "40", deadband: "2", delayS: "60", priority: "high" };
const temps = (...values: (number | null)[]) =>
  values.map((value) => (value === null ? null : { supply_temp_c: value }));

test("above: at the limit for a time; it ends past the deadband, and a missing reading changes nothing", async () => {
  const { active, fleet } = await playRuleNode(alertLimit, HIGH, temps(39.9, 40, 40, null, 39, 37, 37, 37));
  expect(active).toBe("00111100");
  expect(fleet.transitions[0]).toMatchObject({
    alarmId: "site-1.own-supply-temp-c-above-high",
    priority: "high",
    value: 40,
    limit: 40,
    unit: "°C",
  });
});

test("below, without a delay", async () => {
  const settings = { ...HIGH, side: "below", limit: "10", deadband: "0", delayS: "0" };
  expect((await playRuleNode(alertLimit, settings, temps(11, 10, 9, 11, 11, 11))).active).toBe("011100");
});

test("every reading that has a number gives a rule, whose title names it and the limit", async () => {
  for (const point of Signal.options) {
    const [rule] = alertLimit.rules({ ...HIGH, point, limit: -12.5, priority: "critical" });
    expect(rule?.texts.en.title).toMatch(/^.+ ≥ -12\.5/);
    expect(rule?.id.length).toBeLessThanOrEqual(64);
  }
});

test("another limit is the same alarm, another side or priority another one", () => {
  const idOf = (change: object) => alertLimit.rules({ ...HIGH, ...change })[0]?.id;
  expect(idOf({ limit: "41" })).toBe(idOf({}));
  expect(new Set([idOf({}), idOf({ side: "below" }), idOf({ priority: "low" })]).size).toBe(3);
});

test("what to do is what a person wrote, in both languages", () => {
  const [rule] = alertLimit.rules({ ...HIGH, action: "  打电话 4711 " });
  expect([rule?.texts["zh-CN"].action, rule?.texts.en.action]).toEqual(["打电话 4711", "打电话 4711"]);
});

test.for([
  { change: { limit: "" }, says: 'limit: must be a number from -1000000000 to 1000000000, is ""' },
  {
    change: { point: "supply_temp" },
    says: 'point: must be a point or computed quantity with a number, is "supply_temp"',
  },
  { change: { side: "beside" }, says: 'side: must be one of above, below, is "beside"' },
  { change: { delayS: "-1" }, says: 'delayS: must be a number from 0 to 86400, is "-1"' },
  { change: { priority: "urgent" }, says: 'priority: must be one of critical, high, medium, low, is "urgent"' },
  { change: { action: 5 }, says: "action: must be a text of at most 500 characters, is 5" },
])("refuses $change", async ({ change, says }) => {
  const { logged, rules } = await makeRules(alertLimit, { ...HIGH, ...change });
  expect(logged).toEqual([`alert-limit settings: ${says}`]);
  expect(rules).toEqual([]);
});
