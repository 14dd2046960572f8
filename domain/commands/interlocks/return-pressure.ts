import { type Interlock, judgeNumber } from "../interlock.ts";

/** Refill at once below it, kPa [MAN, MOS, AM]. */
export const LEAST_RETURN_KPA = 50;

/** A pump without pressure at its suction side runs dry. */
export const returnPressure: Interlock = {
  id: "return-pressure",
  title: { "zh-CN": "回液压力 ≥ 50 kPa", en: "Return pressure ≥ 50 kPa" },
  refused: {
    "zh-CN": "回液压力 {return_pressure_kpa} kPa，低于 {limit} kPa：水泵会吸空，请先补液。",
    en: "The return pressure is {return_pressure_kpa} kPa, below {limit} kPa: the pump would run dry, refill first.",
  },
  judge: ({ reading }) =>
    judgeNumber(reading, "return_pressure_kpa", LEAST_RETURN_KPA, (value, limit) => value >= limit),
};
