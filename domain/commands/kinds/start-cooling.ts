import { defineCommandKind } from "../command-kind.ts";
import { seesFlag, seesFlow } from "../effect-stage.ts";
import { levelNotLow } from "../interlocks/level-not-low.ts";
import { noLeak } from "../interlocks/no-leak.ts";
import { noPowerFault } from "../interlocks/no-power-fault.ts";
import { returnPressure } from "../interlocks/return-pressure.ts";

/** Vendor's `open`. A model that lacks a sensor can be started by an engineer who has looked, never against a reading. */
export const startCooling = defineCommandKind({
  title: { "zh-CN": "启动冷却", en: "Start cooling" },
  does: {
    "zh-CN": "控制器启动循环泵和冷却塔，冷却回路开始循环；停机后首次启动，约一分钟内流量建立。",
    en: "The controller starts the circulation pump and the tower; coolant flows within about a minute.",
  },
  onSite: {
    "zh-CN": "确认无人在设备上作业、阀门已打开、无漏液、液位和回液压力正常。",
    en: "Nobody works on the plant, valves are open, nothing leaks, level and return pressure are good.",
  },
  lowestRole: "operator",
  interlocks: [noLeak, levelNotLow, returnPressure, noPowerFault],
  overrides: {
    level: { lowestRole: "engineer", evenIfRefused: false },
    "return-pressure": { lowestRole: "engineer", evenIfRefused: false },
    "power-fault": { lowestRole: "engineer", evenIfRefused: false },
  },
  effect: [
    seesFlag(
      "pump",
      { "zh-CN": "循环泵运行", en: "The circulation pump runs" },
      30,
      "circulation_pump_running",
      () => true,
    ),
    seesFlow(60, 0.5, () => true),
  ],
});
