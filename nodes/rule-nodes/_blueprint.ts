import { labelOf, unitOf } from "../../domain/alarms/read-signal.ts";
import { defineRuleNode } from "./define-rule-node.ts";
import { numberField, priorityField, signalField } from "./fields.ts";

/** To be copied for a new rule node: this one raises an alarm when a reading rises by more than `byUnits` within `minutes`. */
export const alertBlueprint = defineRuleNode({
  // Also the name of the file. Flows that are saved have it: it never changes.
  type: "alert-blueprint",
  // https://fontawesome.com/v4/icons, or one that a node beside this has.
  icon: "fa-cube",
  label: { "zh-CN": "样板报警", en: "blueprint alarm" },
  // What it raises, and when. Errors, wires and the list of settings are added by themselves.
  help: {
    "zh-CN": "测点在给定时间内上升超过给定值时报警。",
    en: "Raises an alarm when a reading rises by more than so much within so many minutes.",
  },
  // One row of the form each, in this order. `fields.ts` has what there is.
  settings: {
    point: signalField({ label: { "zh-CN": "测点", en: "Reading" }, initial: "supply_temp_c" }),
    byUnits: numberField({
      label: { "zh-CN": "上升", en: "Rises by" },
      hint: { "zh-CN": "测点的单位。", en: "In the unit of the reading." },
      initial: 5,
      min: 0.01,
      max: 100_000,
    }),
    minutes: numberField({ label: { "zh-CN": "时间 (min)", en: "Within (min)" }, initial: 10, min: 1, max: 1440 }),
    priority: priorityField("medium"),
  },
  // Settings are checked by now. Rules as in domain/alarms/starter-rules; a wrong one is refused with field, value and what is allowed.
  rules: ({ point, byUnits, minutes, priority }) => [
    {
      // The alarm's identity: what it is about. With a limit in it, another limit would end the alarm and begin a new one.
      id: `own-rise-${point.replaceAll("_", "-")}`,
      owner: "operations",
      priority,
      respondWithinMin: 30,
      condition: { kind: "rate", point, direction: "rising", perMinute: byUnits / minutes, windowS: 60 * minutes },
      offDelayS: 60,
      suppressedBy: ["maintenance", "sensor-fault"],
      // Where limits and times come from: a tag of docs/glossary.md.
      source: "J",
      texts: {
        "zh-CN": {
          title: `${labelOf(point)["zh-CN"]}上升过快`,
          cause: "散热能力下降或负荷突增。",
          consequence: "继续上升将触发保护停机。",
          action: `1. 查看该测点最近 ${minutes} 分钟的趋势。2. 检查冷却设备。`,
        },
        en: {
          title: `${labelOf(point).en} rises fast`,
          cause: "Less heat is carried away, or more is made.",
          consequence: "If it goes on, miners shut down.",
          action: `1. Look at its trend: more than ${byUnits} ${unitOf(point)} in ${minutes} min. 2. Look at the cooling.`,
        },
      },
    },
  ],
});
