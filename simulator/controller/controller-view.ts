import type { Readings } from "../plant/measure.ts";
import type { PlantParameters } from "../plant/parameters.ts";
import { MINERS } from "../plant/parameters.ts";
import { minersLeftOn } from "../plant/part-orders.ts";
import type { PlantFaults, PlantState } from "../plant/plant-state.ts";
import type { ControllerState } from "./controller-state.ts";

/** Everything a controller can tell, in our own words and units; each dialect encodes a part of it. */
export type ControllerView = {
  readonly readings: Readonly<Readings>;
  readonly setpointC: number;
  readonly pidMode: boolean;
  readonly isAutomatic: boolean;
  readonly plcLost: boolean;
  readonly circulationPump: boolean;
  readonly circulationPumpHz: number;
  readonly makeupPump: boolean;
  readonly sprayPump: boolean;
  readonly towerFans: readonly [boolean, boolean, boolean];
  readonly boxFans: readonly [boolean, boolean];
  readonly fanHz: number;
  readonly bits: FaultBits;
  readonly box1EnergyKwh: number;
  readonly box2EnergyKwh: number;
  readonly coolingPowerKw: number;
  readonly ambientTempC: number;
  readonly tankLevelPct: number;
  readonly minersExpected: number;
  readonly minersOnline: number;
  readonly hashrateTh: number;
  readonly chipMaxC: number;
  readonly pcbMaxC: number;
  readonly uptimeS: number;
  /** The device's own clock, ms since the Unix epoch. */
  readonly deviceTimeMs: number;
};

type FaultBits = {
  readonly power: boolean;
  readonly circulationPump: boolean;
  readonly makeupPump: boolean;
  readonly sprayPump: boolean;
  readonly towerFans: readonly [boolean, boolean, boolean];
  readonly boxFans: readonly [boolean, boolean];
  readonly leak: boolean;
  readonly tankLow: boolean;
  readonly towerLow: boolean;
  readonly supplyTempHigh: boolean;
  readonly supplyTempTooHigh: boolean;
  readonly supplyPressureHigh: boolean;
  readonly returnPressureLow: boolean;
  readonly flowLow: boolean;
  readonly freezing: boolean;
};

/** Where the controller's own alarms trip [J]; the bits follow the sensors, not the truth. */
const SUPPLY_HIGH_C = 40;
const SUPPLY_TOO_HIGH_C = 45;
const SUPPLY_PRESSURE_HIGH_KPA = 400;
const RETURN_PRESSURE_LOW_KPA = 50;
const FLOW_LOW_M3H = 60;
const FREEZING_C = 5;
const TANK_LOW_PCT = 25;
const TOWER_LOW_PCT = 20;

/** What the view is made from. */
export type ViewSource = {
  readonly parameters: PlantParameters;
  readonly plant: PlantState;
  readonly controller: ControllerState;
  readonly plantFaults: PlantFaults;
  readonly readings: Readings;
  /** The leak contact, which may be wet without any coolant lost. */
  readonly leakContact: boolean;
  readonly freezeContact: boolean;
  readonly deviceTimeMs: number;
};

export function makeView(source: ViewSource): ControllerView {
  const { parameters, plant, controller, plantFaults, readings } = source;
  const { parts } = controller;
  const canTurn = controller.coolingOn && !plantFaults.powerFailed;
  const towerFans = parts.fansHz.map(
    (hz, index) => canTurn && !plantFaults.fansTripped[index] && (hz === null ? plant.fanStages > index : hz > 0),
  );
  const isHot = plant.awakeShare > 0.05 && plant.itPowerKw > 0;
  return {
    readings,
    setpointC: controller.setpointC,
    pidMode: controller.pidMode,
    isAutomatic: parts.isAutomatic,
    plcLost: false,
    circulationPump: plant.pumpRunning,
    circulationPumpHz: plant.pumpRunning ? parts.pumpHz : 0,
    makeupPump: plant.makeupPumpOn,
    sprayPump: plant.sprayRunning,
    towerFans: [towerFans[0] === true, towerFans[1] === true, towerFans[2] === true],
    boxFans: [canTurn, canTurn && readings.containerTempC > 40],
    fanHz: canTurn ? 50 * plant.fan : 0,
    bits: faultBits(source),
    box1EnergyKwh: plant.box1EnergyKwh,
    box2EnergyKwh: plant.box2EnergyKwh,
    coolingPowerKw: plant.coolingPowerKw,
    ambientTempC: plant.ambientTempC,
    tankLevelPct: plant.tankLevelPct,
    minersExpected: MINERS,
    minersOnline: minersLeftOn(parameters.minersOn, parts),
    hashrateTh: plant.hashrateTh,
    chipMaxC: plant.supplyTempC + (isHot ? 10 + 26 * plant.awakeShare : 3),
    pcbMaxC: plant.supplyTempC + (isHot ? 6 + 17 * plant.awakeShare : 2),
    uptimeS: (plant.timeMs - controller.bootedAtMs) / 1000,
    deviceTimeMs: source.deviceTimeMs,
  };
}

function faultBits(source: ViewSource): FaultBits {
  const { plant, plantFaults, readings, controller } = source;
  return {
    power: plantFaults.powerFailed,
    circulationPump: plantFaults.pumpTripped,
    makeupPump: false,
    sprayPump: plantFaults.sprayFailed,
    towerFans: plantFaults.fansTripped,
    boxFans: [false, false],
    leak: source.leakContact,
    tankLow: plant.tankLevelPct < TANK_LOW_PCT,
    towerLow: plant.towerLevelPct < TOWER_LOW_PCT,
    supplyTempHigh: readings.supplyTempC >= SUPPLY_HIGH_C,
    supplyTempTooHigh: readings.supplyTempC >= SUPPLY_TOO_HIGH_C,
    supplyPressureHigh: readings.supplyPressureKpa > SUPPLY_PRESSURE_HIGH_KPA,
    returnPressureLow: readings.returnPressureKpa < RETURN_PRESSURE_LOW_KPA,
    flowLow: controller.coolingOn && readings.flowM3h < FLOW_LOW_M3H,
    freezing: source.freezeContact || readings.supplyTempC < FREEZING_C,
  };
}
