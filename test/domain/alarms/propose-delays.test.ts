import { describe, expect, test } from "vitest";
import { bestVariant, proposeDelays } from "../../../domain/alarms/propose-delays.ts";
import { parseRule, type Rule } from "../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";

const RETURNS = { flaps: 40, chattering: 3, fleeting: 2 };
const FLEETING = { flaps: 1, chattering: 0, fleeting: 30 };
const QUIET = { flaps: 0, chattering: 0, fleeting: 0 };

function shipped(id: string, own: Partial<Rule> = {}): Rule {
  const rule = DEFAULT_RULES.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return { ...rule, ...own };
}
const HOT = shipped("supply-temp-high");
const whats = (rule: Rule, figures: typeof QUIET) =>
  proposeDelays(rule, figures).map(({ changes }) => changes.map(({ what, from, to }) => `${what} ${from} ${to}`));

describe("proposals for a rule", () => {
  test("that comes back soon begin with a longer off-delay and a wider deadband", () => {
    expect(whats(HOT, RETURNS)).toEqual([
      ["offDelayS 180 600"],
      ["deadband 1 2"],
      ["onDelayS 60 120", "offDelayS 180 600"],
    ]);
  });

  test("that is over at once begin with a longer on-delay", () => {
    expect(whats(HOT, FLEETING)[0]).toEqual(["onDelayS 60 120"]);
  });

  test("that behaves well are there all the same: somebody asked for them", () => {
    expect(whats(HOT, QUIET).length).toBeGreaterThanOrEqual(2);
  });

  test("change the rule where they say so, and nothing else", () => {
    const [off, band] = proposeDelays(HOT, RETURNS);
    expect(off?.rule).toEqual({ ...HOT, offDelayS: 600 });
    expect(band?.rule).toEqual({
      ...HOT,
      condition: {
        kind: "any",
        of: [
          { kind: "limit", point: "supply_temp_c", op: ">=", limit: 37, deadband: 2, withoutLimit: "unknown" },
          { kind: "fault", fault: "supply_temp_high" },
          { kind: "fault", fault: "return_temp_high" },
        ],
      },
    });
    expect(band?.changes).toEqual([{ what: "deadband", point: "supply_temp_c", from: 1, to: 2 }]);
  });

  test("take no more than a quarter of the time to respond", () => {
    const onDelays = (rule: Rule) =>
      proposeDelays(rule, FLEETING).flatMap(({ changes }) =>
        changes.flatMap(({ what, to }) => (what === "onDelayS" ? [to] : [])),
      );
    expect(onDelays(shipped("supply-temp-high", { respondWithinMin: 7 }))).toEqual([]);
    expect(onDelays(shipped("supply-temp-high", { respondWithinMin: 8, onDelayS: 100 }))).toEqual([120, 120]);
    expect(onDelays(shipped("supply-temp-high", { respondWithinMin: 0, onDelayS: 0 }))).toEqual([]);
  });

  test("leave a rule alone that says itself what ends it, as far as its deadband goes", () => {
    const clear = { kind: "limit", point: "supply_temp_c", op: "<", limit: 30 };
    const changes = proposeDelays({ ...HOT, clear }, RETURNS).flatMap((variant) => variant.changes);
    expect(changes.some(({ what }) => what === "deadband")).toBe(false);
  });

  test("find a first deadband by the limit", () => {
    const condition = { kind: "limit", point: "supply_flow_m3h", op: "<", limit: 60, deadband: 0 };
    const band = proposeDelays({ ...HOT, condition }, RETURNS).find(({ changes }) => changes[0]?.what === "deadband");
    expect(band?.rule.condition).toEqual({ ...condition, deadband: 1 });
  });

  test.for(DEFAULT_RULES.map((rule) => ({ id: rule.id, rule })))("work with the shipped set: $id", ({ rule }) => {
    for (const figures of [RETURNS, FLEETING, QUIET]) {
      const variants = proposeDelays(rule, figures);
      expect(variants.length).toBeGreaterThanOrEqual(2);
      expect(variants.length).toBeLessThanOrEqual(3);
      const texts = new Set(variants.map((variant) => JSON.stringify(variant.rule)));
      expect(texts.size).toBe(variants.length);
      for (const variant of variants) {
        expect(parseRule(JSON.parse(JSON.stringify(variant.rule)))).toEqual(variant.rule);
        compileRuleSet(DEFAULT_RULES.map((one) => (one.id === rule.id ? variant.rule : one)));
      }
    }
  });
});

describe("the variant that is worth most", () => {
  const NOW = { announced: 20, warned: 4 };
  test.for([
    {
      name: "the quietest one",
      variants: [
        { announced: 12, warned: 4 },
        { announced: 9, warned: 5 },
      ],
      place: 1,
    },
    {
      name: "the first of equals",
      variants: [
        { announced: 9, warned: 4 },
        { announced: 9, warned: 4 },
      ],
      place: 0,
    },
    {
      name: "none that misses a trip",
      variants: [
        { announced: 1, warned: 3 },
        { announced: 15, warned: 4 },
      ],
      place: 1,
    },
    { name: "none where nothing is quieter", variants: [{ announced: 20, warned: 4 }], place: null },
  ])("is $name", ({ variants, place }) => {
    expect(bestVariant(NOW, variants)).toBe(place);
  });
});
