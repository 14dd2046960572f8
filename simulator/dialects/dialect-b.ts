import type { ControllerView } from "../controller/controller-view.ts";
import { type EncodeContext, type JsonObject, round } from "./dialect.ts";

/** Constructed dialect B: nested, pinyin-style keys, tenfold integers, 0/1, fault bitmap as hex text. */
export function encodeNested(view: ControllerView, context: EncodeContext): JsonObject {
  const { readings } = view;
  const data: JsonObject = {
    sb: { sn: serial(context.siteNumber), ver: "V5.2.1_20240618", ts: Math.floor(view.deviceTimeMs / 1000) },
    gy: {
      gywd: tenfold(readings.supplyTempC),
      hywd: tenfold(readings.returnTempC),
      sdwd: tenfold(view.setpointC),
      gyyl: round(readings.supplyPressureKpa, 0),
      hyyl: round(readings.returnPressureKpa, 0),
      ll: tenfold(readings.flowM3h),
    },
    lqt: {
      jswd: tenfold(readings.towerInletC),
      fj: view.towerFans.map(Number),
      pl: tenfold(view.fanHz),
      plb: Number(view.sprayPump),
    },
    hj: { nwd: tenfold(readings.containerTempC), nsd: tenfold(readings.containerRhPct) },
    dl: { p1: tenfold(readings.box1Kw), p2: tenfold(readings.box2Kw) },
    bp: { xhb: Number(view.circulationPump), bsb: Number(view.makeupPump), fj: view.boxFans.map(Number) },
    bj: bitmap(view),
    kj: { zs: view.minersExpected, zx: view.minersOnline, sl: String(round(view.hashrateTh, 0)) },
  };
  return { code: 0, msg: "success", data };
}

function tenfold(value: number): number {
  return Math.round(value * 10);
}

function serial(siteNumber: number): string {
  return `AB2203-${String(siteNumber).padStart(4, "0")}`;
}

/** Bit 11 is the leak; 31 (PLC lost) is the sign bit of a 32-bit integer, so the sum is a float until it is text. */
function bitmap({ bits, plcLost }: ControllerView): string {
  const flags: readonly (readonly [number, boolean])[] = [
    [0, bits.power],
    [1, bits.circulationPump],
    [2, bits.makeupPump],
    [3, bits.sprayPump],
    [4, bits.towerFans[0]],
    [5, bits.towerFans[1]],
    [6, bits.towerFans[2]],
    [7, bits.boxFans[0]],
    [8, bits.boxFans[1]],
    [9, bits.tankLow],
    [10, bits.towerLow],
    [11, bits.leak],
    [12, bits.supplyTempHigh],
    [13, bits.supplyTempTooHigh],
    [14, bits.supplyPressureHigh],
    [15, bits.returnPressureLow],
    [16, bits.flowLow],
    [17, bits.freezing],
    [31, plcLost],
  ];
  const value = flags.reduce((sum, [bit, isSet]) => sum + (isSet ? 2 ** bit : 0), 0);
  return `0x${value.toString(16).padStart(8, "0")}`;
}
