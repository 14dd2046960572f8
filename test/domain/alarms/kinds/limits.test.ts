import { type Case, high, lost, low, point, supply, testCases } from "./kind-cases.ts";

/** Of limits and deviations. */
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
];

testCases(CASES);
