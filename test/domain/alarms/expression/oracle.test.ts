import { Environment } from "@marcbachmann/cel-js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileExpression } from "../../../../domain/alarms/expression/compile-expression.ts";
import { POINT_LISTS } from "../../../../domain/alarms/expression/point-lists.ts";
import type { PointReading } from "../../../../domain/alarms/expression/point-reading.ts";
import { AppError } from "../../../../domain/errors.ts";
import { POINTS, PointName } from "../../../../domain/points/catalogue.ts";
import { randomConditions } from "./random-expressions.ts";
import { completeReadings } from "./random-readings.ts";

/**
 * An implementation of CEL that is not ours says the same of the same texts: on complete data, with decimals, and without
 * what CEL does not have (`has` of a name, the remainder of decimals, mixed numbers).
 */
const oracle = new Environment({ limits: { maxAstNodes: 100_000, maxDepth: 250 } });
const TYPES = { num: "double", bool: "bool", enum: "string", text: "string" } as const;
for (const name of PointName.options) oracle.registerVariable(name, TYPES[POINTS[name].type]);
for (const [name, [first]] of Object.entries(POINT_LISTS)) {
  oracle.registerVariable(name, `list<${TYPES[POINTS[first].type]}>`);
}
oracle.registerVariable("faults", "list<string>");

function askOracle(text: string, { values, faults }: PointReading): unknown {
  const lists = Object.entries(POINT_LISTS).map(([name, points]) => [name, points.map((point) => values[point])]);
  return oracle.evaluate(text, { ...values, ...Object.fromEntries(lists), faults });
}

test("says what another CEL says", () => {
  let compared = 0;
  fc.assert(
    fc.property(
      randomConditions({ isPortable: true, isDefined: true, asksHas: false }),
      completeReadings(),
      ({ text }, reading) => {
        const ours = evaluate(text, reading);
        if (ours === "refused") return;
        compared += 1;
        expect(ours, text).toBe(askOracle(text, reading));
      },
    ),
    { numRuns: 3000 },
  );
  expect(compared).toBeGreaterThan(2000);
});

test("binds operators as another CEL does, without brackets", () => {
  const value = fc.constantFrom("1.0", "2.0", "-3.0", "supply_temp_c", "return_temp_c", "box1_power_kw");
  const sums = fc
    .tuple(value, fc.array(fc.tuple(fc.constantFrom(" + ", " - ", " * ", "-", "+"), value), { maxLength: 3 }))
    .map(([first, rest]) => first + rest.flat().join(""));
  const compared = fc
    .tuple(sums, fc.constantFrom("<", "<=", ">", ">=", "==", "!="), sums)
    .map((parts) => parts.join(" "));
  const leaf = fc.oneof(compared, fc.constantFrom("leak_detected", "!circulation_pump_running", "!!leak_detected"));
  const chains = fc
    .tuple(leaf, fc.array(fc.tuple(fc.constantFrom(" && ", " || "), leaf), { maxLength: 5 }))
    .map(([first, rest]) => first + rest.flat().join(""));
  const choices = fc.oneof(
    chains,
    fc.tuple(chains, chains, chains).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
  );
  fc.assert(
    fc.property(choices, completeReadings(), (text, reading) => {
      expect(evaluate(text, reading), text).toBe(askOracle(text, reading));
    }),
    { numRuns: 3000 },
  );
});

test.for(["size(faults) >= 2", 'faults.filter(f, f != "power_fault").size() == 1', '"power_fault" in faults'])(
  "counts as another CEL does: %s",
  (text) => {
    for (const faults of [[], ["power_fault"], ["power_fault", "phase_failure"]]) {
      const reading = { values: {}, faults, unknownFaults: [] };
      expect(evaluate(text, reading)).toBe(oracle.evaluate(text, { faults }));
    }
  },
);

/** What ours refuses for its size, or because two words never meet, is not compared: the oracle has no such limits. */
function evaluate(text: string, reading: PointReading): boolean | null | "refused" {
  try {
    return compileExpression(text).evaluate(reading);
  } catch (error) {
    if (error instanceof AppError && /^too-|^unknown-word$/.test(String(error.context["problem"]))) return "refused";
    throw error;
  }
}
