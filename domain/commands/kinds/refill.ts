import { defineCommandKind } from "../command-kind.ts";
import { seesFlag } from "../effect-stage.ts";
import { fewRefills } from "../interlocks/few-refills.ts";
import { noLeak } from "../interlocks/no-leak.ts";
import { notFull } from "../interlocks/not-full.ts";
import { personOnSite } from "../interlocks/person-on-site.ts";

/** No vendor call is known. A third refill in a day is a leak until somebody has looked [J]. */
export const refill = defineCommandKind({
  title: { "zh-CN": "补液", en: "Refill" },
  does: {
    "zh-CN": "启动或停止补液泵，到时间、到量或补满即停。",
    en: "Starts or stops the make-up pump; it ends after the time, the volume, or when full.",
  },
  onSite: {
    "zh-CN": "现场看护：补液箱有液、管路无漏，回液压力升至 150 kPa 即停。",
    en: "Stay with it: the tank holds coolant, nothing leaks, stop at a return pressure of 150 kPa.",
  },
  args: {
    running: { type: "flag", label: { "zh-CN": "补液", en: "Refilling" } },
    duration_min: {
      type: "number",
      label: { "zh-CN": "最长时间", en: "Longest time" },
      unit: "min",
      min: 1,
      max: 10,
      step: 1,
      isOptional: true,
    },
    volume_l: {
      type: "number",
      label: { "zh-CN": "最多补液量", en: "Most volume" },
      unit: "L",
      min: 5,
      max: 200,
      step: 5,
      isOptional: true,
    },
    on_site: {
      type: "flag",
      label: { "zh-CN": "我在现场", en: "I am on site" },
      isOptional: true,
      isForPlatform: true,
    },
  },
  lowestRole: "operator",
  interlocks: [personOnSite, noLeak, notFull, fewRefills],
  overrides: { refills: { lowestRole: "engineer", evenIfRefused: true } },
  effect: [
    seesFlag(
      "pump",
      { "zh-CN": "补液泵状态", en: "The make-up pump is as wanted" },
      30,
      "makeup_pump_running",
      ({ running }) => (typeof running === "boolean" ? running : null),
    ),
  ],
});
