import type { ControllerView } from "../controller/controller-view.ts";
import type { EncodeContext, JsonObject } from "./dialect.ts";

/** Constructed dialect C: flat, everything text, units inside the values and not always with the same blank. */
export function encodeFlat(view: ControllerView, context: EncodeContext): JsonObject {
  const { readings } = view;
  return {
    deviceId: `10.1.${context.siteNumber}.1`,
    fw: "3.0.7",
    mode: view.isAutomatic ? "AUTO" : "MANUAL",
    tLiquidSupply: `${readings.supplyTempC.toFixed(1)}℃`,
    tLiquidReturn: `${readings.returnTempC.toFixed(1)} ℃`,
    tSet: view.setpointC.toFixed(1),
    pSupply: `${(readings.supplyPressureKpa / 100).toFixed(2)} bar`,
    pReturn: `${(readings.returnPressureKpa / 100).toFixed(2)}bar`,
    flow: `${(readings.flowM3h / 0.06).toFixed(1)} L/min`,
    tTowerIn: readings.towerInletC.toFixed(1),
    tCabin: readings.containerTempC.toFixed(1),
    rhCabin: `${readings.containerRhPct.toFixed(0)}%`,
    powerTotal: `${(readings.box1Kw + readings.box2Kw).toFixed(1)} kW`,
    pumpMain: view.circulationPump ? "ON" : "OFF",
    pumpSpray: view.sprayPump ? "ON" : "OFF",
    fanTower: view.towerFans.map(Number).join(","),
    leak: view.bits.leak ? "Y" : "N",
    faultCodes: faultCodes(view).join(","),
    minersOnline: String(view.minersOnline),
    hashrate: `${(view.hashrateTh / 1000).toFixed(3)} PH/s`,
  };
}

/** E01 … E18: constructed codes, one for each fault that has no field of its own. */
function faultCodes({ bits, plcLost }: ControllerView): string[] {
  const codes: readonly (readonly [string, boolean])[] = [
    ["E01", bits.power],
    ["E02", bits.circulationPump],
    ["E03", bits.makeupPump],
    ["E04", bits.sprayPump],
    ["E05", bits.towerFans[0]],
    ["E06", bits.towerFans[1]],
    ["E07", bits.towerFans[2]],
    ["E08", bits.boxFans[0]],
    ["E09", bits.boxFans[1]],
    ["E12", bits.supplyTempHigh],
    ["E13", bits.supplyTempTooHigh],
    ["E14", bits.supplyPressureHigh],
    ["E15", bits.returnPressureLow],
    ["E16", bits.flowLow],
    ["E17", bits.freezing],
    ["E18", plcLost],
  ];
  return codes.filter(([, isSet]) => isSet).map(([code]) => code);
}
