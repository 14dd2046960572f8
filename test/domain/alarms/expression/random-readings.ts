import fc from "fast-check";
import type { PointReading } from "../../../../domain/alarms/expression/point-reading.ts";
import type { PointValue } from "../../../../domain/telemetry/snapshot.ts";
import { RANDOM_POINTS, RANDOM_WORDS } from "./random-expressions.ts";

const number = fc.oneof(fc.integer({ min: -60, max: 130 }), fc.constantFrom(0, 0.5, 36.6, -0.25));
const word = (words: readonly string[]) => fc.constantFrom(...words);

/** Everything known, of the right type. */
export function completeReadings(): fc.Arbitrary<PointReading> {
  const values = fc.record({
    ...recordOf(RANDOM_POINTS.number, number),
    ...recordOf(RANDOM_POINTS.truth, fc.boolean()),
    ...recordOf(RANDOM_POINTS.mode, word(RANDOM_WORDS.mode)),
    ...recordOf(RANDOM_POINTS.valve, word(RANDOM_WORDS.valve)),
    ...recordOf(RANDOM_POINTS.firmware, word(RANDOM_WORDS.firmware)),
  });
  const faults = fc.subarray([...RANDOM_WORDS.fault]);
  return fc.record({ values, faults, unknownFaults: fc.constant([]) }) as fc.Arbitrary<PointReading>;
}

/** The same site with less known: each reading may be gone, or be none for another reason. */
export function lesserReadings(): fc.Arbitrary<{ readonly complete: PointReading; readonly lesser: PointReading }> {
  const names = Object.values(RANDOM_POINTS).flat();
  const losses = fc.tuple(
    ...names.map(() => fc.option(fc.constantFrom(undefined, null, Number.NaN, Number.POSITIVE_INFINITY))),
  );
  return fc
    .tuple(completeReadings(), losses, fc.subarray([...RANDOM_WORDS.fault]))
    .map(([complete, lost, unknownFaults]) => {
      const values: Record<string, PointValue | undefined> = { ...complete.values };
      // `option` says null for nothing: the loss by null is written as undefined there.
      for (const [place, name] of names.entries()) if (lost[place] !== null) values[name] = lost[place] ?? null;
      const faults = complete.faults.filter((fault) => !unknownFaults.includes(fault));
      return { complete, lesser: { values, faults, unknownFaults } };
    });
}

/** Anything at all: also values of another type than the catalogue says. */
export function wildReadings(): fc.Arbitrary<PointReading> {
  const anything = fc.oneof(
    number,
    fc.boolean(),
    fc.string(),
    fc.constantFrom(null, undefined, Number.NaN, Number.NEGATIVE_INFINITY),
  );
  const names = Object.values(RANDOM_POINTS).flat();
  const fault = fc.subarray([...RANDOM_WORDS.fault, "no_such_fault"]);
  return fc.tuple(fc.tuple(...names.map(() => anything)), fault, fault).map(([values, faults, unknown]) => ({
    values: Object.fromEntries(names.map((name, place) => [name, values[place]])) as PointReading["values"],
    faults,
    unknownFaults: unknown.filter((one) => !faults.includes(one)),
  }));
}

function recordOf<Value>(
  names: readonly string[],
  arbitrary: fc.Arbitrary<Value>,
): Record<string, fc.Arbitrary<Value>> {
  return Object.fromEntries(names.map((name) => [name, arbitrary]));
}
