import { roundedRange } from "./range.ts";
import type { Range } from "./zone.ts";

/** Numbers of one signal, oldest first: time, value, time, value … Times in ms since the epoch. */
export type Samples = readonly number[];

/** Into so many cells a window is divided; of each cell one sample is kept, however often a site is polled. */
const CELLS = 16;
/** The first one of each cell, also of those that are in part too old, and the newest. */
const MOST_KEPT = CELLS + 3;

/**
 * The window with one more sample. What is older than the window leaves; of the samples of a cell only the first is kept,
 * and the newest of all, so that its size stays the same at any polling interval. Cells lie at fixed times: which samples
 * are kept does not depend on when somebody began to listen, see `forgetsWindowAfterMs`.
 */
export function addSample(samples: Samples, atMs: number, value: number, windowMs: number): Samples {
  const first = firstWithin(samples, atMs - windowMs);
  const kept = samples.slice(first);
  const cellOf = (ms: number) => Math.floor((ms * CELLS) / windowMs);
  const before = kept[kept.length - 4];
  const last = kept[kept.length - 2];
  if (before !== undefined && last !== undefined && cellOf(before) === cellOf(last)) kept.length -= 2;
  kept.push(atMs, value);
  return kept;
}

/** After so long a window is the same whenever it was begun: its own time, and the cell in which that was. */
export function forgetsWindowAfterMs(windowMs: number): number {
  return windowMs + Math.ceil(windowMs / CELLS);
}

/**
 * The steepest slope per minute that `slopePerMinute` can find among numbers of a range. With n samples over a time T the
 * sum of the squared distances from their middle is T²/2 at least; so by Cauchy and Schwarz no slope exceeds
 * range ÷ 2 × √(2n) ÷ T, and T is half of the window at least.
 */
export function steepestPerMinute({ low, high }: Range, windowMs: number): number {
  const steepest = ((high - low) * Math.sqrt(2 * MOST_KEPT)) / (windowMs / 60_000);
  return roundedRange(steepest, steepest)?.high ?? Number.POSITIVE_INFINITY;
}

/** Change per minute by least squares; null while the samples span less than half of the window. */
export function slopePerMinute(samples: Samples, windowMs: number): number | null {
  const count = samples.length / 2;
  const originMs = samples[0] ?? 0;
  const spanMs = (samples[samples.length - 2] ?? 0) - originMs;
  if (count < 2 || spanMs < windowMs / 2) return null;
  let sumT = 0;
  let sumV = 0;
  let sumTt = 0;
  let sumTv = 0;
  for (let place = 0; place < samples.length; place += 2) {
    const minutes = ((samples[place] ?? 0) - originMs) / 60_000;
    const value = samples[place + 1] ?? 0;
    sumT += minutes;
    sumV += value;
    sumTt += minutes * minutes;
    sumTv += minutes * value;
  }
  return (count * sumTv - sumT * sumV) / (count * sumTt - sumT * sumT);
}

function firstWithin(samples: Samples, fromMs: number): number {
  let place = 0;
  while (place < samples.length && (samples[place] ?? 0) < fromMs) place += 2;
  return place;
}
