import { z } from "zod";
import { AppError } from "../errors.ts";
import { plainText } from "../plain-text.ts";
import { Priority, RuleId, SuppressionCause } from "./alarm.ts";
import { ConditionSchema, isTooDeep } from "./condition-schema.ts";
import { OperatingMode } from "./operating-state.ts";

const RuleText = z.strictObject({
  title: plainText(80).min(1),
  cause: plainText(1000).min(1).describe("What usually leads to it"),
  consequence: plainText(1000).min(1).describe("What happens if nobody acts"),
  action: plainText(2000).min(1).describe("What to do, in order"),
});

/** Who looks after a rule and its limits. */
const RuleOwner = z.enum(["operations", "mechanical", "electrical", "network", "mining", "chemistry"]);

const Delay = z
  .int()
  .min(0)
  .max(30 * 86_400);
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM");

/**
 * One alarm rule: what is watched, how sure one must be, how bad it is, and what a person is to do about it. A rule is
 * data: it can be checked, stored, compared and run over history.
 */
export const Rule = z
  .strictObject({
    id: RuleId,
    scope: z.enum(["site", "segment", "fleet"]).default("site"),
    texts: z.strictObject({ "zh-CN": RuleText, en: RuleText }),
    respondWithinMin: z.int().min(0).max(100_000).describe("Time in which a person must act, minutes; 0 = at once"),
    owner: RuleOwner,
    priority: Priority,
    escalations: z
      .array(
        z
          .strictObject({ priority: Priority, when: ConditionSchema.optional(), afterS: Delay.default(0) })
          .refine(({ when, afterS }) => when !== undefined || afterS > 0, "needs `when`, `afterS` or both"),
      )
      .max(4)
      .default([])
      .describe(
        "Another priority while the alarm is active: under a condition, and after a time. The worst one counts",
      ),
    condition: ConditionSchema,
    clear: ConditionSchema.optional().describe("What ends it; when absent, that the condition does not hold any more"),
    onDelayS: Delay.default(0),
    offDelayS: Delay.default(0).describe("So long it must be over without a break"),
    samples: z
      .strictObject({ n: z.int().min(1), m: z.int().min(1).max(30) })
      .refine(({ n, m }) => n <= m, "`n` must not be more than `m`")
      .optional()
      .describe("It must hold in n of the last m samples about which something is known"),
    latching: z.boolean().default(false).describe("After its end somebody must reset it"),
    onlyWhen: z
      .strictObject({
        operating: z.array(OperatingMode).min(1).optional(),
        hours: z
          .strictObject({ from: TimeOfDay, to: TimeOfDay })
          .optional()
          .describe("`to` before `from`: over midnight"),
        weekdays: z.array(z.int().min(1).max(7)).min(1).optional().describe("1 = Monday"),
      })
      .optional()
      .describe("At other times the condition counts as false"),
    suppressedBy: z
      .array(z.union([SuppressionCause, z.literal("sensor-fault"), RuleId]))
      .max(32)
      .default([])
      .describe("Rules of the same site, its segment or the fleet, states of the site, flags; nearest cause first"),
    neverSuppressed: z.boolean().default(false).describe("Leak, fire and freeze: whatever else is wrong, they show"),
    suppressesSite: z.boolean().default(false).describe("While it is active nobody knows anything else about the site"),
    accusesSensors: z
      .boolean()
      .default(false)
      .describe("The points on which it rests are not to be trusted by other rules"),
    enabled: z.boolean().default(true),
    source: z.string().max(200).describe("Evidence for the limits: tags of docs/glossary.md, such as API or J"),
  })
  .refine(
    ({ neverSuppressed, suppressedBy }) => !neverSuppressed || suppressedBy.length === 0,
    "a rule that is never suppressed must have an empty `suppressedBy`",
  )
  .meta({ id: "AlarmRule", description: "One alarm rule" });
export type Rule = z.infer<typeof Rule>;
/** A rule as people write it: what has a default may be left out. */
export type RuleInput = z.input<typeof Rule>;

/**
 * Checks a rule as it comes from a file, a form or the network.
 *
 * @throws AppError `rule.invalid`: names the field, what was found (shortened) and what is allowed
 */
export function parseRule(input: unknown): Rule {
  if (isTooDeep(input))
    throw new AppError("rule.invalid", "The rule's conditions are nested too deep: at most 8 levels");
  const { success, data, error } = Rule.safeParse(input);
  if (success) return data;
  const { path = [], message = "" } = error.issues[0] ?? {};
  const field = path.map(String).join(".") || "(rule)";
  const found = shorten(valueAt(input, path));
  throw new AppError("rule.invalid", `Rule field \`${field}\`: ${message}; found ${found}`, {
    context: { field, found },
  });
}

/** A rule of our own, written as data in a file: checked when the file is loaded. */
export function defineRule(rule: RuleInput): Rule {
  return parseRule(rule);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    input,
  );
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
