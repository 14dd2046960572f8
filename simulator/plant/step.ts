import {
  DENSITY,
  HEAT_TO_COOLANT,
  LOOP_HEAT_CAPACITY,
  MINER_LIMIT_C,
  type PlantParameters,
  SPECIFIC_HEAT,
} from "./parameters.ts";
import { minersLeftOn } from "./part-orders.ts";
import type { PlantFaults, PlantOrders, PlantState } from "./plant-state.ts";
import { normal, type Random } from "./random.ts";
import { stepContainer } from "./step-container.ts";
import { stepLoopPressure } from "./step-loop-pressure.ts";
import { stepTowerWater } from "./step-tower-water.ts";
import { type Air, airAt, type Climate } from "./weather.ts";

/** Everything outside the state that one step needs. */
export type PlantSetting = {
  readonly parameters: PlantParameters;
  readonly climate: Climate;
  /** East longitude, °: shifts the solar day against UTC. */
  readonly longitudeDeg: number;
  readonly orders: PlantOrders;
  readonly faults: PlantFaults;
};

/** Time constants of the miners' power when they are put to sleep and when they are woken, s [J]. */
const SLEEP_S = 10;
const WAKE_S = 60;
/** Power of sleeping miners, share of full power [J]. */
const STANDBY_SHARE = 0.01;
/** What the sink falls to when the cooler freezes, °C [J]. */
const FREEZING_SINK_C = -10;
/** So many kelvin below the set-point the mixing valve begins to lead coolant past the cooler, and there it leads most [J]. */
const BYPASS_FROM_K = 6;
const BYPASS_MOST_K = 9;
/** The valve leaks so much into a cooler that is closed [J]. */
const BYPASS_LEAK = 0.02;

/**
 * One step of the plant: the well-mixed model of the domain notes (§10.1–10.2).
 *
 * @param dtS length of the step in seconds, above 0 and at most 30 (10 in normal running, 1 in transients)
 */
export function stepPlant(setting: PlantSetting, state: PlantState, dtS: number): PlantState {
  const { parameters, orders, faults } = setting;
  const random: Random = { state: state.randomState };
  const timeMs = state.timeMs + dtS * 1000;

  const ambientOffsetC =
    state.ambientOffsetC - (state.ambientOffsetC * dtS) / 3600 + 0.6 * Math.sqrt(dtS / 3600) * normal(random);
  const air = airAt(setting.climate, solarHour(timeMs, setting.longitudeDeg), ambientOffsetC, normal(random));

  const { parts } = orders;
  const pumpRunning = orders.coolingOn && parts.pumpOn && !faults.pumpTripped && !faults.powerFailed;
  const clogging = Math.max(1, state.clogging + (faults.cloggingPerDay * dtS) / 86_400);
  const flowM3h = pumpRunning ? (parameters.cleanFlowM3h * (parts.pumpHz / 50)) / Math.sqrt(clogging) : 0;
  const conductanceKwK = Math.max(((DENSITY * flowM3h) / 3600) * SPECIFIC_HEAT, 0.5);

  const awakeShare = nextAwakeShare(state.awakeShare, wantedShare(setting), dtS);
  const isProtecting = state.supplyTempC > MINER_LIMIT_C;
  const powerNoise = 1 + 0.003 * normal(random);
  const itPowerKw = isProtecting ? 0 : parameters.minersOn * parameters.minerKw * awakeShare * powerNoise;
  const heatKw = HEAT_TO_COOLANT * itPowerKw;

  const isWet = state.isWet ? air.tempC > 8 : air.tempC > 10;
  const wantsSpray = parts.spray === "auto" ? isWet : parts.spray === "on";
  const canSpray = !faults.sprayFailed && !faults.powerFailed && state.towerLevelPct > 2;
  const sprayRunning = orders.coolingOn && wantsSpray && canSpray;
  const fanShare = availableFanShare(orders, faults);
  const { effectiveness, sinkC } = cooler(setting, state, air, sprayRunning, fanShare);
  const throughCooler = effectiveness * coolerShare(setting, state);
  const heatRejectedKw = pumpRunning ? Math.max(0, throughCooler * conductanceKwK * (state.returnTempC - sinkC)) : 0;

  const returnTempC = state.returnTempC + (dtS * (heatKw - heatRejectedKw)) / LOOP_HEAT_CAPACITY;
  const leavingC = pumpRunning ? returnTempC - heatRejectedKw / conductanceKwK : returnTempC;
  const supplyTempC = state.supplyTempC + (leavingC - state.supplyTempC) * Math.min(1, dtS / 30);

  const error = supplyTempC - orders.setpointC;
  const fanIntegral = clamp(state.fanIntegral + 0.0008 * error * dtS, 0.15, 1);
  const fan = clamp(fanIntegral + 0.08 * error, 0.15, 1);

  const relativeLift = (flowM3h / 95) ** 2 * clogging;
  const pressure = stepLoopPressure(setting, state, dtS);
  const coolingPowerKw =
    (pumpRunning ? 26 * relativeLift : 0) + 3 * 9 * fan ** 3 * fanShare + (sprayRunning ? 4.5 : 0) + 1.2;
  const meteredKw = itPowerKw + (parameters.metersIncludeCooling ? coolingPowerKw : 0);
  const energyKwh = (meteredKw * dtS) / 3600;
  const towerWater = stepTowerWater(parameters, faults, state, sprayRunning ? heatRejectedKw : 0, dtS);
  const container = stepContainer(state, air, itPowerKw, orders.coolingOn, dtS);

  // every field by name: spreading the parts costs four times as much as the physics
  return {
    timeMs,
    supplyTempC,
    returnTempC,
    fanIntegral,
    fan,
    fanStages: nextFanStages(state.fanStages, fan),
    flowM3h,
    clogging,
    returnPressureKpa: pressure.returnPressureKpa,
    makeupPumpOn: pressure.makeupPumpOn,
    tankLevelPct: pressure.tankLevelPct,
    supplyPressureKpa: pressure.returnPressureKpa + 170 * relativeLift,
    towerLevelPct: towerWater.towerLevelPct,
    towerMakeupOn: towerWater.towerMakeupOn,
    towerMakeupM3: towerWater.towerMakeupM3,
    containerTempC: container.containerTempC,
    containerRhPct: container.containerRhPct,
    isWet,
    ambientOffsetC,
    ambientTempC: air.tempC,
    ambientRhPct: air.rhPct,
    ambientWetBulbC: air.wetBulbC,
    awakeShare,
    itPowerKw,
    coolingPowerKw,
    heatRejectedKw,
    hashrateTh: isProtecting ? 0 : parameters.minersOn * parameters.minerThs * hashingShare(awakeShare),
    box1EnergyKwh: state.box1EnergyKwh + energyKwh * parameters.box1Share,
    box2EnergyKwh: state.box2EnergyKwh + energyKwh * (1 - parameters.box1Share),
    pumpRunning,
    sprayRunning,
    randomState: random.state,
  };
}

function solarHour(timeMs: number, longitudeDeg: number): number {
  const hour = (timeMs / 3_600_000 + longitudeDeg / 15) % 24;
  return hour < 0 ? hour + 24 : hour;
}

function wantedShare({ parameters: { minersOn }, orders, faults }: PlantSetting): number {
  if (!orders.coolingOn || faults.isFreezing) return STANDBY_SHARE;
  return (faults.powerShare * minersLeftOn(minersOn, orders.parts)) / minersOn;
}

/** First-order, faster down than up; the last per mille is cut off, so that full power is really full. */
function nextAwakeShare(share: number, wanted: number, dtS: number): number {
  const next = share + (wanted - share) * Math.min(1, dtS / (wanted < share ? SLEEP_S : WAKE_S));
  return Math.abs(next - wanted) < 0.001 ? wanted : next;
}

function hashingShare(awakeShare: number): number {
  return awakeShare <= STANDBY_SHARE ? 0 : awakeShare;
}

function availableFanShare(orders: PlantOrders, faults: PlantFaults): number {
  if (!orders.coolingOn || faults.powerFailed) return 0;
  const { fansHz } = orders.parts;
  return faults.fansTripped.filter((isTripped, fan) => !isTripped && fansHz[fan] !== 0).length / 3;
}

/** Effectiveness and sink temperature. A cooler that should be wet and is not behaves like a dry one. */
function cooler(setting: PlantSetting, state: PlantState, air: Air, sprayRunning: boolean, fanShare: number) {
  const { parameters, faults } = setting;
  const base = sprayRunning ? parameters.wetEffectiveness : parameters.dryEffectiveness;
  const fan = faults.isFreezing ? 1 : state.fan * fanShare;
  const sinkC = sprayRunning ? air.wetBulbC : air.tempC;
  return {
    // natural draught remains when the fans stand still
    effectiveness: base * Math.max(fan, 0.02) ** 0.55,
    sinkC: faults.isFreezing ? Math.min(sinkC, FREEZING_SINK_C) : sinkC,
  };
}

/** Share of the flow that goes through the cooler: without it a loop with little heat would freeze. A frozen valve stays open. */
function coolerShare({ orders, faults }: PlantSetting, { supplyTempC }: PlantState): number {
  if (faults.isFreezing) return 1;
  const belowK = orders.setpointC - supplyTempC;
  return clamp(1 - (belowK - BYPASS_FROM_K) / (BYPASS_MOST_K - BYPASS_FROM_K), BYPASS_LEAK, 1);
}

/** Stage control: a fan more above each third of the range, one less below it, with a deadband of 0.06. */
function nextFanStages(stages: number, fan: number): number {
  if (fan > stages / 3 + 0.03) return Math.min(3, Math.ceil(fan * 3));
  if (fan < (stages - 1) / 3 - 0.03) return Math.max(1, Math.ceil(fan * 3));
  return Math.max(1, stages);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
