import { type Interlock, judgeFlag, switchesOff } from "../interlock.ts";

/** A pump that is started into a leak empties the loop through it [API]. */
export const noLeak: Interlock = {
  id: "leak",
  title: { "zh-CN": "无漏液", en: "No leak" },
  refused: {
    "zh-CN": "漏液报警未消除：启动会把冷却液继续排出。",
    en: "A leak is reported: to start would pump the coolant out.",
  },
  judge: ({ args, reading }) => (switchesOff(args) ? null : judgeFlag(reading, "leak_detected", false)),
};
