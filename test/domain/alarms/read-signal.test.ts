import { expect, test } from "vitest";
import type { PointReading } from "../../../domain/alarms/expression/point-reading.ts";
import { numberReader, pointsBehind, unitOf, valueReader } from "../../../domain/alarms/read-signal.ts";
import type { SiteView } from "../../../domain/alarms/site-view.ts";
import { NOON, START_MS, someFacts } from "./fleet-under-test.ts";

function viewOf(values: PointReading["values"] | null, lab: number | null = null): SiteView {
  return {
    atMs: START_MS,
    facts: someFacts("site-1", lab === null ? {} : { lab: { coolant_ph: { value: lab, takenAtMs: START_MS } } }),
    reading: values === null ? null : ({ values, faults: [], unknownFaults: [] } as unknown as PointReading),
    misses: 0,
    goodPolls: 1,
    operating: "running",
    sisters: null,
    clock: NOON,
    members: [],
  };
}

test("a signal has a unit, also where that is none", () => {
  expect(
    ["supply_temp_c", "load_pct", "tower_fans_running", "coolant_ph"].map((name) => unitOf(name as never)),
  ).toEqual(["°C", "%", "", expect.any(String)]);
  expect(pointsBehind("load_pct")).toEqual(["load_pct", "total_power_kw"]);
  expect(pointsBehind("supply_temp_c")).toEqual(["supply_temp_c"]);
});

test("a number comes from the reading, from a figure of it, or from the laboratory; without any there is none", () => {
  expect(numberReader("supply_temp_c")(viewOf({ supply_temp_c: 35 }))).toBe(35);
  expect(numberReader("supply_temp_c")(viewOf({ supply_temp_c: null }))).toBeNull();
  expect(numberReader("supply_temp_c")(viewOf(null))).toBeNull();
  expect(numberReader("load_pct")(viewOf({ total_power_kw: 500 }))).toBe(50);
  expect(numberReader("load_pct")(viewOf(null))).toBeNull();
  expect(numberReader("coolant_ph")(viewOf(null, 8.1))).toBe(8.1);
  expect(numberReader("coolant_ph")(viewOf(null))).toBeNull();
});

test("a value of any type, the laboratory's too", () => {
  expect(valueReader("running_mode")(viewOf({ running_mode: "auto" }))).toBe("auto");
  expect(valueReader("running_mode")(viewOf({}))).toBeNull();
  expect(valueReader("running_mode")(viewOf(null))).toBeNull();
  expect(valueReader("coolant_ph")(viewOf(null, 7.4))).toBe(7.4);
  expect(valueReader("coolant_ph")(viewOf({}))).toBeNull();
});
