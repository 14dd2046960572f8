import { expect, test } from "vitest";
import { RuleFacts } from "../../../domain/alarms/rule-facts.ts";
import { COMMAND_RULE_FACTS, effectEvents } from "../../../domain/commands/effect-alarm.ts";

const NOW = Date.parse("2026-01-01T00:00:00.000Z");
const effect = (siteId: string, hasNoEffect: boolean) => ({ siteId, segmentId: null, hasNoEffect });
const short = (told: readonly string[] | null, effects: ReturnType<typeof effect>[]) =>
  effectEvents(told === null ? null : new Set(told), effects, NOW).map(({ siteId, type }) => `${siteId} ${type}`);

test("who knows nothing tells everything, also what is over", () => {
  expect(short(null, [effect("a", true), effect("b", false)])).toEqual(["a raised", "b cleared"]);
});

test("afterwards only changes are told, also of a site that is no longer among them", () => {
  expect(short(["a"], [effect("a", true), effect("b", false)])).toEqual([]);
  expect(short(["a", "c"], [effect("a", false), effect("b", true)])).toEqual(["a cleared", "b raised", "c cleared"]);
});

test("the rule can be read like any other", () => {
  expect(RuleFacts.safeParse(COMMAND_RULE_FACTS).error).toBeUndefined();
  const [raised] = effectEvents(null, [effect("a", true)], NOW);
  expect(raised).toMatchObject({ ruleId: COMMAND_RULE_FACTS.id, priority: COMMAND_RULE_FACTS.priority });
});
