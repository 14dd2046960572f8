import { expect, test } from "vitest";
import { RuleFacts } from "../../../domain/alarms/rule-facts.ts";
import {
  COMMAND_RULES,
  commandAlarmEvents,
  conditionKey,
  type SiteCondition,
} from "../../../domain/commands/command-alarms.ts";

const NOW = Date.parse("2026-01-01T00:00:00.000Z");
const at = (siteId: string, isActive: boolean, rule: SiteCondition["rule"] = "noEffect"): SiteCondition => {
  return { siteId, segmentId: null, rule, isActive };
};
const short = (told: readonly SiteCondition[] | null, found: readonly SiteCondition[]) => {
  const known = told === null ? null : new Map(told.map((one) => [conditionKey(one), one]));
  return commandAlarmEvents(known, found, NOW).map(({ siteId, ruleId, type }) => `${siteId} ${ruleId} ${type}`);
};

test("who knows nothing tells everything, also what is over", () => {
  expect(short(null, [at("a", true), at("b", false)])).toEqual([
    "a command-no-effect raised",
    "b command-no-effect cleared",
  ]);
});

test("afterwards only changes are told, also of a site that is no longer among them", () => {
  expect(short([at("a", true)], [at("a", true), at("b", false)])).toEqual([]);
  expect(short([at("a", true), at("c", true)], [at("a", false), at("b", true)])).toEqual([
    "a command-no-effect cleared",
    "b command-no-effect raised",
    "c command-no-effect cleared",
  ]);
});

test("a site has an alarm of each rule by itself", () => {
  expect(short([at("a", true)], [at("a", true), at("a", true, "emergency")])).toEqual(["a emergency-stop raised"]);
  expect(short([at("a", true), at("a", true, "emergency")], [at("a", true), at("a", false, "emergency")])).toEqual([
    "a emergency-stop cleared",
  ]);
});

test.each(Object.entries(COMMAND_RULES))("the rule can be read like any other: %s", (rule, facts) => {
  expect(RuleFacts.safeParse(facts).error).toBeUndefined();
  const [raised] = commandAlarmEvents(null, [at("a", true, rule as SiteCondition["rule"])], NOW);
  expect(raised).toMatchObject({ ruleId: facts.id, priority: facts.priority });
});
