import { type Interlock, judgeAll, judgeFlag, judgeNumber, switchesOff } from "../interlock.ts";

/** No tower fan below this supply temperature, °C [J]. */
const LEAST_C = 5;

/** Air through a cooler that is nearly frozen bursts it. To switch a fan off is always allowed. */
export const noFreeze: Interlock = {
  id: "freeze",
  title: { "zh-CN": "无冻结危险", en: "No danger of freezing" },
  refused: {
    "zh-CN": "供液 {supply_temp_c} °C（下限 {limit} °C）或防冻报警：不得开风机。",
    en: "Supply at {supply_temp_c} °C ({limit} °C at least), or the freeze alarm is on: no fan may start.",
  },
  judge({ args, reading }) {
    if (switchesOff(args)) return null;
    return judgeAll(
      judgeNumber(reading, "supply_temp_c", LEAST_C, (value, limit) => value >= limit),
      judgeFlag(reading, "freeze_alarm", false),
    );
  },
};
