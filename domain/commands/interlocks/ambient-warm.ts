import { type Interlock, judgeNumber, switchesOff } from "../interlock.ts";

/** No spray below this outdoor temperature, °C [MinerBase; MAN: dry winter mode drains the tank]. */
const LEAST_C = 5;

export const ambientWarm: Interlock = {
  id: "ambient",
  title: { "zh-CN": "室外 ≥ 5 °C", en: "≥ 5 °C outdoors" },
  refused: {
    "zh-CN": "室外 {ambient_temp_c} °C，低于 {limit} °C：喷淋会结冰。",
    en: "It is {ambient_temp_c} °C outdoors, below {limit} °C: spray would freeze.",
  },
  judge: ({ args, reading }) =>
    switchesOff(args) ? null : judgeNumber(reading, "ambient_temp_c", LEAST_C, (value, limit) => value >= limit),
};
