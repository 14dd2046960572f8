import type { PlantParameters } from "./parameters.ts";
import type { PlantState } from "./plant-state.ts";
import { mixSeeds, normal, type Random } from "./random.ts";

/** What the controller's sensors say, before a dialect rounds and scales it. Units are part of the names. */
export type Readings = {
  supplyTempC: number;
  returnTempC: number;
  towerInletC: number;
  containerTempC: number;
  containerRhPct: number;
  supplyPressureKpa: number;
  returnPressureKpa: number;
  flowM3h: number;
  box1Kw: number;
  box2Kw: number;
};
export type Sensor = keyof Readings;

/** Names as people write them in fault arguments, and the reading they mean. */
export const SENSORS = {
  supply_temp: "supplyTempC",
  return_temp: "returnTempC",
  tower_inlet_temp: "towerInletC",
  container_temp: "containerTempC",
  container_rh: "containerRhPct",
  supply_pressure: "supplyPressureKpa",
  return_pressure: "returnPressureKpa",
  supply_flow: "flowM3h",
  box1_power: "box1Kw",
  box2_power: "box2Kw",
} as const satisfies Record<string, Sensor>;
export type SensorName = keyof typeof SENSORS;

/**
 * The measurement chain: constant bias per sensor, then noise (0.05 K, 2 kPa, 0.5 % of the flow, 0.3 % RH, 0.1 % of the power).
 * The noise belongs to the site and the plant's time, not to the asker: two requests within one step read the same.
 */
export function measure(parameters: PlantParameters, state: PlantState, seed: number): Readings {
  const random: Random = { state: mixSeeds(seed, 3, state.timeMs / 1000) };
  const { bias } = parameters;
  const meteredKw = state.itPowerKw + (parameters.metersIncludeCooling ? state.coolingPowerKw : 0);
  const towerInletC = state.pumpRunning ? state.returnTempC - 0.4 : state.returnTempC - 1;
  return {
    supplyTempC: state.supplyTempC + bias.supplyTempC + 0.05 * normal(random),
    returnTempC: state.returnTempC + bias.returnTempC + 0.05 * normal(random),
    towerInletC: towerInletC + bias.towerInletC + 0.05 * normal(random),
    containerTempC: state.containerTempC + bias.containerC + 0.05 * normal(random),
    containerRhPct: between(0, 100, state.containerRhPct + 0.3 * normal(random)),
    supplyPressureKpa: Math.max(0, state.supplyPressureKpa + bias.supplyPressureKpa + 2 * normal(random)),
    returnPressureKpa: Math.max(0, state.returnPressureKpa + bias.returnPressureKpa + 2 * normal(random)),
    flowM3h: state.flowM3h * (1 + bias.flowShare + 0.005 * normal(random)),
    box1Kw: meteredKw * parameters.box1Share * (1 + 0.001 * normal(random)),
    box2Kw: meteredKw * (1 - parameters.box1Share) * (1 + 0.001 * normal(random)),
  };
}

function between(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, value));
}
