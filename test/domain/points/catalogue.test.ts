import { expect, test } from "vitest";
import { isPointName, POINT_NAMES, POINTS, PointName } from "../../../domain/points/catalogue.ts";
import { CORE_POINTS } from "../../../domain/points/core-points.ts";
import { FAULTS, FaultDefinition, FaultName } from "../../../domain/points/faults.ts";
import { PointDefinition } from "../../../domain/points/point.ts";

/** The unit that a name ends in. Longer endings first: `_us_cm` before `_cm`, `_m3h` before `_h`. */
const UNIT_OF_ENDING: readonly (readonly [string, string])[] = [
  ["_us_cm", "µS/cm"],
  ["_mg_l", "mg/L"],
  ["_rh_pct", "%RH"],
  ["_j_th", "J/TH"],
  ["_run_hours", "h"],
  ["_m3h", "m³/h"],
  ["_m3", "m³"],
  ["_kpa", "kPa"],
  ["_pa", "Pa"],
  ["_kwh", "kWh"],
  ["_kw", "kW"],
  ["_hz", "Hz"],
  ["_pct", "%"],
  ["_deg", "°"],
  ["_ml", "mL"],
  ["_ms", "ms"],
  ["_th", "TH/s"],
  ["_c", "°C"],
  ["_k", "K"],
  ["_l", "L"],
  ["_v", "V"],
  ["_a", "A"],
  ["_s", "s"],
];
const WITHOUT_UNIT = ["makeup_pump_starts_24h", "coolant_ph", "power_factor", "miners_expected", "miners_online"];

test("the catalogue holds every point of the design once", () => {
  expect(POINT_NAMES.length).toBe(104);
  expect(new Set(POINT_NAMES).size).toBe(POINT_NAMES.length);
});

test("23 points are core", () => {
  expect(CORE_POINTS).toHaveLength(23);
  expect(CORE_POINTS).toContain("supply_temp_c");
  expect(CORE_POINTS).not.toContain("total_power_kw");
});

test.for(POINT_NAMES)("point %s is well formed", (name) => {
  const point = PointDefinition.parse(POINTS[name]);
  expect(point.label["zh-CN"]).toMatch(/[\p{Script=Han}]|^PCB|^pH/u);
  expect(point.label.en).toMatch(/^[A-Z][\x20-\x7e]+$/);
  expect(point.source).not.toBe("");
  expect(name).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
});

test.for(POINT_NAMES)("point %s says its unit in its name", (name) => {
  const { type, unit } = POINTS[name];
  if (type !== "num") {
    expect(unit).toBeUndefined();
    return;
  }
  const ending = UNIT_OF_ENDING.find(([end]) => name.endsWith(end));
  expect(unit).toBe(WITHOUT_UNIT.includes(name) ? "" : ending?.[1]);
});

test.for(POINT_NAMES)("point %s has a kind that fits its type", (name) => {
  const { type, kind, limits } = POINTS[name];
  expect(kind === "state").toBe(type !== "num");
  if (kind === "counter") expect(limits?.[0]).toBe(0);
});

test.for(POINT_NAMES)("point %s has limits around its band", (name) => {
  const { limits, band } = POINTS[name];
  const [least, most] = limits ?? [null, null];
  const [low, high] = band ?? [null, null];
  const ascending = [least, low, high, most].filter((bound) => bound !== null);
  expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
});

test.for(POINT_NAMES)("point %s has words when it is an enum, and a normal value of its type", (name) => {
  const { type, normal, words } = POINTS[name];
  expect(words !== undefined).toBe(type === "enum");
  const allowed: readonly unknown[] = type === "bool" ? [true, false, undefined] : [...(words ?? []), undefined];
  expect(allowed).toContain(normal);
});

test.for([
  { name: "supply_temp_c", limits: [-40, 120], band: [30, 37] },
  { name: "supply_pressure_kpa", limits: [0, 1600], band: [230, 350] },
  { name: "return_pressure_kpa", limits: [-50, 1000], band: [80, 200] },
  { name: "hashrate_th", limits: [0, 1_000_000], band: undefined },
  { name: "efficiency_j_th", limits: [5, 200], band: [16, 21] },
  { name: "tank_level_pct", limits: [0, 100], band: [67, null] },
] as const)("$name has the limits of the design", ({ name, limits, band }) => {
  expect(POINTS[name].limits).toEqual(limits);
  expect(POINTS[name].band).toEqual(band);
});

test("names that every object inherits are no points", () => {
  expect(isPointName("supply_temp_c")).toBe(true);
  expect(["constructor", "__proto__", "toString", ""].some(isPointName)).toBe(false);
  expect(PointName.safeParse("constructor").success).toBe(false);
});

test.for(FaultName.options)("fault %s has labels and is no point beside it", (name) => {
  const { label } = FaultDefinition.parse(FAULTS[name]);
  expect(label["zh-CN"]).toMatch(/\p{Script=Han}/u);
  expect(label.en).toMatch(/^[A-Z]/);
  expect(isPointName(name)).toBe(false);
});
