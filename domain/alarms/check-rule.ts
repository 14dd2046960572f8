import { z } from "zod";
import { AppError } from "../errors.ts";
import { PLATFORM_PREFIX } from "./alarm-class.ts";
import { compileRule } from "./compile-rule.ts";
import { describeCondition } from "./describe-condition.ts";
import { parseRule, type Rule } from "./rule.ts";

const Text = z.string().nullable();

/** What is wrong with a rule, or what it says. */
export const RuleCheck = z
  .strictObject({
    isValid: z.boolean(),
    problem: z
      .strictObject({
        code: z.enum(["rule.invalid", "rule.expression-invalid"]),
        message: z.string().describe("In English, with what was found and what is allowed"),
        field: Text.describe("Path of the field, such as `condition.limit`; null: see the message"),
        word: Text.describe("Of an expression: what kind of fault it is; programs translate by it"),
        position: z.int().min(1).nullable().describe("Of an expression: the sign at which it is, from 1"),
        found: Text,
        allowed: Text,
      })
      .nullable(),
    condition: Text.describe("The condition in one line"),
    clear: Text,
    reads: z.array(z.string()).describe("Points and computed quantities that it reads"),
  })
  .meta({ id: "RuleCheck", description: "Whether a rule can be used, and what is wrong with it" });
export type RuleCheck = z.infer<typeof RuleCheck>;

/**
 * A rule as somebody has written it, checked as far as it can be alone: its parents may be among other rules.
 *
 * @throws AppError `rule.invalid`, `rule.expression-invalid`
 */
export function readOwnRule(input: unknown): Rule {
  const rule = parseRule(input);
  if (rule.id.startsWith(PLATFORM_PREFIX)) {
    throw new AppError(
      "rule.invalid",
      `Rule field \`id\`: ids that begin with "${PLATFORM_PREFIX}" are the platform's own`,
      {
        context: { field: "id", found: rule.id, allowed: "another id" },
      },
    );
  }
  compileRule(rule);
  return rule;
}

/** The same as an answer: what is wrong is no error of the request. */
export function checkRule(input: unknown): RuleCheck {
  try {
    const rule = readOwnRule(input);
    const { condition, clear } = compileRule(rule);
    return {
      isValid: true,
      problem: null,
      condition: describeCondition(rule.condition),
      clear: rule.clear === undefined ? null : describeCondition(rule.clear),
      reads: [...new Set([...condition.reads, ...(clear?.reads ?? [])])],
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { isValid: false, problem: problemOf(error), condition: null, clear: null, reads: [] };
  }
}

function problemOf({ code, message, context }: AppError): RuleCheck["problem"] {
  const text = (key: string): string | null => (typeof context[key] === "string" ? context[key] : null);
  const position = context["position"];
  return {
    code: code === "rule.expression-invalid" ? code : "rule.invalid",
    message,
    field: text("field"),
    word: text("problem"),
    position: typeof position === "number" ? position : null,
    found: text("found"),
    allowed: text("allowed"),
  };
}
