import { type Interlock, judgeAll, judgeFlag, judgeNumber, switchesOff } from "../interlock.ts";

/** Refilling stops here, kPa [MAN: static pressure 100–150]. */
const FULL_KPA = 150;

/** To stop a refill is always allowed. */
export const notFull: Interlock = {
  id: "not-full",
  title: { "zh-CN": "未补满", en: "Not full" },
  refused: {
    "zh-CN": "液位高，或回液压力 {return_pressure_kpa} kPa 已达 {limit} kPa：无须补液。",
    en: "The level is high, or the return pressure of {return_pressure_kpa} kPa has reached {limit} kPa: it is full.",
  },
  judge({ args, reading }) {
    if (switchesOff(args)) return null;
    return judgeAll(
      judgeNumber(reading, "return_pressure_kpa", FULL_KPA, (value, limit) => value < limit),
      judgeFlag(reading, "tank_level_high", false),
    );
  },
};
