import type { ControllerView } from "../controller/controller-view.ts";
import { type EncodeContext, type JsonObject, round } from "./dialect.ts";

/**
 * Constructed dialect D: a laboratory's plant of which every part can be ordered, and tells what it does. No controller
 * that is known has these calls; they are made up, so that kinds of commands without a vendor's call can be tried.
 */
export function encodeParts(view: ControllerView, { siteNumber }: EncodeContext): JsonObject {
  const { readings, bits } = view;
  return {
    device: `lab-${siteNumber}`,
    mode: view.isAutomatic ? "auto" : "manual",
    pid: view.pidMode,
    plcLost: view.plcLost,
    pump: view.circulationPump,
    pumpHz: round(view.circulationPumpHz, 1),
    makeupPump: view.makeupPump,
    sprayPump: view.sprayPump,
    towerFans: view.towerFans,
    boxFans: view.boxFans,
    supplyC: round(readings.supplyTempC, 1),
    returnC: round(readings.returnTempC, 1),
    setpointC: round(view.setpointC, 1),
    towerInletC: round(readings.towerInletC, 1),
    boxC: round(readings.containerTempC, 1),
    boxRhPct: round(readings.containerRhPct, 0),
    outdoorC: round(view.ambientTempC, 1),
    supplyKpa: round(readings.supplyPressureKpa, 0),
    returnKpa: round(readings.returnPressureKpa, 0),
    flowM3h: round(readings.flowM3h, 1),
    tankPct: round(view.tankLevelPct, 0),
    box1Kw: round(readings.box1Kw, 1),
    box2Kw: round(readings.box2Kw, 1),
    minersExpected: view.minersExpected,
    minersOnline: view.minersOnline,
    hashrateTh: round(view.hashrateTh, 0),
    faults: {
      leak: bits.leak,
      tankLow: bits.tankLow,
      tankHigh: view.tankLevelPct > 98,
      towerLow: bits.towerLow,
      freezing: bits.freezing,
      power: bits.power,
      pump: bits.circulationPump,
      makeupPump: bits.makeupPump,
      sprayPump: bits.sprayPump,
      towerFans: bits.towerFans,
      boxFans: bits.boxFans,
      supplyHot: bits.supplyTempHigh,
      supplyTooHot: bits.supplyTempTooHigh,
      supplyPressureHigh: bits.supplyPressureHigh,
      returnPressureLow: bits.returnPressureLow,
      flowLow: bits.flowLow,
    },
  };
}
