import { type Case, lost, supply, testCases } from "./kind-cases.ts";

/** Of what moves, and what stands still. */
const CASES: readonly Case[] = [
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
];

testCases(CASES);
