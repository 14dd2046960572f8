import { z } from "zod";
import { AlarmClass, alarmClassOf } from "./alarm-class.ts";
import { describeCondition } from "./describe-condition.ts";
import { Rule } from "./rule.ts";

const { id, scope, texts, respondWithinMin, owner, priority, source } = Rule.shape;

/** A rule for reading: what it watches in one line, what it means, and what is to be done. */
export const RuleFacts = z
  .strictObject({
    id,
    class: AlarmClass.describe("About the plant, or about the platform itself"),
    scope: scope.unwrap().describe("What its alarms are about"),
    texts,
    respondWithinMin,
    owner,
    priority,
    condition: z.string().describe("What is watched, with its limits, in signs and names of the catalogue"),
    clear: z.string().nullable().describe("What ends it; null: that the condition does not hold any more"),
    onDelayS: z.int().min(0),
    offDelayS: z.int().min(0),
    samples: z.strictObject({ n: z.int(), m: z.int() }).nullable().describe("It must hold in n of the last m samples"),
    latching: z.boolean(),
    neverSuppressed: z.boolean(),
    suppressedBy: z.array(z.string()).describe("Rules, states of the site and flags that hide it"),
    enabled: z.boolean(),
    source,
  })
  .meta({ id: "RuleFacts", description: "An alarm rule for reading" });
export type RuleFacts = z.infer<typeof RuleFacts>;

export function ruleFacts(rule: Rule): RuleFacts {
  return {
    id: rule.id,
    class: alarmClassOf(rule.id),
    scope: rule.scope,
    texts: rule.texts,
    respondWithinMin: rule.respondWithinMin,
    owner: rule.owner,
    priority: rule.priority,
    condition: describeCondition(rule.condition),
    clear: rule.clear === undefined ? null : describeCondition(rule.clear),
    onDelayS: rule.onDelayS,
    offDelayS: rule.offDelayS,
    samples: rule.samples ?? null,
    latching: rule.latching,
    neverSuppressed: rule.neverSuppressed,
    suppressedBy: [...rule.suppressedBy],
    enabled: rule.enabled,
    source: rule.source,
  };
}
