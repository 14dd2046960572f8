import type { Priority } from "../../domain/alarms/alarm.ts";
import { labelOf, unitOf } from "../../domain/alarms/read-signal.ts";
import { defineRuleNode } from "./define-rule-node.ts";
import { choiceField, numberField, priorityField, signalField, textField, type Words } from "./fields.ts";

/** In which a person must act, minutes. [J], as usual for the priority */
const RESPOND_WITHIN_MIN = { critical: 5, high: 15, medium: 60, low: 1440 } satisfies Record<Priority, number>;
/** A value that touches its limit again and again is one alarm. [J] */
const OFF_DELAY_S = 60;

/** One reading against one limit: what operators ask for most. */
export const alertLimit = defineRuleNode({
  type: "alert-limit",
  icon: "fa-arrows-v",
  label: { "zh-CN": "限值报警", en: "limit alarm" },
  help: {
    "zh-CN":
      "一个测点达到限值并持续一段时间后，在该站点报警；返回限值以内超过回差后恢复。维护期间及传感器故障时抑制。测点、方向、优先级三者相同的两个节点是同一条报警，以先经过的为准。",
    en: "Raises an alarm at a site when a reading has been at its limit or beyond for a time; it ends when the reading is back by the deadband. Suppressed in maintenance and while the sensor is doubted. Two nodes with the same reading, side and priority are one alarm: the first that is passed counts.",
  },
  settings: {
    point: signalField({ label: { "zh-CN": "测点", en: "Reading" }, initial: "supply_temp_c" }),
    side: choiceField({
      label: { "zh-CN": "方向", en: "Alarm when" },
      initial: "above",
      options: { above: { "zh-CN": "≥ 限值", en: "≥ limit" }, below: { "zh-CN": "≤ 限值", en: "≤ limit" } },
    }),
    limit: numberField({
      label: { "zh-CN": "限值", en: "Limit" },
      hint: { "zh-CN": "测点的单位。", en: "In the unit of the reading." },
      initial: 40,
      min: -1_000_000_000,
      max: 1_000_000_000,
    }),
    deadband: numberField({
      label: { "zh-CN": "回差", en: "Deadband" },
      hint: {
        "zh-CN": "测点的单位。须返回限值以内这么多才恢复。",
        en: "In the unit of the reading: so far it must come back before the alarm ends.",
      },
      initial: 1,
      min: 0,
      max: 1_000_000_000,
    }),
    delayS: numberField({ label: { "zh-CN": "延时 (s)", en: "For (s)" }, initial: 60, min: 0, max: 86_400 }),
    priority: priorityField("medium"),
    action: textField({
      label: { "zh-CN": "处置措施", en: "What to do" },
      hint: {
        "zh-CN": "显示在报警详情与通知中，两种语言相同；留空为通用文字。",
        en: "Shown beside the alarm and in notifications, the same in both languages; empty: general words.",
      },
      most: 500,
    }),
  },
  rules: ({ point, side, limit, deadband, delayS, priority, action }) => {
    const sign = side === "above" ? "≥" : "≤";
    const title = (language: keyof Words) => `${labelOf(point)[language]} ${sign} ${limit} ${unitOf(point)}`.trim();
    return [
      {
        id: `own-${point.replaceAll("_", "-")}-${side}-${priority}`,
        owner: "operations",
        priority,
        respondWithinMin: RESPOND_WITHIN_MIN[priority],
        condition: { kind: "limit", point, op: side === "above" ? ">=" : "<=", limit, deadband },
        onDelayS: delayS,
        offDelayS: OFF_DELAY_S,
        suppressedBy: ["maintenance", "sensor-fault"],
        source: "J",
        texts: {
          "zh-CN": {
            title: title("zh-CN"),
            cause: "测点达到本场自设的限值。",
            consequence: "视测点而定：该限值为本场自设。",
            action: action || "1. 查看该测点与相邻测点的趋势。2. 与设置该限值的人确认处置方法。",
          },
          en: {
            title: title("en"),
            cause: "The reading has reached a limit that people here have set.",
            consequence: "It depends on the reading: the limit is of this plant.",
            action:
              action || "1. Look at the trend of this reading and its neighbours. 2. Ask who set the limit what to do.",
          },
        },
      },
    ];
  },
});
