import { isPointName } from "../../points/catalogue.ts";
import { activeFaults } from "../../points/fault-labels.ts";
import { defineCommandKind } from "../command-kind.ts";
import type { EffectStage } from "../effect-stage.ts";
import { flagIn } from "../interlock.ts";
import { causeGone } from "../interlocks/cause-gone.ts";
import { leakInspected } from "../interlocks/leak-inspected.ts";

/** Every fault that was active before has to be gone; one whose bit cannot be read is not known to be. */
const cleared: EffectStage = {
  id: "cleared",
  title: { "zh-CN": "故障位已清除", en: "The fault bits are cleared" },
  withinS: 60,
  reads: ["faults"],
  look({ before, reading }) {
    const now = activeFaults(reading.values, reading.faults);
    const then = before === null ? now : activeFaults(before.values, before.faults);
    const remaining = then.filter((fault) => now.includes(fault));
    const unread = reading.unknownFaults.filter((fault) => before === null || then.includes(fault));
    const values = {
      ...Object.fromEntries(remaining.map((fault) => [fault, true])),
      ...Object.fromEntries(unread.map((fault) => [fault, null])),
    };
    if (remaining.length > 0) return { isSeen: false, values };
    // A point among the faults that cannot be read is none of the unknown faults, but it has no value either.
    const isUnread = unread.length > 0 || then.some((fault) => isPointName(fault) && flagIn(reading, fault) === null);
    return { isSeen: isUnread ? null : true, values };
  },
};

/** Vendor's `reset`: the device's own, and no acknowledgement of alarms here. */
export const resetAlarm = defineCommandKind({
  title: { "zh-CN": "故障复位", en: "Reset the device's faults" },
  does: {
    "zh-CN": "复位控制器自身锁存的故障，电机可能随即重新启动。这不是本平台的报警确认。",
    en: "Resets faults that the controller itself has latched; motors may start again at once. It acknowledges no alarm here.",
  },
  onSite: {
    "zh-CN": "确认故障原因已消除、无人在设备上作业；漏液、烟感和电机故障须现场检查后再复位。",
    en: "The cause is gone and nobody works on the plant; after a leak, smoke or a motor's trip somebody has looked first.",
  },
  args: {
    inspected_on_site: {
      type: "flag",
      label: { "zh-CN": "已现场检查", en: "Inspected on site" },
      isOptional: true,
      isForPlatform: true,
    },
  },
  lowestRole: "operator",
  mostOften: { count: 3, perS: 3600 },
  interlocks: [leakInspected, causeGone],
  overrides: { "cause-gone": { lowestRole: "engineer", evenIfRefused: true } },
  effect: [cleared],
});
