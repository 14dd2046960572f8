import type { PointName } from "../points/catalogue.ts";

/** Density in kg/m³ and heat capacity in kJ/(kg·K) of a coolant. */
export type Fluid = { readonly densityKgM3: number; readonly heatCapacityKjKgK: number };

/** Inhibited water or a weak glycol mix; confirm per site [J]. */
const DEFAULT_FLUID: Fluid = { densityKgM3: 1015, heatCapacityKjKgK: 4.05 };

/** Magnus coefficients: none, and °C. */
const MAGNUS_A = 17.62;
const MAGNUS_B = 243.12;
/** Range of Stull's fit; outside, the wet bulb is only an estimate. */
const STULL_TEMP_C = { from: -20, to: 50 };
const STULL_RH_PCT = { from: 5, to: 99 };

/** A point that follows from two others. */
export type DerivedRule = {
  readonly point: PointName;
  readonly inputs: readonly [PointName, PointName];
  readonly compute: (first: number, second: number) => number;
  /** True where the formula is used outside the range it was made for. */
  readonly isEstimate?: (first: number, second: number) => boolean;
};

/** In an order in which the inputs of a rule come before it. Of two rules for one point the first that can be used counts. */
const RULES: readonly DerivedRule[] = [
  { point: "total_power_kw", inputs: ["box1_power_kw", "box2_power_kw"], compute: (box1, box2) => box1 + box2 },
  { point: "delta_temp_k", inputs: ["return_temp_c", "supply_temp_c"], compute: minus },
  { point: "delta_pressure_kpa", inputs: ["supply_pressure_kpa", "return_pressure_kpa"], compute: minus },
  { point: "heat_removed_kw", inputs: ["supply_flow_m3h", "delta_temp_k"], compute: (flow, dt) => heatKw(flow, dt) },
  { point: "container_dew_point_c", inputs: ["container_temp_c", "container_rh_pct"], compute: dewPointC },
  { point: "dew_point_margin_k", inputs: ["supply_temp_c", "container_dew_point_c"], compute: minus },
  {
    point: "ambient_wet_bulb_c",
    inputs: ["ambient_temp_c", "ambient_rh_pct"],
    compute: wetBulbC,
    isEstimate: (tempC, rhPct) => !isWithin(tempC, STULL_TEMP_C) || !isWithin(rhPct, STULL_RH_PCT),
  },
  { point: "approach_wetbulb_k", inputs: ["tower_outlet_temp_c", "ambient_wet_bulb_c"], compute: minus },
  { point: "approach_wetbulb_k", inputs: ["supply_temp_c", "ambient_wet_bulb_c"], compute: minus },
  { point: "approach_drybulb_k", inputs: ["tower_outlet_temp_c", "ambient_temp_c"], compute: minus },
  { point: "approach_drybulb_k", inputs: ["supply_temp_c", "ambient_temp_c"], compute: minus },
  // Whether the meters of the boxes include the cooling differs from site to site.
  { point: "it_power_kw", inputs: ["total_power_kw", "cooling_power_kw"], compute: minus, isEstimate: () => true },
  { point: "efficiency_j_th", inputs: ["total_power_kw", "hashrate_th"], compute: efficiencyJTh },
];

/**
 * The derived points that a controller with these points can deliver, in the order in which to compute them. A point
 * that the controller sends itself is not derived; one that needs what the controller lacks is left out.
 */
export function derivableFrom(points: Iterable<PointName>): DerivedRule[] {
  const known = new Set(points);
  return RULES.filter(({ point, inputs }) => {
    const isDerivable = !known.has(point) && inputs.every((input) => known.has(input));
    if (isDerivable) known.add(point);
    return isDerivable;
  });
}

/** Heat carried by the coolant: kW from m³/h and K. */
export function heatKw(flowM3h: number, deltaTempK: number, fluid: Fluid = DEFAULT_FLUID): number {
  return (fluid.densityKgM3 * flowM3h * fluid.heatCapacityKjKgK * deltaTempK) / 3600;
}

/** Dew point in °C by Magnus; humidity below 1 % counts as 1 %. */
export function dewPointC(tempC: number, rhPct: number): number {
  const gamma = Math.log(Math.max(rhPct, 1) / 100) + (MAGNUS_A * tempC) / (MAGNUS_B + tempC);
  return (MAGNUS_B * gamma) / (MAGNUS_A - gamma);
}

/** Wet bulb in °C by Stull (2011), made for −20…50 °C and 5…99 %RH. */
export function wetBulbC(tempC: number, rhPct: number): number {
  return (
    tempC * Math.atan(0.151977 * Math.sqrt(rhPct + 8.313659)) +
    Math.atan(tempC + rhPct) -
    Math.atan(rhPct - 1.676331) +
    0.00391838 * rhPct ** 1.5 * Math.atan(0.023101 * rhPct) -
    4.686035
  );
}

/** J/TH from kW and TH/s; without hashrate there is none (NaN, ±∞). */
export function efficiencyJTh(powerKw: number, hashrateTh: number): number {
  return (1000 * powerKw) / hashrateTh;
}

function minus(first: number, second: number): number {
  return first - second;
}

function isWithin(value: number, { from, to }: { readonly from: number; readonly to: number }): boolean {
  return value >= from && value <= to;
}
