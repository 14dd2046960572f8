import { expect, test } from "vitest";
import { compileExpression } from "../../../../domain/alarms/expression/compile-expression.ts";
import type { PointReading, PointValues } from "../../../../domain/alarms/expression/point-reading.ts";

const HEALTHY: PointValues = {
  supply_temp_c: 36,
  return_temp_c: 44,
  supply_flow_m3h: 0,
  circulation_pump_running: true,
  leak_detected: false,
  running_mode: "auto",
  tower_fan1_running: true,
  tower_fan2_running: false,
  tower_fan3_running: null,
  phase_a_current_a: 400,
  phase_b_current_a: 410,
  phase_c_current_a: 420,
};
const READING: PointReading = { values: HEALTHY, faults: ["phase_failure"], unknownFaults: ["power_fault"] };
const evaluate = (text: string, values: PointValues = HEALTHY) =>
  compileExpression(text).evaluate({ ...READING, values });

test.for<[string, boolean | null]>([
  // Numbers: whole ones and decimals mix.
  ["supply_temp_c > 35", true],
  ["supply_temp_c > 36", false],
  ["supply_temp_c >= 36", true],
  ["supply_temp_c < 36.0", false],
  ["supply_temp_c <= 36", true],
  ["36 == supply_temp_c", true],
  ["supply_temp_c != 36", false],
  ["35 < supply_temp_c && 35 <= supply_temp_c && 37 > supply_temp_c && 37 >= supply_temp_c", true],
  ["supply_temp_c + 2 == 38", true],
  ["return_temp_c - supply_temp_c * 2 == -28", true],
  ["(return_temp_c - supply_temp_c) * 2 == 16", true],
  ["return_temp_c - 4 - 4 == 36", true],
  ["supply_temp_c / 8 == 4.5 && 7.0 / 2 == 3.5", true],
  ["supply_temp_c % 10 == 6", true],
  ["-supply_temp_c < -35 && -(supply_temp_c) == - 36", true],
  ["supply_temp_c > 1.5e1 && supply_temp_c > .5", true],
  ["return_temp_c > supply_temp_c", true],
  ["return_temp_c <= supply_temp_c", false],
  ["return_temp_c < supply_temp_c + 1 || return_temp_c >= supply_temp_c + 8", true],
  // Precedence: ! before arithmetic before comparison before && before || before ?:.
  ["leak_detected && leak_detected || circulation_pump_running", true],
  ["!leak_detected && circulation_pump_running", true],
  ["leak_detected ? false : circulation_pump_running ? true : false", true],
  ["(leak_detected ? 40 : 30) < supply_temp_c", true],
  ['(leak_detected ? "manual" : running_mode) == "auto"', true],
  // Texts, and points that take words.
  ['running_mode == "auto"', true],
  ["running_mode != 'auto'", false],
  ['running_mode in ["manual", "auto"]', true],
  ['"a\\"\\\\\\n\\t" == "a\\"\\\\\\n\\t"', true],
  // Lists.
  ["phase_currents_a.exists(a, a > 415)", true],
  ["phase_currents_a.all(a, a > 400)", false],
  ["size(phase_currents_a.filter(a, a > 405)) == 2", true],
  ["phase_currents_a.filter(a, a > 405).all(a, a > 405)", true],
  ["[supply_temp_c, return_temp_c].exists(t, t == 44)", true],
  ["410 in phase_currents_a && !(411 in phase_currents_a)", true],
  ["phase_currents_a.all(a, phase_currents_a.exists(b, b - a < 25 && b != a))", true],
  ["size(tower_fans_running) == 3 && tower_fans_running.size() == 3", true],
  ["[[1, 2].size(), 5].exists(n, n == 2)", true],
  ['"phase_failure" in faults', true],
  // Comments and lines.
  ["supply_temp_c > 35 // warm\n && circulation_pump_running", true],
])("%s is %s", ([text, expected]) => {
  expect(evaluate(text)).toBe(expected);
});

test.for<[string, boolean | null]>([
  // tank_level_pct is absent, tower_fan3_running null, supply_flow_m3h 0, power_fault unreadable.
  ["tank_level_pct < 30", null],
  ["tank_level_pct == tank_level_pct", null],
  ["supply_temp_c < tank_level_pct", null],
  ["tank_level_pct < supply_temp_c", null],
  ["tank_level_pct + 1 > 0", null],
  ["1 + tank_level_pct > 0", null],
  ["-tank_level_pct < 0", null],
  ["supply_temp_c / supply_flow_m3h > 1", null],
  ["supply_temp_c % supply_flow_m3h == 0", null],
  ["1.7e308 * supply_temp_c > 0", null],
  ["false && tank_level_low", false],
  ["tank_level_low && false", false],
  ["tank_level_low && true && false", false],
  ["tank_level_low && true", null],
  ["true && tank_level_low && true", null],
  ["true || tank_level_low", true],
  ["tank_level_low || true", true],
  ["tank_level_low || false || true", true],
  ["tank_level_low || false", null],
  ["!tank_level_low", null],
  ["tank_level_low ? true : true", null],
  ["circulation_pump_running ? true : tank_level_low", true],
  ["tank_level_low == tank_level_low", null],
  ["tank_level_low == false", null],
  ["firmware_version == '1'", null],
  ["'1' == firmware_version", null],
  ["has(tank_level_pct)", false],
  ["has(supply_temp_c) && !has(tower_fan3_running) && has(running_mode)", true],
  ["tower_fans_running.exists(f, f)", true],
  ["tower_fans_running.exists(f, !f && false)", false],
  ["[tank_level_low, false].exists(f, f)", null],
  ["tower_fans_running.all(f, f)", false],
  ["[tank_level_low, true].all(f, f)", null],
  ["size(tower_fans_running.filter(f, f)) >= 1", null],
  ["size(tower_fans_running.filter(f, has(f))) == 2", true],
  ["tower_fans_running.filter(f, f).exists(f, f)", true],
  ["tower_fans_running.filter(f, !f).all(f, !f)", null],
  ["tank_level_pct in [1, 2]", null],
  ["1 in [tank_level_pct, 1]", true],
  ["1 in [tank_level_pct, 2]", null],
  ['"power_fault" in faults', null],
  ['"smoke_sensor_fault" in faults', false],
  ['faults.exists(f, f == "phase_failure" || f == "power_fault")', true],
  ['faults.exists(f, f == "power_fault")', null],
  ['faults.all(f, f == "phase_failure")', null],
  ['faults.all(f, f != "phase_failure")', false],
  ["size(faults) >= 1", null],
])("with something unknown, %s is %s", ([text, expected]) => {
  expect(evaluate(text)).toBe(expected);
});

test.for(["<", "<=", ">", ">=", "==", "!="])("%s with an unknown side is unknown", (operator) => {
  expect(evaluate(`tank_level_pct ${operator} 1`)).toBe(null);
  expect(evaluate(`1 ${operator} tank_level_pct`)).toBe(null);
  expect(evaluate(`tank_level_pct ${operator} supply_temp_c`)).toBe(null);
  expect(evaluate(`supply_temp_c ${operator} tank_level_pct`)).toBe(null);
});

test.for(["+", "-", "*", "/", "%"])("%s with an unknown side is unknown", (operator) => {
  expect(evaluate(`tank_level_pct ${operator} supply_temp_c > 0`)).toBe(null);
  expect(evaluate(`supply_temp_c ${operator} tank_level_pct > 0`)).toBe(null);
});

test.for<[string, unknown]>([
  ["supply_temp_c > 1", "36"],
  ["supply_temp_c > 1", true],
  ["supply_temp_c > 1", Number.NaN],
  ["supply_temp_c > 1", Number.POSITIVE_INFINITY],
  ["supply_temp_c + 0 > 1", Number.NEGATIVE_INFINITY],
  ["supply_temp_c > 1", { valueOf: () => 36 }],
  ["supply_temp_c > 1", undefined],
])("%s is unknown for %s", ([text, value]) => {
  expect(evaluate(text, { supply_temp_c: value as number })).toBe(null);
});

test("a value of another type than the catalogue says is no truth and no text", () => {
  const values = { leak_detected: 1, running_mode: 0 } as unknown as PointValues;
  expect(evaluate("leak_detected", values)).toBe(null);
  expect(evaluate('running_mode == "auto"', values)).toBe(null);
  expect(evaluate("[leak_detected].exists(x, x)", values)).toBe(null);
  expect(evaluate("[running_mode].exists(x, x == 'auto')", values)).toBe(null);
});

test("names every point that may be read, once, also through lists", () => {
  const { points, text } = compileExpression(
    "supply_temp_c > 1 && tower_fans_running.exists(f, f) || supply_temp_c > 2",
  );
  expect(points).toEqual(["supply_temp_c", "tower_fan1_running", "tower_fan2_running", "tower_fan3_running"]);
  expect(text).toContain("supply_temp_c > 2");
});

test("evaluations do not disturb each other", () => {
  const rule = compileExpression("phase_currents_a.filter(a, a > 405).size() == 2");
  const values = { ...HEALTHY, phase_b_current_a: 1 };
  expect([rule.evaluate(READING), rule.evaluate({ ...READING, values }), rule.evaluate(READING)]).toEqual([
    true,
    false,
    true,
  ]);
});
