/** Numbers of one signal, oldest first: time, value, time, value … Times in ms since the epoch. */
export type Samples = readonly number[];

/** So many samples at most are kept of a window, however often a site is polled. */
const KEPT = 32;

/**
 * The window with one more sample. What is older than the window leaves; of samples that are very close together only
 * the first is kept, and the newest, so that its size stays the same at any polling interval.
 */
export function addSample(samples: Samples, atMs: number, value: number, windowMs: number): Samples {
  const first = firstWithin(samples, atMs - windowMs);
  const kept = samples.slice(first);
  const before = kept[kept.length - 4];
  if (before !== undefined && atMs - before < (2 * windowMs) / KEPT) kept.length -= 2;
  kept.push(atMs, value);
  return kept;
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
