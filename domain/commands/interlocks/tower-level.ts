import { type Interlock, judgeFlag, switchesOff } from "../interlock.ts";

/** A spray pump without water runs dry. To switch it off is always allowed; "auto" may switch it on. */
export const towerLevel: Interlock = {
  id: "tower-level",
  title: { "zh-CN": "冷却塔液位不低", en: "Tower level not low" },
  refused: {
    "zh-CN": "冷却塔液位低：喷淋泵会干转。",
    en: "The tower level is low: the spray pump would run dry.",
  },
  judge: ({ args, reading }) => (switchesOff(args) ? null : judgeFlag(reading, "tower_level_low", false)),
};
