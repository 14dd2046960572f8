import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Condition } from "../../../domain/alarms/condition.ts";
import { CONDITION_KINDS } from "../../../domain/alarms/kinds/index.ts";
import type { RuleInput } from "../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import type { SiteFacts } from "../../../domain/alarms/site-facts.ts";
import { aRule, PlayedFleet, type Reading, START_MS, someFacts } from "./fleet-under-test.ts";

type Case = {
  readonly name: string;
  readonly condition: Condition;
  readonly rule?: Partial<RuleInput>;
  readonly facts?: Partial<SiteFacts>;
  /** null = the site does not answer. */
  readonly readings: readonly (Reading | null)[];
  /** Whether the alarm is active after each slot: "1" or "0". */
  readonly expected: string;
};

const supply = (...values: (number | null)[]): Reading[] =>
  values.map((supply_temp_c) => ({ values: { supply_temp_c } }));
const point = (name: string, ...values: (number | boolean | string | null)[]): Reading[] =>
  values.map((value) => ({ values: { [name]: value } }));
const high = (limit: unknown, more: object = {}): Condition => ({
  kind: "limit",
  point: "supply_temp_c",
  op: ">=",
  limit,
  ...more,
});
const low = (limit: unknown, more: object = {}): Condition => ({ ...high(limit, more), op: "<" });
const lost: Reading | null = null;
const DAY_MS = 86_400_000;

const CASES: readonly Case[] = [
  { name: "limit >= holds at the limit", condition: high(40), readings: supply(39.9, 40, 39.9), expected: "010" },
  {
    name: "limit > does not hold at the limit",
    condition: { ...high(40), op: ">" },
    readings: supply(40, 40.1, 40),
    expected: "010",
  },
  { name: "limit < does not hold at the limit", condition: low(25), readings: supply(25, 24.9, 25), expected: "010" },
  {
    name: "limit <= holds at the limit",
    condition: { ...low(25), op: "<=" },
    readings: supply(25.1, 25, 25.1),
    expected: "010",
  },
  {
    name: "a high limit ends below its deadband only",
    condition: high(40, { deadband: 2 }),
    readings: supply(40, 39, 38, 37.9, 39),
    expected: "11100",
  },
  {
    name: "a low limit ends above its deadband only",
    condition: low(25, { deadband: 2 }),
    readings: supply(24, 26, 27, 27.1),
    expected: "1110",
  },
  {
    name: "clearAt takes the place of the deadband",
    condition: low({ relativeTo: "setpoint", factor: 0.5 }, { clearAt: { relativeTo: "setpoint", factor: 0.6 } }),
    readings: supply(17.4, 20, 21.1),
    expected: "110",
  },
  {
    name: "a missing, doubtful or silent value neither raises nor clears",
    condition: high(40),
    readings: [
      ...supply(null),
      { values: { supply_temp_c: 45 }, quality: { supply_temp_c: "frozen" } },
      lost,
      ...supply(45, null),
      lost,
      ...supply(20),
    ],
    expected: "0001110",
  },
  {
    name: "an estimated value counts",
    condition: high(40),
    readings: [{ values: { supply_temp_c: 45 }, quality: { supply_temp_c: "estimated" } }],
    expected: "1",
  },
  {
    name: "a limit relative to the set-point follows it",
    condition: high({ relativeTo: "setpoint", offset: 3 }),
    readings: [
      { values: { supply_temp_c: 38, supply_temp_setpoint_c: 36 } },
      { values: { supply_temp_c: 38, supply_temp_setpoint_c: 35 } },
    ],
    expected: "01",
  },
  {
    name: "without a set-point there is no limit",
    condition: high({ relativeTo: "setpoint" }, { clearAt: { relativeTo: "setpoint" } }),
    readings: [
      { values: { supply_temp_c: 90, supply_temp_setpoint_c: null } },
      { values: { supply_temp_c: 90 } },
      { values: { supply_temp_c: 10, supply_temp_setpoint_c: null } },
    ],
    expected: "011",
  },
  {
    name: "without a limit it may also be told to say no",
    condition: low({ relativeTo: "baseline", baseline: "supply_flow_m3h" }, { withoutLimit: "false" }),
    readings: supply(1),
    expected: "0",
  },
  {
    name: "a limit relative to the baseline uses the site's own",
    condition: {
      kind: "limit",
      point: "supply_flow_m3h",
      op: "<",
      limit: { relativeTo: "baseline", baseline: "supply_flow_m3h", fallback: 95, factor: 0.5 },
    },
    facts: { baselines: { supply_flow_m3h: 120 } },
    readings: point("supply_flow_m3h", 61, 59),
    expected: "01",
  },
  {
    name: "a limit relative to the baseline falls back",
    condition: {
      kind: "limit",
      point: "supply_flow_m3h",
      op: "<",
      limit: { relativeTo: "baseline", baseline: "supply_flow_m3h", fallback: 95, factor: 0.5 },
    },
    readings: point("supply_flow_m3h", 59, 47),
    expected: "01",
  },
  {
    name: "deviation on both sides, with a deadband",
    condition: { kind: "deviation", point: "supply_temp_c", from: { relativeTo: "setpoint" }, by: 2, deadband: 0.5 },
    readings: supply(37, 37.1, 36.6, 36.5, 32.9, null, 35),
    expected: "0110110",
  },
  {
    name: "deviation above only",
    condition: { kind: "deviation", point: "supply_temp_c", from: 35, by: 2, side: "above" },
    readings: supply(30, 38),
    expected: "01",
  },
  {
    name: "deviation below only",
    condition: { kind: "deviation", point: "supply_temp_c", from: 35, by: 2, side: "below" },
    readings: supply(38, 30),
    expected: "01",
  },
  {
    name: "rate of change: rising by more than 1 K/min, until it nearly stands",
    condition: {
      kind: "rate",
      point: "supply_temp_c",
      direction: "rising",
      perMinute: 1,
      clearPerMinute: 0.2,
      windowS: 120,
    },
    readings: supply(35, 35.5, 38, 38.5, null, 38.5, 38.5, 38.5),
    expected: "00111000",
  },
  {
    name: "rate of change: falling",
    condition: { kind: "rate", point: "supply_temp_c", direction: "falling", perMinute: 1, windowS: 60 },
    readings: supply(35, 33, 33),
    expected: "010",
  },
  {
    name: "rate of change: either way",
    condition: { kind: "rate", point: "supply_temp_c", direction: "both", perMinute: 1, windowS: 60 },
    readings: supply(35, 33, 35),
    expected: "011",
  },
  {
    name: "a jump holds for its time",
    condition: { kind: "jump", point: "supply_temp_c", by: 10, holdS: 120 },
    readings: supply(35, 46, 46, 46, 46),
    expected: "01100",
  },
  {
    name: "a jump ends when the value is back where it was, at once or slowly",
    condition: { kind: "jump", point: "supply_temp_c", by: 10, holdS: 1800, untilBack: true },
    readings: supply(35, 46, 34, 35, 47, 42, 39, 39),
    expected: "01001100",
  },
  {
    name: "a second jump on the way does not forget where the first one came from",
    condition: { kind: "jump", point: "supply_temp_c", by: 10, holdS: 180, untilBack: true },
    readings: supply(35, 46, 58, 58, 58, 58, 35),
    expected: "0111101",
  },
  {
    name: "no jump is seen over a gap, nor without a value",
    condition: { kind: "jump", point: "supply_temp_c", by: 10, holdS: 120 },
    readings: [...supply(35), lost, lost, lost, ...supply(60, null)],
    expected: "000000",
  },
  {
    name: "frozen: several points stand still together",
    condition: { kind: "frozen", points: ["supply_temp_c", "return_temp_c"], forS: 120 },
    readings: [
      { values: { supply_temp_c: 35, return_temp_c: 43 } },
      { values: { supply_temp_c: 35, return_temp_c: 43 } },
      { values: { supply_temp_c: 35, return_temp_c: 43 } },
      { values: { supply_temp_c: null, return_temp_c: 43 } },
      { values: { supply_temp_c: 35, return_temp_c: 43.1 } },
    ],
    expected: "00110",
  },
  {
    name: "frozen: one point stands still while its witness moves",
    condition: {
      kind: "frozen",
      points: ["supply_temp_c"],
      forS: 120,
      whileMoves: { point: "return_temp_c", by: 1 },
    },
    readings: [43, 43.2, 43.4, 43.1, 44.1, 44].map((return_temp_c) => ({
      values: { supply_temp_c: 35, return_temp_c },
    })),
    expected: "000011",
  },
  {
    name: "frozen: without its witness nothing is said",
    condition: {
      kind: "frozen",
      points: ["supply_temp_c"],
      forS: 60,
      whileMoves: { point: "return_temp_c", by: 1 },
    },
    readings: [null, null, 40, 45].map((return_temp_c) => ({ values: { supply_temp_c: 35, return_temp_c } })),
    expected: "0001",
  },
  {
    name: "no reading: a mapped point has no value",
    condition: { kind: "no-reading", points: ["supply_temp_c", "ambient_temp_c"] },
    readings: [
      ...supply(35),
      { values: { supply_temp_c: 3 }, quality: { supply_temp_c: "stale" } },
      lost,
      ...supply(35),
    ],
    expected: "0110",
  },
  {
    name: "forecast: the limit will be reached in time",
    condition: {
      kind: "forecast",
      point: "supply_temp_c",
      op: ">=",
      limit: 40,
      withinS: 300,
      windowS: 120,
      deadband: 1,
    },
    readings: supply(35, 35.1, 36.5, 37.9, null, 38, 38, 38),
    expected: "00111000",
  },
  {
    name: "forecast: falling, past the limit, without a limit",
    condition: { kind: "forecast", point: "supply_temp_c", op: "<=", limit: 30, withinS: 60, windowS: 600 },
    readings: supply(35, 29, 31),
    expected: "011",
  },
  {
    name: "flag: a switch",
    condition: { kind: "flag", point: "leak_detected" },
    readings: point("leak_detected", false, true, null, false),
    expected: "0110",
  },
  {
    name: "flag: a word",
    condition: { kind: "flag", point: "running_mode", is: "manual" },
    readings: point("running_mode", "auto", "manual", "auto"),
    expected: "010",
  },
  {
    name: "fault: set, unreadable, gone",
    condition: { kind: "fault", fault: "power_fault" },
    readings: [
      {},
      { faults: ["power_fault"] },
      { faults: [], quality: { "fault.power_fault": "missing" } },
      { faults: ["spray_pump_fault"] },
    ],
    expected: "0110",
  },
  {
    name: "change: another version, for its time",
    condition: { kind: "change", point: "firmware_version", holdS: 120 },
    readings: point("firmware_version", "V5", null, "V5", "V6", "V6", null, "V6"),
    expected: "0001110",
  },
  {
    name: "lost contact: three misses raise, two good polls clear",
    condition: { kind: "lost-contact" },
    readings: [{}, lost, lost, {}, lost, lost, lost, lost, {}, lost, {}, {}],
    expected: "000000111110",
  },
  {
    name: "overdue: measured too long ago",
    condition: { kind: "overdue", point: "coolant_ph", afterDays: 190 },
    facts: { lab: { coolant_ph: { value: 8, takenAtMs: START_MS - 190 * DAY_MS } } },
    readings: [{}, {}],
    expected: "01",
  },
  {
    name: "overdue: never measured is no alarm",
    condition: { kind: "overdue", point: "coolant_ph", afterDays: 190 },
    readings: [{}],
    expected: "0",
  },
  {
    name: "expression: three-valued",
    condition: { kind: "expression", text: "supply_temp_c > 38 && circulation_pump_running" },
    readings: [...supply(39), ...supply(null), lost, ...supply(38)],
    expected: "1110",
  },
  {
    name: "expression: laboratory values",
    condition: { kind: "expression", text: "coolant_ph < 7 || coolant_hardness_mg_l > 100" },
    facts: { lab: { coolant_ph: { value: 6, takenAtMs: START_MS } } },
    readings: [{}],
    expected: "1",
  },
  {
    name: "count: it begins too often within the window",
    condition: {
      kind: "count",
      of: { kind: "flag", point: "makeup_pump_running" },
      min: 2,
      clearBelow: 2,
      windowS: 300,
    },
    readings: point("makeup_pump_running", false, true, false, true, null, true, true, false),
    expected: "00011100",
  },
  {
    name: "count: the first known sample is no beginning, and unknown ones are not",
    condition: { kind: "count", of: { kind: "flag", point: "makeup_pump_running" }, min: 1, windowS: 300 },
    readings: point("makeup_pump_running", null, true, null, true, false),
    expected: "00000",
  },
  {
    name: "held: only after its time, which stands while nothing is known",
    condition: { kind: "held", of: { kind: "flag", point: "leak_detected" }, forS: 120 },
    readings: point("leak_detected", true, true, null, true, true, false, true),
    expected: "0000100",
  },
  {
    name: "fitted: a point that the profile lacks says no",
    condition: { kind: "fitted", of: { kind: "limit", point: "tank_level_pct", op: "<", limit: 30 } },
    readings: [{}, { values: { tank_level_pct: 20 } }, { values: { tank_level_pct: null } }, lost, {}],
    expected: "01110",
  },
  {
    name: "fitted: what nobody has measured says no",
    condition: { kind: "fitted", of: { kind: "limit", point: "coolant_ph", op: "<", limit: 7 } },
    readings: [{}],
    expected: "0",
  },
  {
    name: "fitted: a condition without points is judged as it is",
    condition: { kind: "fitted", of: { kind: "fault", fault: "power_fault" } },
    readings: [{ faults: ["power_fault"] }],
    expected: "1",
  },
  {
    name: "all: false beats unknown, unknown beats true",
    condition: { kind: "all", of: [high(40), { kind: "flag", point: "leak_detected" }] },
    readings: [
      { values: { supply_temp_c: 41, leak_detected: null } },
      { values: { supply_temp_c: 41, leak_detected: true } },
      { values: { supply_temp_c: 41, leak_detected: null } },
      { values: { supply_temp_c: 30, leak_detected: null } },
    ],
    expected: "0110",
  },
  {
    name: "any: true beats unknown, unknown beats false",
    condition: { kind: "any", of: [high(40), { kind: "flag", point: "leak_detected" }] },
    readings: [
      { values: { supply_temp_c: 30, leak_detected: null } },
      { values: { supply_temp_c: null, leak_detected: true } },
      { values: { supply_temp_c: 30, leak_detected: null } },
      { values: { supply_temp_c: 30 } },
    ],
    expected: "0110",
  },
  {
    name: "not: keeps the deadband of its part",
    condition: { kind: "not", of: high(40, { deadband: 2 }) },
    readings: supply(41, 39, 37.9, 39, 40, null),
    expected: "001100",
  },
  {
    name: "n of several",
    condition: {
      kind: "n-of",
      n: 2,
      of: [
        { kind: "fault", fault: "tower_fan1_fault" },
        { kind: "fault", fault: "tower_fan2_fault" },
        { kind: "fault", fault: "tower_fan3_fault" },
      ],
    },
    readings: [
      { faults: ["tower_fan1_fault"] },
      { faults: ["tower_fan1_fault"], quality: { "fault.tower_fan2_fault": "missing" } },
      { faults: ["tower_fan1_fault", "tower_fan3_fault"] },
      { faults: ["tower_fan1_fault"], quality: { "fault.tower_fan2_fault": "missing" } },
      {},
    ],
    expected: "00110",
  },
];

test.for(CASES)("$name", ({ condition, rule, facts, readings, expected }) => {
  const fleet = new PlayedFleet(compileRuleSet([aRule(condition, rule)]), [someFacts("site-1", facts)]);
  const seen = readings.map((reading) => {
    fleet.play(() => reading);
    return fleet.state.sites["site-1"]?.rules[0]?.activeSinceMs ? "1" : "0";
  });
  expect(seen.join("")).toBe(expected);
});

test("every kind has a case", () => {
  const text = JSON.stringify([CASES, sites()]);
  const missing = Object.keys(CONDITION_KINDS).filter(
    (kind) =>
      !text.includes(`"kind":"${kind}"`) && !existsSync(path.join(import.meta.dirname, "kinds", `${kind}.test.ts`)),
  );
  expect(missing, "a new kind has a test beside kinds/_blueprint.test.ts").toEqual([]);
});

test.for(CASES)("an alarm of «$name» names its grounds", ({ condition, rule, facts, readings }) => {
  const fleet = new PlayedFleet(compileRuleSet([aRule(condition, rule)]), [someFacts("site-1", facts)]);
  for (const reading of readings) fleet.play(() => reading);
  for (const { kind, sources } of fleet.transitions) {
    if (kind === "raised") expect(sources.length).toBeGreaterThan(0);
  }
});

const sites = (more: object = {}): Condition => ({
  kind: "sites",
  where: { kind: "limit", point: "supply_temp_c", op: ">", limit: 38 },
  minShare: 0.6,
  minCount: 3,
  clearShare: 0.3,
  ...more,
});

/** Temperatures of five sites of a segment; null = silent. */
test.for([
  { name: "too few", hot: [39, 39, 35, 35, 35], after: [39, 39, 35, 35, 35], expected: "00" },
  {
    name: "enough, then still more than the share to clear",
    hot: [39, 39, 39, 35, 35],
    after: [39, 39, 35, 35, 35],
    expected: "11",
  },
  { name: "enough, then few", hot: [39, 39, 39, 35, 35], after: [39, 35, 35, 35, 35], expected: "10" },
  {
    name: "half of them unknown says nothing",
    hot: [39, 39, 39, 35, 35],
    after: [35, 35, null, null, null],
    expected: "11",
  },
])("sites of a segment: $name", ({ hot, after, expected }) => {
  const ids = ["a", "b", "c", "d", "e"];
  const rule = aRule(sites(), { scope: "segment" });
  const facts = ids.map((id) => someFacts(id, { segmentId: "seg" }));
  const fleet = new PlayedFleet(compileRuleSet([rule]), [...facts, someFacts("elsewhere")]);
  const seen = [hot, after].map((temps) => {
    fleet.play((siteId) => {
      const temp = temps[ids.indexOf(siteId)];
      return temp === null ? null : { values: { supply_temp_c: temp ?? 35 } };
    });
    return fleet.state.groups["seg"]?.rules[0]?.activeSinceMs ? "1" : "0";
  });
  expect(seen.join("")).toBe(expected);
  const [raised] = fleet.transitions;
  if (raised)
    expect(raised).toMatchObject({ alarmId: "~seg.under-test", siteId: null, segmentId: "seg", value: 3, limit: 3 });
});
