import { expect, test } from "vitest";
import { joinRules } from "../../../domain/alarms/join-rules.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { aRule } from "./fleet-under-test.ts";

const LEAK = { kind: "flag", point: "leak_detected" };

test("of rules with one id the first counts, and it is said which came twice", () => {
  const own = aRule(LEAK, { id: "leak", priority: "critical" });
  const shipped = aRule(LEAK, { id: "leak", priority: "low" });
  const { rules, twice } = joinRules([[own], [shipped, aRule(LEAK, { id: "other" })]]);
  expect(rules.map(({ id, priority }) => `${id} ${priority}`)).toEqual(["leak critical", "other high"]);
  expect(twice).toEqual(["leak"]);
});

test("a parent that no part has hides nothing; states, flags and sensors are no rules", () => {
  const suppressedBy = ["gone", "other", "maintenance", "sensor-fault"];
  const { rules } = joinRules([[aRule(LEAK, { id: "child", suppressedBy })], [aRule(LEAK, { id: "other" })]]);
  expect(rules[0]?.suppressedBy).toEqual(["other", "maintenance", "sensor-fault"]);
  expect(compileRuleSet(rules).rules).toHaveLength(2);
});
