import { AppError } from "../../errors.ts";

/** Why an expression is refused; programs translate by these words. */
export type ExpressionProblem =
  | "too-long"
  | "too-many-nodes"
  | "too-deep"
  | "too-many-items"
  | "too-many-nested-lists"
  | "too-many-steps"
  | "bad-character"
  | "bad-number"
  | "bad-text"
  | "syntax"
  | "unknown-name"
  | "unknown-function"
  | "unknown-word"
  | "wrong-type"
  | "reserved-name"
  | "no-field"
  | "whole-division";

const FOUND_CHARS = 40;

/**
 * Refuses an expression.
 *
 * @param at offset of the culprit in the text; people and `context.position` count from 1
 * @param found what stands there; shortened, control characters made visible
 * @param allowed what may stand there
 * @throws {AppError} `rule.expression-invalid`, always
 */
export function refuse(problem: ExpressionProblem, at: number, found: string, allowed: string): never {
  const shown = JSON.stringify(found.length > FOUND_CHARS ? `${found.slice(0, FOUND_CHARS)}…` : found);
  throw new AppError(
    "rule.expression-invalid",
    `expression, position ${at + 1}: ${TITLES[problem]}: ${shown}; allowed: ${allowed}`,
    { context: { position: at + 1, problem, found: shown, allowed } },
  );
}

const TITLES: Readonly<Record<ExpressionProblem, string>> = {
  "too-long": "text too long",
  "too-many-nodes": "too many parts",
  "too-deep": "nested too deeply",
  "too-many-items": "list too long",
  "too-many-nested-lists": "too many lists inside each other",
  "too-many-steps": "would take too many steps",
  "bad-character": "unknown sign",
  "bad-number": "not a number",
  "bad-text": "not a text",
  syntax: "does not fit here",
  "unknown-name": "unknown point",
  "unknown-function": "unknown function",
  "unknown-word": "never takes this value",
  "wrong-type": "wrong type",
  "reserved-name": "name not free",
  "no-field": "has no fields",
  "whole-division": "whole numbers divided",
};
