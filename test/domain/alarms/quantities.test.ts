import { expect, test } from "vitest";
import type { Condition } from "../../../domain/alarms/condition.ts";
import type { PointValues } from "../../../domain/alarms/expression/point-reading.ts";
import { nextOperating, type OperatingMode } from "../../../domain/alarms/operating-state.ts";
import { QUANTITIES, type QuantityName } from "../../../domain/alarms/quantities.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { sisterMedians } from "../../../domain/alarms/sister-medians.ts";
import { aRule, PlayedFleet, someFacts } from "./fleet-under-test.ts";

const readingOf = (values: PointValues) => ({ values, faults: [], unknownFaults: [] });
const FANS = { tower_fan1_running: true, tower_fan2_running: true, tower_fan3_running: false };

const CASES: readonly [QuantityName, PointValues, number | null][] = [
  ["hydraulic_resistance", { supply_pressure_kpa: 290, return_pressure_kpa: 90, supply_flow_m3h: 100 }, 0.02],
  ["hydraulic_resistance", { supply_pressure_kpa: 290, return_pressure_kpa: 90, supply_flow_m3h: 19 }, null],
  ["hydraulic_resistance", { supply_pressure_kpa: 290, supply_flow_m3h: 100 }, null],
  ["hydraulic_resistance", { supply_pressure_kpa: 290, return_pressure_kpa: 90 }, null],
  ["heat_balance_pct", { heat_removed_kw: 450, total_power_kw: 500 }, 90],
  ["heat_balance_pct", { heat_removed_kw: 5, total_power_kw: 50 }, null],
  ["heat_balance_pct", { total_power_kw: 500 }, null],
  ["coldest_liquid_c", { supply_temp_c: 5, tower_outlet_temp_c: 4, tower_inlet_temp_c: 6 }, 4],
  ["coldest_liquid_c", { tower_inlet_temp_c: 6 }, 6],
  ["coldest_liquid_c", {}, null],
  ["supply_over_return_k", { supply_temp_c: 45, return_temp_c: 43 }, 2],
  ["supply_over_return_k", { supply_temp_c: 45 }, null],
  ["load_pct", { total_power_kw: 400 }, 50],
  ["tower_fan_pct", { tower_fan_freq_hz: 45, ...FANS }, 90],
  ["tower_fan_pct", { ...FANS, tower_fan3_running: true }, 100],
  ["tower_fan_pct", {}, null],
  ["tower_fans_running", FANS, 2],
  ["tower_fans_running", { ...FANS, tower_fan2_running: null }, null],
  ["hashrate_per_expected_miner_th", { hashrate_th: 40_000, miners_expected: 200 }, 200],
  ["hashrate_per_expected_miner_th", { hashrate_th: 40_000, miners_expected: 0 }, null],
  ["miners_online_pct", { miners_online: 150, miners_expected: 200 }, 75],
  ["ppue_cooling", { it_power_kw: 800, cooling_power_kw: 40 }, 1.05],
  ["ppue_cooling", { it_power_kw: 800 }, null],
  ["ppue_cooling", { it_power_kw: 50, cooling_power_kw: 40 }, null],
  ["supply_over_return_k", { supply_temp_c: Number.NaN, return_temp_c: 3 }, null],
];

test.for(CASES)("%s of %o is %s", ([name, values, expected]) => {
  const facts = someFacts("a", { ratedPowerKw: 800 });
  const value = QUANTITIES[name].compute(readingOf(values), facts);
  if (expected === null) expect(value).toBeNull();
  else expect(value).toBeCloseTo(expected, 9);
});

test("a site without rated power counts as a usual one", () => {
  expect(QUANTITIES.load_pct.compute(readingOf({ total_power_kw: 500 }), someFacts("a", { ratedPowerKw: null }))).toBe(
    50,
  );
});

const ON = { circulation_pump_running: true, total_power_kw: 900 };
const RESTING = { circulation_pump_running: false, total_power_kw: 10 };
test.for<[OperatingMode, number, PointValues, OperatingMode]>([
  ["unknown", 0, {}, "unknown"],
  ["unknown", 0, ON, "running"],
  ["unknown", 0, { total_power_kw: 900 }, "running"],
  ["unknown", 0, RESTING, "stopped"],
  ["running", 0, RESTING, "stopped"],
  ["running", 0, { circulation_pump_running: false, total_power_kw: 900 }, "running"],
  ["running", 0, {}, "running"],
  ["stopped", 0, {}, "stopped"],
  ["stopped", 0, { circulation_pump_running: false }, "stopped"],
  ["stopped", 0, { circulation_pump_running: true }, "starting"],
  ["stopped", 0, { total_power_kw: 900 }, "starting"],
  ["starting", 899_999, ON, "starting"],
  ["starting", 900_000, ON, "running"],
])("%s after %i ms with %o is %s", ([mode, atMs, values, expected]) => {
  const before = { mode, sinceMs: 0 };
  const after = nextOperating(before, readingOf(values), someFacts("a", { ratedPowerKw: null }), atMs);
  expect(after).toEqual({ mode: expected, sinceMs: expected === mode ? 0 : atMs });
  if (expected === mode) expect(after).toBe(before);
});

test("medians of sisters: odd, even, too few, in no circle", () => {
  const circle = (circleId: string | null, ...values: (number | null)[]) =>
    values.map((value) => ({ circleId, compared: [value] }));
  const members = [
    ...circle("odd", 5, 1, 3, 9, 7),
    ...circle("even", 1, 2, 4, 9),
    ...circle("few", 1, 2, 3, null),
    ...circle(null, 1, 2, 3, 4),
  ];
  expect(sisterMedians([...members, { circleId: "odd", compared: [] }], ["delta_temp_k"])).toEqual({
    odd: { delta_temp_k: 5 },
    even: { delta_temp_k: 3 },
    few: {},
  });
});

const FALSE_NOW: readonly Condition[] = [
  { kind: "limit", point: "supply_temp_c", op: ">", limit: 90 },
  { kind: "deviation", point: "supply_temp_c", from: 35, by: 30 },
  { kind: "rate", point: "supply_temp_c", direction: "rising", perMinute: 9, windowS: 60 },
  { kind: "forecast", point: "supply_temp_c", op: ">=", limit: 90, withinS: 60, windowS: 60 },
  { kind: "jump", point: "supply_temp_c", by: 30, holdS: 60 },
  { kind: "frozen", points: ["supply_temp_c"], forS: 3600 },
  { kind: "change", point: "running_mode", holdS: 60 },
  { kind: "count", of: { kind: "flag", point: "leak_detected" }, min: 1, windowS: 60 },
  { kind: "held", of: { kind: "flag", point: "leak_detected" }, forS: 60 },
  { kind: "overdue", point: "coolant_ph", afterDays: 1 },
  { kind: "no-reading", points: ["supply_temp_c"] },
  { kind: "lost-contact" },
  { kind: "fault", fault: "power_fault" },
  { kind: "expression", text: "supply_temp_c > 90.0" },
  { kind: "fitted", of: { kind: "flag", point: "door_open" } },
  { kind: "all", of: [{ kind: "flag", point: "leak_detected" }] },
  { kind: "n-of", n: 1, of: [{ kind: "flag", point: "leak_detected" }] },
];
/** Beside a leak, each of these is a part of the alarm that does not hold. */
test.for(FALSE_NOW)("a part that does not hold is no ground: %o", (part) => {
  const rule = aRule({ kind: "any", of: [part, { kind: "flag", point: "leak_detected", is: true }] });
  const other = aRule({ kind: "any", of: [part, { kind: "fault", fault: "spray_pump_fault" }] }, { id: "other" });
  const fleet = new PlayedFleet(compileRuleSet([other, rule]), [someFacts("a")]);
  for (let minute = 0; minute < 3; minute++) fleet.play(() => ({}));
  fleet.play(() => ({ faults: ["spray_pump_fault"] }));
  fleet.play(() => null);
  fleet.play(() => ({ faults: ["spray_pump_fault"] }));
  expect(fleet.transitions).toHaveLength(1);
  expect(fleet.transitions[0]).toMatchObject({
    alarmId: "a.other",
    point: "spray_pump_fault",
    sources: ["controller"],
  });
});

test("an alarm under an expression is hidden by no sensor", () => {
  const expression = aRule(
    { kind: "expression", text: "supply_temp_c > 38.0" },
    { id: "hot", suppressedBy: ["sensor-fault"] },
  );
  const deviation = aRule(
    { kind: "deviation", point: "delta_temp_k", from: 8, by: 5 },
    { id: "delta", suppressedBy: ["sensor-fault"] },
  );
  const accuser = aRule(
    { kind: "jump", point: "supply_temp_c", by: 10, holdS: 600 },
    { id: "jump", accusesSensors: true },
  );
  const fleet = new PlayedFleet(compileRuleSet([accuser, expression, deviation]), [someFacts("a")]);
  fleet.play(() => ({}));
  fleet.play(() => ({ values: { supply_temp_c: 60, delta_temp_k: -17 } }));
  expect(fleet.book.get("a.hot")?.suppressedBy).toBeNull();
  // A point that follows from the accused one is as doubtful.
  expect(fleet.book.get("a.delta")?.suppressedBy).toBe("a.jump");
  expect(fleet.book.get("a.delta")).toMatchObject({ value: -17, limit: 3 });
});
