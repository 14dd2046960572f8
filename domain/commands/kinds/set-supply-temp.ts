import { defineCommandKind } from "../command-kind.ts";
import { seesNumber } from "../effect-stage.ts";
import { aboveDewPoint } from "../interlocks/above-dew-point.ts";
import { withinMinerLimit } from "../interlocks/within-miner-limit.ts";

/** Dialects send tenths; the next set-point that could be meant is half a kelvin away. */
const TOLERANCE_K = 0.1;

/** Vendor's `setTemp&temp=<n>`. Limits: 20…40 °C, 30–38 °C for operators, 3 K per step, 10 min apart [J]. */
export const setSupplyTemp = defineCommandKind({
  title: { "zh-CN": "设定供液温度", en: "Set the supply temperature" },
  does: {
    "zh-CN": "改变供液温度设定值；风机和阀门随后数分钟内调节，液温逐渐跟随。可能退出 PID 模式。",
    en: "Changes the supply set-point; fans and valves follow within minutes and the coolant after them. PID mode may end.",
  },
  onSite: {
    "zh-CN": "设定后 10 分钟内观察供液温度是否趋近设定值、箱内有无结露。",
    en: "For 10 minutes watch that the supply follows the set-point, and that nothing condenses in the box.",
  },
  args: {
    temp_c: {
      type: "number",
      label: { "zh-CN": "供液温度", en: "Supply temperature" },
      unit: "°C",
      min: 20,
      max: 40,
      step: 0.5,
    },
  },
  lowestRole: "operator",
  higherRole: { argument: "temp_c", from: 30, to: 38, lowestRole: "admin" },
  leastGapS: 600,
  mostChange: { argument: "temp_c", point: "supply_temp_setpoint_c", by: 3 },
  interlocks: [aboveDewPoint, withinMinerLimit],
  effect: [
    seesNumber(
      "set-point",
      { "zh-CN": "设定值已改变", en: "The set-point reads as wanted" },
      60,
      "supply_temp_setpoint_c",
      "temp_c",
      TOLERANCE_K,
    ),
  ],
  mostSites: 10,
});
