import { expect, test } from "vitest";
import type { Condition } from "../../../../domain/alarms/condition.ts";
import { compileRuleSet } from "../../../../domain/alarms/rule-set.ts";
import { aRule, PlayedFleet, someFacts } from "../fleet-under-test.ts";
import { type Case, high, lost, point, supply, testCases } from "./kind-cases.ts";

/** Of conditions made of others. */
const CASES: readonly Case[] = [
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

testCases(CASES);

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
