import type { PlantState } from "./plant-state.ts";
import type { Air } from "./weather.ts";

/** Lag of the air inside the box, s, and its rise over the outdoor air per kW of air-side heat with fans on and off [J]. */
const LAG_S = 600;
const RISE_K_PER_KW = 0.06;
const RISE_WITHOUT_FANS_K_PER_KW = 0.6;
/** The box is heated in winter: it does not follow the outdoor air below this, °C [J]. */
const HEATED_TO_C = 16;
/** People and wet clothes keep a heated box from drying out further, %RH [J]. */
const DRIEST_PCT = 12;

export type Container = Pick<PlantState, "containerTempC" | "containerRhPct">;

/** Air in the container: first-order lag on the outdoor air plus the 4 % of the miners' heat that leaves through the air. */
export function stepContainer(state: PlantState, air: Air, itPowerKw: number, fansOn: boolean, dtS: number): Container {
  const riseK = 0.04 * itPowerKw * (fansOn ? RISE_K_PER_KW : RISE_WITHOUT_FANS_K_PER_KW);
  const targetC = Math.max(HEATED_TO_C, air.tempC) + riseK;
  // the same water in warmer air: the humidity falls with the saturation pressure
  const targetRh = Math.min(
    95,
    Math.max(DRIEST_PCT, (air.rhPct * saturationKpa(air.tempC)) / saturationKpa(state.containerTempC)),
  );
  const share = Math.min(1, dtS / LAG_S);
  return {
    containerTempC: state.containerTempC + (targetC - state.containerTempC) * share,
    containerRhPct: state.containerRhPct + (targetRh - state.containerRhPct) * share,
  };
}

/** Saturation pressure of water by Magnus, kPa. */
function saturationKpa(tempC: number): number {
  return 0.6112 * Math.exp((17.62 * tempC) / (243.12 + tempC));
}
