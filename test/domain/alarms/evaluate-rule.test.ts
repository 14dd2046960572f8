import { expect, test } from "vitest";
import { localClock } from "../../../domain/alarms/local-clock.ts";
import type { RuleInput } from "../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import type { LocalClock } from "../../../domain/alarms/site-view.ts";
import { aRule, NOON, PlayedFleet, type Reading, someFacts } from "./fleet-under-test.ts";

const FLAG = { kind: "flag", point: "leak_detected" };
/** "1" leak, "0" none, "?" unknown, "-" silent. */
const readingOf = (mark: string): Reading | null => {
  if (mark === "-") return null;
  return { values: { leak_detected: mark === "?" ? null : mark === "1" } };
};

function play(marks: string, rule: Partial<RuleInput>, clock: LocalClock = NOON) {
  const fleet = new PlayedFleet(compileRuleSet([aRule(FLAG, rule)]), [someFacts("site-1")]);
  fleet.clock = clock;
  const seen = [...marks].map((mark) => {
    fleet.play(() => readingOf(mark));
    return fleet.state.sites["site-1"]?.rules[0]?.activeSinceMs ? "1" : "0";
  });
  return { fleet, seen: seen.join("") };
}

const CASES: readonly { name: string; rule: Partial<RuleInput>; marks: string; expected: string }[] = [
  { name: "without delays it follows at once", rule: {}, marks: "0110", expected: "0110" },
  { name: "the on-delay must pass", rule: { onDelayS: 120 }, marks: "01111", expected: "00011" },
  { name: "the on-delay begins anew", rule: { onDelayS: 120 }, marks: "1101110", expected: "0000010" },
  {
    name: "the off-delay must pass without a break",
    rule: { offDelayS: 120 },
    marks: "10010000",
    expected: "11111100",
  },
  {
    name: "unknown samples stop the clock of the on-delay",
    rule: { onDelayS: 120 },
    marks: "11??111",
    expected: "0000011",
  },
  { name: "and of the off-delay", rule: { offDelayS: 120 }, marks: "10?-0000", expected: "11111100" },
  { name: "unknown neither raises nor clears", rule: {}, marks: "??1??0?", expected: "0011100" },
  { name: "n of m known samples", rule: { samples: { n: 2, m: 3 } }, marks: "10?01101", expected: "00000100" },
  { name: "n of m forgets what is older", rule: { samples: { n: 2, m: 2 } }, marks: "101011", expected: "000001" },
  {
    name: "its own clear condition ends it",
    rule: { clear: { kind: "limit", point: "supply_temp_c", op: ">", limit: 36 } },
    marks: "100",
    expected: "111",
  },
];

test.for(CASES)("$name", ({ rule, marks, expected }) => {
  expect(play(marks, rule).seen).toBe(expected);
});

test.for([
  {
    name: "in the hours",
    clock: { minuteOfDay: 9 * 60, weekday: 1 },
    hours: { from: "08:00", to: "18:00" },
    expected: "1",
  },
  {
    name: "before the hours",
    clock: { minuteOfDay: 7 * 60, weekday: 1 },
    hours: { from: "08:00", to: "18:00" },
    expected: "0",
  },
  {
    name: "at the end of the hours",
    clock: { minuteOfDay: 18 * 60, weekday: 1 },
    hours: { from: "08:00", to: "18:00" },
    expected: "0",
  },
  {
    name: "over midnight, late",
    clock: { minuteOfDay: 23 * 60, weekday: 1 },
    hours: { from: "22:00", to: "06:00" },
    expected: "1",
  },
  {
    name: "over midnight, early",
    clock: { minuteOfDay: 5 * 60, weekday: 1 },
    hours: { from: "22:00", to: "06:00" },
    expected: "1",
  },
  {
    name: "over midnight, by day",
    clock: { minuteOfDay: 12 * 60, weekday: 1 },
    hours: { from: "22:00", to: "06:00" },
    expected: "0",
  },
])("a rule for some hours: $name", ({ clock, hours, expected }) => {
  expect(play("1", { onlyWhen: { hours } }, clock).seen).toBe(expected);
});

test("a rule for some days, and for some modes of the site", () => {
  expect(play("1", { onlyWhen: { weekdays: [1] } }).seen).toBe("1");
  expect(play("1", { onlyWhen: { weekdays: [6, 7] } }).seen).toBe("0");
  expect(play("1", { onlyWhen: { operating: ["running"] } }).seen).toBe("1");
  expect(play("1", { onlyWhen: { operating: ["stopped"] } }).seen).toBe("0");
});

test("a priority follows its conditions and the time", () => {
  const rule = aRule(FLAG, {
    priority: "low",
    escalations: [
      { priority: "high", when: { kind: "limit", point: "supply_temp_c", op: ">", limit: 40, deadband: 2 } },
      { priority: "medium", afterS: 180 },
    ],
  });
  const fleet = new PlayedFleet(compileRuleSet([rule]), [someFacts("site-1")]);
  const temps = [35, 41, 39, null, 37, 37, 37];
  const seen = temps.map((supply_temp_c) => {
    fleet.play(() => ({ values: { leak_detected: true, supply_temp_c } }));
    return fleet.book.get("site-1.under-test")?.priority;
  });
  expect(seen).toEqual(["low", "high", "high", "high", "medium", "medium", "medium"]);
  expect(fleet.transitions.map(({ kind }) => kind)).toEqual(["raised", "updated", "updated"]);
});

test("controller bit and limit are one alarm with two sources", () => {
  const rule = aRule({
    kind: "any",
    of: [
      { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40 },
      { kind: "fault", fault: "supply_temp_too_high" },
    ],
  });
  const fleet = new PlayedFleet(compileRuleSet([rule]), [someFacts("site-1")]);
  fleet.play(() => ({ faults: ["supply_temp_too_high"] }));
  fleet.play(() => ({ values: { supply_temp_c: 41 }, faults: ["supply_temp_too_high"] }));
  fleet.play(() => ({ values: { supply_temp_c: 41 }, faults: ["supply_temp_too_high"] }));
  expect(fleet.transitions.map(({ kind, sources }) => [kind, ...sources])).toEqual([
    ["raised", "controller"],
    ["updated", "controller", "platform"],
  ]);
  expect(fleet.book.size).toBe(1);
});

test("a rule shows since when it cannot tell", () => {
  const { fleet } = play("0??", {});
  expect(fleet.state.sites["site-1"]?.rules[0]?.unknownSinceMs).toBe(fleet.slotMs - 60_000);
  fleet.play(() => readingOf("0"));
  expect(fleet.state.sites["site-1"]?.rules[0]?.unknownSinceMs).toBeNull();
});

test("the clock of a place", () => {
  const atMs = Date.parse("2026-03-01T20:05:00.000Z");
  expect(localClock(atMs, "Asia/Shanghai")).toEqual({ minuteOfDay: 4 * 60 + 5, weekday: 1 });
  expect(localClock(atMs, "UTC")).toEqual({ minuteOfDay: 20 * 60 + 5, weekday: 7 });
});
