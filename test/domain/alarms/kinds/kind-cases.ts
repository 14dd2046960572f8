import { describe, expect, test } from "vitest";
import type { Condition } from "../../../../domain/alarms/condition.ts";
import type { RuleInput } from "../../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../../domain/alarms/rule-set.ts";
import type { SiteFacts } from "../../../../domain/alarms/site-facts.ts";
import { aRule, PlayedFleet, type Reading, someFacts } from "../fleet-under-test.ts";

export type Case = {
  readonly name: string;
  readonly condition: Condition;
  readonly rule?: Partial<RuleInput>;
  readonly facts?: Partial<SiteFacts>;
  /** null = the site does not answer. */
  readonly readings: readonly (Reading | null)[];
  /** Whether the alarm is active after each slot: "1" or "0". */
  readonly expected: string;
};

export const supply = (...values: (number | null)[]): Reading[] =>
  values.map((supply_temp_c) => ({ values: { supply_temp_c } }));
export const point = (name: string, ...values: (number | boolean | string | null)[]): Reading[] =>
  values.map((value) => ({ values: { [name]: value } }));
export const high = (limit: unknown, more: object = {}): Condition => ({
  kind: "limit",
  point: "supply_temp_c",
  op: ">=",
  limit,
  ...more,
});
export const low = (limit: unknown, more: object = {}): Condition => ({ ...high(limit, more), op: "<" });
export const lost: Reading | null = null;
export const DAY_MS = 86_400_000;

/** Plays each case, and looks whether its alarms name their grounds. */
export function testCases(cases: readonly Case[]): void {
  describe.each(cases)("$name", ({ condition, rule, facts, readings, expected }) => {
    const start = () => new PlayedFleet(compileRuleSet([aRule(condition, rule)]), [someFacts("site-1", facts)]);

    test(`is ${expected}`, () => {
      const fleet = start();
      const seen = readings.map((reading) => {
        fleet.play(() => reading);
        return fleet.state.sites["site-1"]?.rules[0]?.activeSinceMs ? "1" : "0";
      });
      expect(seen.join("")).toBe(expected);
    });

    test("names its grounds", () => {
      const fleet = start();
      for (const reading of readings) fleet.play(() => reading);
      for (const { kind, sources } of fleet.transitions) {
        if (kind === "raised") expect(sources.length).toBeGreaterThan(0);
      }
    });
  });
}
