import type { Samples } from "./samples.ts";

/** A reading of the live stream, or of raw history. */
export type Reading = { readonly atMs: number; readonly value: number | null };

/** Samples with the newest readings at their end; remembers how far they go and what the last bucket is made of. */
export type LiveSamples = Samples & {
  /** Time of the newest reading in it. */
  readonly newestMs: number;
  /** Readings so far in the bucket that has not ended; 0 = the last row came from the server. */
  readonly inBucket: number;
};

/**
 * What a server answered knows everything up to the end of its last bucket. A bucket that has not ended at `nowMs` is left
 * out: nobody knows how much of it is in there, and its readings are still at hand.
 */
export function startLive(samples: Samples, nowMs: number): LiveSamples {
  const whole = samples.isRaw ? samples : wholeBuckets(samples, nowMs);
  const last = whole.times.at(-1);
  const endMs = last === undefined ? Number.NEGATIVE_INFINITY : last + (whole.isRaw ? 0 : whole.stepMs - 1);
  return { ...whole, newestMs: endMs, inBucket: 0 };
}

function wholeBuckets(samples: Samples, nowMs: number): Samples {
  const open = samples.times.findIndex((time) => time + samples.stepMs > nowMs);
  if (open === -1) return samples;
  const { times, avg, min, max } = samples;
  return {
    ...samples,
    times: times.slice(0, open),
    avg: avg.slice(0, open),
    min: min.slice(0, open),
    max: max.slice(0, open),
  };
}

/**
 * The samples with one more reading. Raw rows are added; with a longer step the reading joins the bucket that is still
 * going on. A reading that is there already, or older, changes nothing.
 */
export function addReading(samples: LiveSamples, { atMs, value }: Reading): LiveSamples {
  if (atMs <= samples.newestMs) return samples;
  if (samples.isRaw) return { ...addRow(samples, atMs, value), newestMs: atMs, inBucket: 0 };
  if (value === null) return { ...samples, newestMs: atMs };
  const bucketMs = Math.floor(atMs / samples.stepMs) * samples.stepMs;
  const isSameBucket = samples.inBucket > 0 && samples.times.at(-1) === bucketMs;
  const open = { newestMs: atMs, openUntilMs: atMs };
  if (!isSameBucket) return { ...addRow(samples, bucketMs, value), ...open, inBucket: 1 };
  const n = samples.inBucket;
  const row = samples.times.length - 1;
  const mean = ((samples.avg[row] ?? value) * n + value) / (n + 1);
  return {
    ...samples,
    avg: samples.avg.with(row, mean),
    min: samples.min.with(row, Math.min(samples.min[row] ?? value, value)),
    max: samples.max.with(row, Math.max(samples.max[row] ?? value, value)),
    ...open,
    inBucket: n + 1,
  };
}

/** When the newest row with a reading was read: the last reading itself, or the end of the bucket. Null without any. */
export function newestReadingMs(samples: LiveSamples): number | null {
  const row = samples.avg.findLastIndex((value) => value !== null);
  const time = samples.times[row];
  if (time === undefined) return null;
  if (samples.isRaw) return time;
  return row === samples.times.length - 1 ? samples.newestMs : time + samples.stepMs;
}

/** Yes and no as the server stores them: the share of time on. */
export function numberOf(value: unknown): number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function addRow<T extends Samples>(samples: T, atMs: number, value: number | null): T {
  return {
    ...samples,
    times: [...samples.times, atMs],
    avg: [...samples.avg, value],
    min: [...samples.min, value],
    max: [...samples.max, value],
  };
}
