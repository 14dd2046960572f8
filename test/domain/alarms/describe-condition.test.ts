import { expect, test } from "vitest";
import { describeCondition } from "../../../domain/alarms/describe-condition.ts";
import { parseRule, type RuleInput } from "../../../domain/alarms/rule.ts";
import { ruleFacts } from "../../../domain/alarms/rule-facts.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";

const words = { title: "t", cause: "c", consequence: "c", action: "a" };
const ruleOf = (condition: RuleInput["condition"]) =>
  parseRule({
    id: "a-rule",
    texts: { "zh-CN": words, en: words },
    respondWithinMin: 5,
    owner: "operations",
    priority: "high",
    source: "test",
    condition,
  });
const limit = (own: object = {}) => ({ kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, ...own });
const flag = { kind: "flag", point: "circulation_pump_running", is: true };

test.for([
  { condition: limit(), text: "supply_temp_c >= 40" },
  { condition: limit({ deadband: 2 }), text: "supply_temp_c >= 40 (deadband 2)" },
  { condition: limit({ clearAt: 38 }), text: "supply_temp_c >= 40 (ends at 38)" },
  { condition: limit({ limit: { relativeTo: "setpoint", offset: 2 } }), text: "supply_temp_c >= setpoint + 2" },
  {
    condition: limit({ limit: { relativeTo: "sisters", factor: 0.9, offset: -1 } }),
    text: "supply_temp_c >= sisters × 0.9 − 1",
  },
  { condition: flag, text: "circulation_pump_running = true" },
  { condition: { kind: "fault", fault: "spray_pump_fault" }, text: "spray_pump_fault" },
  { condition: { kind: "all", of: [limit(), flag] }, text: "supply_temp_c >= 40 and circulation_pump_running = true" },
  {
    condition: { kind: "all", of: [{ kind: "any", of: [limit(), flag] }, flag] },
    text: "(supply_temp_c >= 40 or circulation_pump_running = true) and circulation_pump_running = true",
  },
  { condition: { kind: "not", of: { kind: "any", of: [flag] } }, text: "not (circulation_pump_running = true)" },
  {
    condition: { kind: "n-of", n: 1, of: [limit(), flag] },
    text: "1 of (supply_temp_c >= 40; circulation_pump_running = true)",
  },
  { condition: { kind: "fitted", of: limit() }, text: "supply_temp_c >= 40" },
  { condition: { kind: "expression", text: "supply_temp_c > 40" }, text: "supply_temp_c > 40" },
  {
    condition: { kind: "deviation", point: "supply_temp_c", from: { relativeTo: "setpoint" }, by: 3 },
    text: "|supply_temp_c − setpoint| > 3",
  },
  {
    condition: { kind: "deviation", point: "supply_temp_c", from: 30, by: 3, side: "below", deadband: 1 },
    text: "supply_temp_c − 30 < −3 (deadband 1)",
  },
  {
    condition: { kind: "rate", point: "supply_temp_c", direction: "rising", perMinute: 1, windowS: 120 },
    text: "rate(supply_temp_c, rising, perMinute 1, windowS 120)",
  },
  { condition: { kind: "held", of: limit(), forS: 60 }, text: "held(supply_temp_c >= 40, forS 60)" },
  {
    condition: { kind: "no-reading", points: ["supply_temp_c", "return_temp_c"] },
    text: "no-reading(supply_temp_c + return_temp_c)",
  },
])("$text", ({ condition, text }) => {
  expect(describeCondition(ruleOf(condition).condition)).toBe(text);
});

test("a limit relative to a baseline names it, and what stands in its place", () => {
  const relative = { relativeTo: "baseline", baseline: "flow", fallback: "sisters", factor: 0.5, offset: 0 };
  expect(describeCondition({ kind: "limit", point: "supply_flow_m3h", op: "<", limit: relative })).toBe(
    "supply_flow_m3h < baseline flow (else sisters) × 0.5",
  );
});

test("every rule that comes with the platform reads as text", () => {
  for (const rule of DEFAULT_RULES) {
    const { condition, clear } = ruleFacts(rule);
    for (const text of [condition, clear ?? ""]) expect(text, rule.id).not.toMatch(/undefined|\[object|NaN|null/);
    expect(condition.length, rule.id).toBeGreaterThan(3);
  }
});
