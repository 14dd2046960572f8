import type { PlantState } from "./plant-state.ts";
import type { PlantSetting } from "./step.ts";

/** The make-up pump starts below 80 kPa return pressure and stops above 120 kPa: the saw-tooth of a slow leak. */
const MAKEUP_ON_KPA = 80;
const MAKEUP_OFF_KPA = 120;
/** A refill that somebody has ordered goes on up to here, kPa. */
const REFILLED_KPA = 150;
/** Make-up pump 600 L/h out of a tank of 300 L [J]. */
const MAKEUP_L_PER_H = 600;
const TANK_L = 300;

export type LoopPressure = Pick<PlantState, "returnPressureKpa" | "makeupPumpOn" | "tankLevelPct">;

/** Return pressure from the loop's compliance: what leaks lowers it, what the make-up pump adds raises it. */
export function stepLoopPressure(
  { parameters, orders, faults }: PlantSetting,
  state: PlantState,
  dtS: number,
): LoopPressure {
  const hours = dtS / 3600;
  const isTankEmpty = state.tankLevelPct <= 0;
  const wantedKpa = state.makeupPumpOn ? MAKEUP_OFF_KPA : MAKEUP_ON_KPA;
  const makeupPumpOn =
    !isTankEmpty &&
    !faults.powerFailed &&
    state.returnPressureKpa < (orders.parts.refilling ? REFILLED_KPA : wantedKpa);
  const addedL = makeupPumpOn ? Math.min(MAKEUP_L_PER_H * hours, (state.tankLevelPct / 100) * TANK_L) : 0;
  // a loop without pressure has nothing left that could leak out
  const lostL = state.returnPressureKpa > 0 ? (faults.leakLPerH + parameters.seepageLPerH) * hours : 0;
  return {
    returnPressureKpa: Math.max(0, state.returnPressureKpa + parameters.complianceKpaPerL * (addedL - lostL)),
    makeupPumpOn,
    tankLevelPct: state.tankLevelPct - (addedL / TANK_L) * 100,
  };
}
