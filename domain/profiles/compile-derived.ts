import { POINTS } from "../points/catalogue.ts";
import type { DerivedRule } from "../telemetry/derived-points.ts";
import { roundMicro, within } from "./compile-operators.ts";
import { MISSING } from "./reading.ts";

/** What a row has read: a value, a reason, or undefined when the reply has no such field. */
export type Readings = unknown[];

/** Computes one derived point from readings already there. */
export type DerivedReader = (readings: Readings) => unknown;

/**
 * @param places where the two inputs stand among the readings
 * @param isLimited false leaves out the hard limits
 * @returns undefined when an input is absent altogether; MISSING when one has no value, or the formula has no result;
 * OUT_OF_RANGE outside the hard limits of the point
 */
export function compileDerived(
  { point, compute }: DerivedRule,
  [first, second]: readonly [number, number],
  isLimited: boolean,
): DerivedReader {
  const limits = isLimited ? POINTS[point].limits : undefined;
  const limit = within(limits?.[0] ?? null, limits?.[1] ?? null);
  return (readings) => {
    const a = readings[first];
    const b = readings[second];
    if (a === undefined || b === undefined) return undefined;
    if (typeof a !== "number" || typeof b !== "number") return MISSING;
    const result = roundMicro(compute(a, b));
    return Number.isFinite(result) ? limit(result) : MISSING;
  };
}
