import type { History } from "../../domain/telemetry/history.ts";

/**
 * One point of one site over time, oldest first, in columns of equal length. A gap is a row of `null`; between two rows
 * that are far apart there is a gap as well. With a step other than raw a time is the beginning of its bucket.
 */
export type Samples = {
  readonly times: readonly number[];
  readonly avg: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly stepMs: number;
  readonly isRaw: boolean;
  /** The last bucket has not ended: this far it has been read. */
  readonly openUntilMs?: number;
};

/** Rows further apart than this many steps have nothing between them. */
const GAP_STEPS = 2.5;

export const NO_SAMPLES: Samples = { times: [], avg: [], min: [], max: [], stepMs: 60_000, isRaw: true };

/** The columns of one point; empty when the answer does not have it. */
export function samplesOf(history: Pick<History, "step" | "times" | "series">, point: string, stepMs: number): Samples {
  const series = history.series[point];
  if (!series) return { ...NO_SAMPLES, stepMs, isRaw: history.step === "raw" };
  const times = history.times.map((time) => Date.parse(time));
  return { times, avg: series.avg, min: series.min, max: series.max, stepMs, isRaw: history.step === "raw" };
}

/** The same readings at another time: yesterday's laid over today's. */
export function shiftTime(samples: Samples, byMs: number): Samples {
  return { ...samples, times: samples.times.map((time) => time + byMs) };
}

/** Where a row is drawn: in the middle of its bucket, or of what there is of it. */
export function drawnAt({ isRaw, stepMs, openUntilMs, times }: Samples, timeMs: number): number {
  if (isRaw) return timeMs;
  const isOpen = openUntilMs !== undefined && timeMs === times.at(-1);
  return isOpen ? (timeMs + openUntilMs) / 2 : timeMs + stepMs / 2;
}

/** A stretch of rows without a gap: `from` to `to`, both included. */
export type Run = { readonly from: number; readonly to: number };

const knownRuns = new WeakMap<Samples, readonly Run[]>();

/** The same samples are asked again at every frame of a zoom. */
export function runsOf(samples: Samples): readonly Run[] {
  const known = knownRuns.get(samples);
  if (known) return known;
  const found = findRuns(samples);
  knownRuns.set(samples, found);
  return found;
}

function findRuns({ times, avg, stepMs }: Samples): readonly Run[] {
  const farMs = GAP_STEPS * Math.max(stepMs, usualDistance(times));
  const runs: { from: number; to: number }[] = [];
  let current: { from: number; to: number } | null = null;
  times.forEach((time, row) => {
    if ((avg[row] ?? null) === null) {
      current = null;
      return;
    }
    const before = current === null ? undefined : times[current.to];
    if (current === null || before === undefined || time - before > farMs) {
      current = { from: row, to: row };
      runs.push(current);
    } else current.to = row;
  });
  return runs;
}

/** The median of some distances: a site may be polled less often than the step says. */
function usualDistance(times: readonly number[]): number {
  const part = times.slice(-40);
  const distances = part.slice(1).map((time, row) => time - (part[row] ?? time));
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}

/**
 * The row drawn nearest to a time, with a reading or not.
 *
 * @returns null when none is near: a cursor in a gap says that there is nothing
 */
export function rowAt(samples: Samples, atMs: number): number | null {
  const { times, stepMs, isRaw } = samples;
  const wanted = isRaw ? atMs : atMs - stepMs / 2;
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  const after = times[low];
  const before = times[low - 1];
  const isBefore = before !== undefined && (after === undefined || wanted - before <= after - wanted);
  const row = isBefore ? low - 1 : low;
  const distance = Math.abs((times[row] ?? Number.POSITIVE_INFINITY) - wanted);
  return distance <= Math.max(stepMs, usualDistance(times)) * 1.5 ? row : null;
}

export type Statistics = {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly newest: number;
  readonly newestMs: number;
};

/** Over the rows drawn within the span; null when none of them has a reading. */
export function statisticsOf(samples: Samples, fromMs: number, toMs: number): Statistics | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  let newest = 0;
  let newestMs = 0;
  samples.times.forEach((time, row) => {
    const at = drawnAt(samples, time);
    const value = samples.avg[row] ?? null;
    if (value === null || at < fromMs || at > toMs) return;
    min = Math.min(min, samples.min[row] ?? value);
    max = Math.max(max, samples.max[row] ?? value);
    sum += value;
    count += 1;
    newest = value;
    newestMs = time;
  });
  return count === 0 ? null : { min, max, mean: sum / count, newest, newestMs };
}
