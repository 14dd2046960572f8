import type { ConditionEvent } from "../alarms/alarm-event.ts";
import type { RuleFacts } from "../alarms/rule-facts.ts";

const RULE_ID = "command-no-effect";
const PRIORITY = "high" as const;

/** The one alarm that commands raise: fixed, because what it looks at is no point of a site. */
export const COMMAND_RULE_FACTS: RuleFacts = {
  id: RULE_ID,
  class: "process",
  scope: "site",
  priority: PRIORITY,
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

/** How the commands of a site have come out lately. */
export type SiteEffect = {
  readonly siteId: string;
  readonly segmentId: string | null;
  /** The newest one that was resolved had no effect, not longer than a day ago. */
  readonly hasNoEffect: boolean;
};

/**
 * The events that say what is new.
 *
 * @param told sites whose alarm was raised and has not ended; null = not known: then everything is told, also that it is over
 */
export function effectEvents(
  told: ReadonlySet<string> | null,
  effects: readonly SiteEffect[],
  nowMs: number,
): ConditionEvent[] {
  const at = new Date(nowMs).toISOString();
  const known = new Map(effects.map((effect) => [effect.siteId, effect]));
  const gone = [...(told ?? [])].filter((siteId) => !known.has(siteId));
  const all = [...effects, ...gone.map((siteId): SiteEffect => ({ siteId, segmentId: null, hasNoEffect: false }))];
  return all.flatMap(({ siteId, segmentId, hasNoEffect }): ConditionEvent[] => {
    if (told !== null && told.has(siteId) === hasNoEffect) return [];
    const identity = { siteId, segmentId, ruleId: RULE_ID, at };
    return [hasNoEffect ? { type: "raised", ...identity, ...GROUNDS } : { type: "cleared", ...identity }];
  });
}

const GROUNDS = {
  priority: PRIORITY,
  sources: ["platform" as const],
  point: null,
  value: null,
  limit: null,
  unit: null,
  latching: false,
  suppressedBy: null,
};
