import { expect, test } from "vitest";
import { PROFILES } from "../../../domain/profiles/index.ts";
import { derivableFrom, dewPointC, efficiencyJTh, heatKw, wetBulbC } from "../../../domain/telemetry/derived-points.ts";

test.for([
  { name: "dew point(38.4 °C, 31 %)", value: dewPointC(38.4, 31), expected: 18.28, digits: 2 },
  { name: "wet bulb(36, 42)", value: wetBulbC(36, 42), expected: 25.77, digits: 2 },
  { name: "wet bulb(20, 50)", value: wetBulbC(20, 50), expected: 13.7, digits: 2 },
  { name: "heat of 94.6 m³/h and 8.2 K", value: heatKw(94.6, 8.2), expected: 885.8, digits: 1 },
  { name: "efficiency of 921 kW and 47311 TH/s", value: efficiencyJTh(921, 47311), expected: 19.47, digits: 2 },
])("$name is $expected", ({ value, expected, digits }) => {
  expect(value).toBeCloseTo(expected, digits);
});

test("bone-dry air has the dew point of 1 %, not −∞", () => {
  expect(dewPointC(30, 0)).toBe(dewPointC(30, 1));
  expect(dewPointC(30, 0)).toBeGreaterThan(-60);
});

test("another fluid carries another heat", () => {
  expect(heatKw(94.6, 8.2, { densityKgM3: 998, heatCapacityKjKgK: 4.18 })).toBeCloseTo(898.9, 0);
});

test("a chain of derived points follows from what the controller sends", () => {
  const points = derivableFrom(["ambient_temp_c", "ambient_rh_pct", "tower_outlet_temp_c", "supply_temp_c"]);
  expect(points.map(({ point, inputs }) => [point, ...inputs])).toEqual([
    ["ambient_wet_bulb_c", "ambient_temp_c", "ambient_rh_pct"],
    ["approach_wetbulb_k", "tower_outlet_temp_c", "ambient_wet_bulb_c"],
    ["approach_drybulb_k", "tower_outlet_temp_c", "ambient_temp_c"],
  ]);
});

test("the miners' power is what the cooling leaves of the total, always an estimate", () => {
  const [rule, ...others] = derivableFrom(["total_power_kw", "cooling_power_kw"]);
  expect(others).toEqual([]);
  expect([rule?.point, rule?.compute(1000, 45), rule?.isEstimate?.(1000, 45)]).toEqual(["it_power_kw", 955, true]);
});

test("without an outlet sensor the approach is taken from the supply", () => {
  const points = derivableFrom(["ambient_temp_c", "supply_temp_c"]);
  expect(points.map(({ point, inputs }) => [point, ...inputs])).toEqual([
    ["approach_drybulb_k", "supply_temp_c", "ambient_temp_c"],
  ]);
});

test("what the controller sends itself is not derived", () => {
  const boxes = ["box1_power_kw", "box2_power_kw"] as const;
  expect(derivableFrom(boxes).map(({ point }) => point)).toEqual(["total_power_kw"]);
  expect(derivableFrom([...boxes, "total_power_kw"])).toEqual([]);
});

test.for(PROFILES)("profile $id gets no derived point that its controller can never fill", ({ map }) => {
  const points = Object.keys(map) as (keyof typeof map)[];
  const known = new Set(points);
  for (const { point, inputs } of derivableFrom(points)) {
    expect(inputs.every((input) => known.has(input))).toBe(true);
    known.add(point);
  }
});
