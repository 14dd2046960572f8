import type { PointName } from "../../points/catalogue.ts";
import type { Truth } from "../truth.ts";
import type { ZoneWatch } from "../zone.ts";
import { checkExpression } from "./check-expression.ts";
import { compileTruth } from "./compile-tree.ts";
import { createEvaluation, type ExpressionFault } from "./evaluation.ts";
import { parseExpression } from "./parse-expression.ts";
import type { PointReading } from "./point-reading.ts";
import { possibleTruth } from "./possible-truth.ts";

/** A condition made ready for the hot path. */
export type CompiledExpression = {
  readonly text: string;
  /** Every point that may be read, also through a list. */
  readonly points: readonly PointName[];
  /**
   * Evaluates the condition; `null` = unknown, because a reading is missing or arithmetic has no result. Never throws.
   *
   * @param onFault told when the evaluation was broken off, which no reading of the catalogue's size can cause; the
   *   result is unknown then
   */
  evaluate(reading: PointReading, onFault?: (fault: ExpressionFault) => void): Truth;
  /** What it may say in a zone of a back-test. */
  readonly watch: ZoneWatch;
};

/**
 * Compiles a condition in CEL syntax, checked against the point catalogue, to closures; no code is generated. What differs
 * from CEL: a missing reading is unknown instead of an error, whole numbers and decimals mix, `has(point)` takes a plain
 * name, and whole numbers are not divided by each other.
 *
 * @throws {AppError} `rule.expression-invalid`; its context names position (from 1), problem, what was found, what is allowed
 */
export function compileExpression(text: string): CompiledExpression {
  const { tree, points } = checkExpression(parseExpression(text));
  const evaluation = createEvaluation();
  const run = compileTruth(tree, evaluation);
  return {
    text,
    points,
    watch: possibleTruth(tree),
    evaluate(reading, onFault) {
      evaluation.reading = reading;
      evaluation.steps = 0;
      evaluation.fault = null;
      const truth = run(reading.values);
      if (evaluation.fault === null) return truth;
      onFault?.(evaluation.fault);
      return null;
    },
  };
}
