import type { Priority } from "../alarm.ts";
import type { RuleFacts } from "../rule-facts.ts";
import type { PlatformFacts } from "./platform-facts.ts";

/** What a rule sees in the facts. */
export type Finding = {
  readonly holds: boolean;
  readonly value: number | string;
  readonly limit: number | null;
  /** Worse than the rule's own. */
  readonly priority?: Priority;
};

/** A rule about the platform itself: fixed, because what it looks at is no point of a site. */
export type PlatformRule = {
  readonly facts: RuleFacts;
  /** What it measures, as the alarm names it. */
  readonly measure: string;
  readonly unit: string | null;
  /** Null: it cannot be told, which neither raises nor clears. @param isActive it is to be said when it is over */
  judge(facts: PlatformFacts, isActive: boolean): Finding | null;
};

type Words = { readonly title: string; readonly cause: string; readonly consequence: string; readonly action: string };

type PlatformRuleInput = Pick<PlatformRule, "measure" | "unit" | "judge"> & {
  readonly id: string;
  readonly priority: Priority;
  readonly respondWithinMin: number;
  readonly condition: string;
  readonly clear: string;
  readonly onDelayS: number;
  readonly offDelayS: number;
  readonly texts: { readonly "zh-CN": Words; readonly en: Words };
};

export function definePlatformRule(input: PlatformRuleInput): PlatformRule {
  const { measure, unit, judge, ...facts } = input;
  return {
    measure,
    unit,
    judge,
    facts: {
      ...facts,
      class: "platform",
      scope: "fleet",
      owner: "operations",
      samples: null,
      latching: false,
      neverSuppressed: true,
      suppressedBy: [],
      enabled: true,
      source: "domain 8.4; J",
    },
  };
}
