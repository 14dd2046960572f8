import type { Range } from "./zone.ts";

/** Sums and quotients of decimals are off by some last digits, and not always by the same ones. */
const SLACK = 1e-9;

export function exactly(value: number): Range {
  return { low: value, high: value };
}

/** A computed range, with room for rounding; null where an end is no number. */
export function roundedRange(low: number, high: number): Range | null {
  if (Number.isNaN(low) || Number.isNaN(high)) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return { low: low - Math.abs(low) * SLACK - SLACK, high: high + Math.abs(high) * SLACK + SLACK };
}

export function isRangeWithin({ low, high }: Range, around: Range | null): boolean {
  return around !== null && low >= around.low && high <= around.high;
}

/** Null counts as nothing. */
export function hullOf(a: Range | null, b: Range | null): Range | null {
  if (a === null) return b;
  return b === null ? a : { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

export function minusRange(a: Range | null, b: Range | null): Range | null {
  return a === null || b === null ? null : roundedRange(a.low - b.high, a.high - b.low);
}

export function timesRange({ low, high }: Range, factor: number, offset: number): Range | null {
  const a = low * factor + offset;
  const b = high * factor + offset;
  return roundedRange(Math.min(a, b), Math.max(a, b));
}

/** `part / whole`, of wholes that are `least` at least; null where there is none. */
export function ratioRange(part: Range | null, whole: Range | null, least: number): Range | null {
  if (part === null || whole === null || whole.high < least) return null;
  const low = Math.max(whole.low, least);
  const ends = [part.low / low, part.low / whole.high, part.high / low, part.high / whole.high];
  return roundedRange(Math.min(...ends), Math.max(...ends));
}
