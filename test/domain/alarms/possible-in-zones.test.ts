import { describe, expect, test } from "vitest";
import { compileRule } from "../../../domain/alarms/compile-rule.ts";
import { MAY_FAIL, MAY_HOLD, type Zone } from "../../../domain/alarms/zone.ts";
import { aRule, START_MS, someFacts } from "./fleet-under-test.ts";

const ZONE_MS = 900_000;
const ON = MAY_HOLD;
const OFF = MAY_FAIL;
type Parts = Partial<Omit<Zone, "facts">> & { readonly lab?: Zone["facts"]["lab"] };

function zoneOf({ lab = {}, ...parts }: Parts, place = 0): Zone {
  const fromMs = START_MS + place * ZONE_MS;
  const facts = someFacts("site-001", { ratedPowerKw: null, lab });
  return {
    fromMs,
    toMs: fromMs + ZONE_MS,
    facts,
    numbers: {},
    states: {},
    words: {},
    whole: new Set(),
    faults: [],
    lacksReadings: false,
    misses: 0,
    sisters: null,
    members: [],
    ...parts,
  };
}

/** What the condition may say in each of these zones, one after the other. */
function watched(condition: object, zones: readonly Parts[]): { holds: boolean; fails: boolean }[] {
  const watch = compileRule(aRule(condition as Parameters<typeof aRule>[0])).condition.watch?.(false);
  if (watch === undefined) throw new Error("this kind is not watched");
  return zones.map((parts, place) => {
    const possible = watch(zoneOf(parts, place));
    return { holds: (possible & MAY_HOLD) !== 0, fails: (possible & MAY_FAIL) !== 0 };
  });
}

const WARM: Parts = { numbers: { supply_temp_c: { low: 30, high: 35 }, return_temp_c: { low: 40, high: 45 } } };
const wet = (leak: number): Parts => ({ ...WARM, states: { leak_detected: leak } });

describe("an expression", () => {
  test.each<[string, Parts, boolean, boolean]>([
    ["supply_temp_c > 40.0", WARM, false, true],
    ["supply_temp_c > 29.0", WARM, true, false],
    ["supply_temp_c < 30.0", WARM, false, true],
    ["supply_temp_c <= 30.0", WARM, true, true],
    ["supply_temp_c >= 35.0", WARM, true, true],
    ["supply_temp_c > 40.0", {}, false, false],
    ["supply_temp_c == 40.0", WARM, false, true],
    ["supply_temp_c != 40.0", WARM, true, false],
    ["supply_temp_c == 33.0", WARM, true, true],
    ["supply_temp_c == 33.0", {}, false, false],
    ["supply_temp_c - return_temp_c > 0.0", WARM, false, true],
    ["supply_temp_c + return_temp_c > 100.0", WARM, false, true],
    ["supply_temp_c * 2.0 > 80.0", WARM, false, true],
    ["100.0 / supply_temp_c > 4.0", WARM, false, true],
    ["100.0 / (supply_temp_c - 32.0) > 4.0", WARM, true, true],
    ["-supply_temp_c > 0.0", WARM, false, true],
    ["-supply_temp_c > 0.0", {}, false, false],
    ["leak_detected", wet(OFF), false, true],
    ["leak_detected", wet(ON | OFF), true, true],
    ["!leak_detected", wet(ON), false, true],
    ["leak_detected && supply_temp_c > 40.0", wet(ON), false, true],
    ["leak_detected || supply_temp_c > 40.0", wet(OFF), false, true],
    ["leak_detected || supply_temp_c > 40.0", wet(ON), true, false],
    ["leak_detected ? supply_temp_c > 40.0 : return_temp_c > 50.0", wet(ON | OFF), false, true],
    ["(leak_detected ? supply_temp_c : return_temp_c) > 50.0", wet(ON | OFF), false, true],
    ['running_mode == "manual"', WARM, true, true],
  ])("%s", (text, zone, holds, fails) => {
    const [found] = watched({ kind: "expression", text }, [zone]);
    expect(found?.holds).toBe(holds);
    if (fails) expect(found?.fails).toBe(true);
  });
});

describe("a quantity", () => {
  const fans = (one: number, two: number, three: number): Parts => ({
    states: { tower_fan1_running: one, tower_fan2_running: two, tower_fan3_running: three },
  });
  test.each<[string, string, number, Parts, boolean]>([
    ["tower_fans_running", "<", 2, fans(ON, ON, ON), false],
    ["tower_fans_running", "<", 2, fans(OFF, ON | OFF, ON), true],
    ["tower_fans_running", "<", 2, { states: { tower_fan1_running: ON } }, false],
    ["coldest_liquid_c", "<", 3, WARM, false],
    ["coldest_liquid_c", "<", 31, WARM, true],
    ["coldest_liquid_c", "<", 3, {}, false],
    ["supply_over_return_k", ">", 0, WARM, false],
    ["supply_over_return_k", ">", 0, {}, false],
    ["load_pct", ">", 90, { numbers: { total_power_kw: { low: 100, high: 950 } } }, true],
    ["load_pct", ">", 90, { numbers: { total_power_kw: { low: 100, high: 800 } } }, false],
    ["load_pct", ">", 90, {}, false],
    ["hydraulic_resistance", ">", 0.001, {}, false],
    [
      "hydraulic_resistance",
      ">",
      0.001,
      {
        numbers: {
          supply_flow_m3h: { low: 0, high: 100 },
          supply_pressure_kpa: { low: 290, high: 300 },
          return_pressure_kpa: { low: 110, high: 120 },
        },
      },
      true,
    ],
    ["hydraulic_resistance", ">", 0.001, { numbers: { supply_flow_m3h: { low: 0, high: 10 } } }, false],
  ])("%s %s %d", (point, op, limit, zone, holds) => {
    expect(watched({ kind: "limit", point, op, limit }, [zone])[0]?.holds).toBe(holds);
  });
});

describe("a change of", () => {
  const holdsIn = (point: string, zones: readonly Parts[]) =>
    watched({ kind: "change", point, holdS: 60 }, zones).map(({ holds }) => holds);
  const number = (low: number, high: number): Parts => ({ numbers: { supply_temp_setpoint_c: { low, high } } });
  const pump = (state: number): Parts => ({ states: { circulation_pump_running: state } });
  const mode = (first: string, last: string): Parts => ({ words: { running_mode: [first, last] } });
  const acid = (value: number): Parts => ({ lab: { coolant_ph: { value, takenAtMs: START_MS } } });

  // The first value of all counts, as it has to be remembered; so does a zone of which the change is less than `holdS` ago.
  test.each<[string, string, readonly Parts[], readonly boolean[]]>([
    ["a number", "supply_temp_setpoint_c", [number(35, 35), number(35, 35), number(35, 35)], [true, true, false]],
    ["a number within", "supply_temp_setpoint_c", [number(35, 35), {}, number(35, 36)], [true, true, true]],
    ["a state", "circulation_pump_running", [pump(ON), {}, pump(ON), pump(ON | OFF)], [true, true, false, true]],
    ["a state that is off", "circulation_pump_running", [pump(OFF), pump(OFF), pump(OFF)], [true, true, false]],
    ["a word", "running_mode", [mode("auto", "auto"), {}, mode("auto", "manual")], [true, true, true]],
    ["what people measure", "coolant_ph", [{}, acid(8), acid(8), acid(8)], [false, true, true, false]],
  ])("%s", (_, point, zones, expected) => {
    expect(holdsIn(point, zones)).toEqual(expected);
  });
});
