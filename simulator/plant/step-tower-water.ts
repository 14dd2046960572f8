import type { PlantParameters } from "./parameters.ts";
import type { PlantFaults, PlantState } from "./plant-state.ts";

/** Heat of evaporation, kJ/kg. */
const EVAPORATION_KJ_KG = 2430;
/** Cycles of concentration: blow-down is evaporation ÷ (cycles − 1). */
const CYCLES = 4;
/** Basin of 1500 L, filled by a valve of 4000 L/h between 80 and 95 % [J]. */
const BASIN_L = 1500;
const FILL_L_PER_H = 4000;
/** A basin whose water is shut off is taken as drained within minutes, % per second [J]. */
const DRAIN_PCT_PER_S = 0.5;

export type TowerWater = Pick<PlantState, "towerLevelPct" | "towerMakeupOn" | "towerMakeupM3">;

/** @param wetHeatKw heat rejected while the spray runs, kW; 0 when dry */
export function stepTowerWater(
  parameters: PlantParameters,
  faults: PlantFaults,
  state: PlantState,
  wetHeatKw: number,
  dtS: number,
): TowerWater {
  const evaporatedL = ((parameters.latentShare * wetHeatKw) / EVAPORATION_KJ_KG) * dtS;
  const lostPct = ((evaporatedL * (1 + 1 / (CYCLES - 1))) / BASIN_L) * 100;
  if (faults.towerDry) {
    const towerLevelPct = Math.max(0, state.towerLevelPct - lostPct - DRAIN_PCT_PER_S * dtS);
    return { towerLevelPct, towerMakeupOn: false, towerMakeupM3: state.towerMakeupM3 };
  }
  const towerMakeupOn = state.towerMakeupOn ? state.towerLevelPct < 95 : state.towerLevelPct < 80;
  const addedL = towerMakeupOn ? (FILL_L_PER_H * dtS) / 3600 : 0;
  return {
    towerLevelPct: Math.max(0, Math.min(100, state.towerLevelPct - lostPct + (addedL / BASIN_L) * 100)),
    towerMakeupOn,
    towerMakeupM3: state.towerMakeupM3 + addedL / 1000,
  };
}
