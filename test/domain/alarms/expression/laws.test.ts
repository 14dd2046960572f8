import fc from "fast-check";
import { expect, test } from "vitest";
import { compileExpression } from "../../../../domain/alarms/expression/compile-expression.ts";
import type { PointReading } from "../../../../domain/alarms/expression/point-reading.ts";
import { AppError } from "../../../../domain/errors.ts";
import { type Dialect, type RandomExpression, randomConditions } from "./random-expressions.ts";
import { completeReadings, lesserReadings, wildReadings } from "./random-readings.ts";

const WHOLE: Dialect = { isPortable: false, isDefined: false, asksHas: true };
const RUNS = { numRuns: 2000 };

/** Compiled; where the budget refuses it, or two words never meet ("auto" == "manual"), there is no law to hold. */
function compiled({ text }: RandomExpression<boolean>) {
  try {
    return compileExpression(text);
  } catch (error) {
    const problem = error instanceof AppError ? error.context["problem"] : null;
    expect(
      ["too-many-steps", "too-many-nodes", "too-long", "too-deep", "unknown-word"],
      `${text}: ${String(error)}`,
    ).toContain(problem);
    return fc.pre(false) as never;
  }
}

/** What is evaluated never breaks off: readings are no longer than the catalogue says. */
function evaluated(expression: RandomExpression<boolean>, reading: PointReading) {
  return compiled(expression).evaluate(reading, (fault) => expect.fail(`${expression.text}: ${fault}`));
}

test("means what its parts mean, whatever the readings are", () => {
  fc.assert(
    fc.property(randomConditions(WHOLE), wildReadings(), (expression, reading) => {
      expect(evaluated(expression, reading), expression.text).toBe(expression.mean(reading, {}));
    }),
    { numRuns: 5000 },
  );
});

test("is unknown only when a reading is unknown or arithmetic has no result", () => {
  fc.assert(
    fc.property(randomConditions({ ...WHOLE, isDefined: true }), completeReadings(), (expression, reading) => {
      expect(evaluated(expression, reading), expression.text).not.toBe(null);
    }),
    RUNS,
  );
});

test("without has, knowing less never turns an answer round", () => {
  fc.assert(
    fc.property(
      randomConditions({ ...WHOLE, asksHas: false }),
      lesserReadings(),
      (expression, { complete, lesser }) => {
        const answer = evaluated(expression, complete);
        expect([null, answer], expression.text).toContain(evaluated(expression, lesser));
      },
    ),
    { numRuns: 5000 },
  );
});

test("says the same twice, and leaves the readings as they are", () => {
  fc.assert(
    fc.property(randomConditions(WHOLE), wildReadings(), (expression, reading) => {
      const before = structuredClone(reading);
      const rule = compiled(expression);
      expect(rule.evaluate(reading)).toBe(rule.evaluate(reading));
      expect(reading).toEqual(before);
    }),
    RUNS,
  );
});
