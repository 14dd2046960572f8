import type { QualityMark } from "../telemetry/quality.ts";

/** There is no value: absent, JSON null, a sentinel, an index past the end. */
export const MISSING: unique symbol = Symbol("missing");
/** There is a value, but not of the kind the profile expects. */
export const BAD_TYPE: unique symbol = Symbol("bad_type");
/** A number outside the hard limits. */
export const OUT_OF_RANGE: unique symbol = Symbol("out_of_range");

/** Why a point has no value. Operators return it instead of a value, and the rest of the chain is skipped. */
export type NoReading = typeof MISSING | typeof BAD_TYPE | typeof OUT_OF_RANGE;

/** One operator, or a chain of them: a value in, a value or a reason out. Never throws. */
export type Step = (value: unknown) => unknown;

/** JSON holds no symbols, so a symbol is always a reason. */
export function isNoReading(reading: unknown): reading is NoReading {
  return typeof reading === "symbol";
}

/** The quality mark that stands beside the `null`. */
export function markOf(reason: NoReading): QualityMark {
  if (reason === MISSING) return "missing";
  return reason === BAD_TYPE ? "bad_type" : "out_of_range";
}
