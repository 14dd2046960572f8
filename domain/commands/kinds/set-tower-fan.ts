import { defineCommandKind } from "../command-kind.ts";
import type { EffectStage } from "../effect-stage.ts";
import { flagIn } from "../interlock.ts";
import { noFreeze } from "../interlocks/no-freeze.ts";

const FANS = { "1": "tower_fan1_running", "2": "tower_fan2_running", "3": "tower_fan3_running" } as const;

const fansAsWanted: EffectStage = {
  id: "fans",
  title: { "zh-CN": "风机状态", en: "The fans are as wanted" },
  withinS: 60,
  reads: Object.values(FANS),
  look({ args, reading, site }) {
    const named = Object.entries(FANS).filter(([fan]) => args["fan"] === "all" || args["fan"] === fan);
    const points = named.map(([, point]) => point).filter((point) => point in site.profile.map);
    const values = Object.fromEntries(points.map((point) => [point, flagIn(reading, point)]));
    const states = Object.values(values);
    const isWanted = args["frequency_hz"] !== 0;
    if (states.length === 0 || states.includes(null)) return { isSeen: null, values };
    return { isSeen: states.every((state) => state === isWanted), values };
  },
};

/** No vendor call is known. 0 or 15–50 Hz, 3 min between two [J]. */
export const setTowerFan = defineCommandKind({
  title: { "zh-CN": "冷却塔风机", en: "Set the tower fans" },
  does: {
    "zh-CN": "改变冷却塔风机的频率，0 为停止；供液温度随之变化。",
    en: "Changes the speed of tower fans, 0 stops them; the supply temperature follows.",
  },
  onSite: { "zh-CN": "确认无人在风机旁作业、无结冰。", en: "Nobody works at the fans, and there is no ice." },
  args: {
    fan: {
      type: "word",
      label: { "zh-CN": "风机", en: "Fan" },
      words: {
        "1": { "zh-CN": "1 号", en: "Fan 1" },
        "2": { "zh-CN": "2 号", en: "Fan 2" },
        "3": { "zh-CN": "3 号", en: "Fan 3" },
        all: { "zh-CN": "全部", en: "All" },
      },
    },
    frequency_hz: {
      type: "number",
      label: { "zh-CN": "频率", en: "Frequency" },
      unit: "Hz",
      min: 15,
      max: 50,
      step: 1,
      also: [0],
    },
  },
  lowestRole: "engineer",
  leastGapS: 180,
  interlocks: [noFreeze],
  effect: [fansAsWanted],
});
