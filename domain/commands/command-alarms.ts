import type { ConditionEvent } from "../alarms/alarm-event.ts";
import type { RuleFacts } from "../alarms/rule-facts.ts";

const noEffect: RuleFacts = {
  id: "command-no-effect",
  class: "process",
  scope: "site",
  priority: "high",
  respondWithinMin: 15,
  owner: "operations",
  condition: "a command that the controller accepted shows no effect in time",
  clear: "a later command to the site is verified, or a day has passed",
  onDelayS: 0,
  offDelayS: 0,
  samples: null,
  latching: false,
  neverSuppressed: true,
  suppressedBy: [],
  enabled: true,
  source: "domain 7; J",
  texts: {
    "zh-CN": {
      title: "命令未生效",
      cause:
        "控制器已接受命令，但设备在规定时间内没有变化：控制器处于手动或就地模式、执行机构故障、接线断开或固件忽略该命令。",
      consequence: "设备不在所要求的状态；以为已执行的操作并未发生。",
      action: "1. 在命令记录中查看回读值。2. 现场核对设备状态和控制模式。3. 查明原因前不要重复下发。",
    },
    en: {
      title: "A command had no effect",
      cause:
        "The controller took the command and the plant did not follow in time: local or manual mode, a broken actuator or wire, or a firmware that ignores it.",
      consequence: "The plant is not in the state that was asked for; what seems to be done was not.",
      action:
        "1. See what was read back, in the history of commands. 2. Look at the plant and its mode on site. 3. Do not repeat it before the cause is known.",
    },
  },
};

const emergency: RuleFacts = {
  id: "emergency-stop",
  class: "process",
  scope: "site",
  priority: "critical",
  respondWithinMin: 5,
  owner: "operations",
  condition: "a person has stopped the site as an emergency",
  clear: "a person has reset the stop",
  onDelayS: 0,
  offDelayS: 0,
  samples: null,
  latching: false,
  neverSuppressed: true,
  suppressedBy: [],
  enabled: true,
  source: "domain 7; J",
  texts: {
    "zh-CN": {
      title: "站点急停",
      cause: "有人对该站点执行了急停，原因见急停记录。",
      consequence: "矿机停止，循环泵和冷却塔随后停止；复位之前该站点不接受其他命令。冬季停泵有冻结危险。",
      action:
        "1. 打开站点页面，查看急停进行到哪一步、在等待什么。2. 平台无法停止的矿机由人员停止。3. 现场检查并排除原因后，由人员复位急停，再启动冷却。",
    },
    en: {
      title: "Emergency stop",
      cause: "A person has stopped the site as an emergency; why is written with the stop.",
      consequence:
        "The miners go off, then the pump and the tower; no other command is taken until a person resets it. In winter what rests may freeze.",
      action:
        "1. Open the site and see how far the stop has come and what it waits for. 2. Switch miners off that the platform cannot. 3. When the cause is found and gone on site, reset the stop, then start the cooling.",
    },
  },
};

/** The alarms that commands raise: fixed, because what they look at is no point of a site. */
export const COMMAND_RULES = { noEffect, emergency } as const;

/** Whether the alarm of a rule is due at a site. */
export type SiteCondition = {
  readonly siteId: string;
  readonly segmentId: string | null;
  readonly rule: keyof typeof COMMAND_RULES;
  readonly isActive: boolean;
};

/** Names a condition among those that were told. */
export function conditionKey({ rule, siteId }: Pick<SiteCondition, "rule" | "siteId">): string {
  return `${rule} ${siteId}`;
}

/**
 * The events that say what is new.
 *
 * @param told what was raised and has not ended, by `conditionKey`; null = not known: then everything is told, also that it is over
 */
export function commandAlarmEvents(
  told: ReadonlyMap<string, SiteCondition> | null,
  found: readonly SiteCondition[],
  nowMs: number,
): ConditionEvent[] {
  const at = new Date(nowMs).toISOString();
  const known = new Set(found.map(conditionKey));
  const gone = [...(told ?? [])].filter(([key]) => !known.has(key)).map(([, one]) => ({ ...one, isActive: false }));
  return [...found, ...gone].flatMap((one): ConditionEvent[] => {
    if (told !== null && told.has(conditionKey(one)) === one.isActive) return [];
    const { id: ruleId, priority } = COMMAND_RULES[one.rule];
    const identity = { siteId: one.siteId, segmentId: one.segmentId, ruleId, at };
    return [one.isActive ? { type: "raised", ...identity, priority, ...GROUNDS } : { type: "cleared", ...identity }];
  });
}

const GROUNDS = {
  sources: ["platform" as const],
  point: null,
  value: null,
  limit: null,
  unit: null,
  latching: false,
  suppressedBy: null,
};
