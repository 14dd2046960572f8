import type { PartOrders } from "./part-orders.ts";
import { mixSeeds } from "./random.ts";

/** Everything the plant remembers between two steps. Temperatures in °C, pressures in kPa (gauge), volumes in litres. */
export type PlantState = {
  /** Plant time, milliseconds since the Unix epoch; its hour of the day drives the weather. */
  readonly timeMs: number;
  readonly randomState: number;
  readonly supplyTempC: number;
  readonly returnTempC: number;
  /** Integral part and output of the fan controller, 0.15 … 1. */
  readonly fanIntegral: number;
  readonly fan: number;
  /** How many tower fans the stage control has switched on, 0 … 3. */
  readonly fanStages: number;
  readonly flowM3h: number;
  /** Flow resistance against a clean loop; 1 = clean. */
  readonly clogging: number;
  readonly returnPressureKpa: number;
  readonly supplyPressureKpa: number;
  readonly makeupPumpOn: boolean;
  readonly tankLevelPct: number;
  readonly towerLevelPct: number;
  readonly towerMakeupOn: boolean;
  readonly towerMakeupM3: number;
  /** Spray demand of the controller (hysteresis on the outdoor temperature). */
  readonly isWet: boolean;
  readonly ambientOffsetC: number;
  readonly ambientTempC: number;
  readonly ambientRhPct: number;
  readonly ambientWetBulbC: number;
  readonly containerTempC: number;
  readonly containerRhPct: number;
  /** Share of the miners' power that is on, 0 … 1. */
  readonly awakeShare: number;
  readonly itPowerKw: number;
  readonly coolingPowerKw: number;
  readonly heatRejectedKw: number;
  readonly hashrateTh: number;
  readonly box1EnergyKwh: number;
  readonly box2EnergyKwh: number;
  readonly pumpRunning: boolean;
  readonly sprayRunning: boolean;
};

/** What the controller asks of the plant. */
export type PlantOrders = {
  /** Circulation pump, fans, spray and miners are wanted. */
  readonly coolingOn: boolean;
  readonly setpointC: number;
  readonly parts: PartOrders;
};

/** What is broken or disturbed in the plant. */
export type PlantFaults = {
  /** A phase is missing: no motor of the cooling turns. */
  readonly powerFailed: boolean;
  readonly pumpTripped: boolean;
  readonly fansTripped: readonly [boolean, boolean, boolean];
  readonly sprayFailed: boolean;
  readonly leakLPerH: number;
  /** Growth of the flow resistance, share per day. */
  readonly cloggingPerDay: number;
  readonly towerDry: boolean;
  readonly isFreezing: boolean;
  /** Share of the miners' power that curtailment leaves; 1 = all. */
  readonly powerShare: number;
};

export const NO_PLANT_FAULTS: PlantFaults = {
  powerFailed: false,
  pumpTripped: false,
  fansTripped: [false, false, false],
  sprayFailed: false,
  leakLPerH: 0,
  cloggingPerDay: 0,
  towerDry: false,
  isFreezing: false,
  powerShare: 1,
};

/** The state at start: warm loop, fans half open, clean, full tanks. */
export function startState(seed: number, timeMs: number): PlantState {
  return {
    timeMs,
    randomState: mixSeeds(seed, 2),
    supplyTempC: 35,
    returnTempC: 43,
    fanIntegral: 0.5,
    fan: 0.5,
    fanStages: 2,
    flowM3h: 95,
    clogging: 1,
    returnPressureKpa: 120,
    supplyPressureKpa: 290,
    makeupPumpOn: false,
    tankLevelPct: 90,
    towerLevelPct: 90,
    towerMakeupOn: false,
    towerMakeupM3: 0,
    isWet: false,
    ambientOffsetC: 0,
    ambientTempC: 20,
    ambientRhPct: 50,
    ambientWetBulbC: 13.7,
    containerTempC: 35,
    containerRhPct: 30,
    awakeShare: 1,
    itPowerKw: 0,
    coolingPowerKw: 0,
    heatRejectedKw: 0,
    hashrateTh: 0,
    box1EnergyKwh: 100_000 + (seed % 900_000),
    box2EnergyKwh: 100_000 + (seed % 900_000),
    pumpRunning: true,
    sprayRunning: false,
  };
}
