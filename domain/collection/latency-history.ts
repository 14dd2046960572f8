const KEPT = 50;
/** Fewer samples are no history [J]. */
const LEAST_SAMPLES = 5;

/** The newest 50 response times of one site, milliseconds. 200 bytes, because a process may hold 15,000 sites. */
export type LatencyHistory = { readonly samples: Float32Array; count: number; largestMs: number };

export function newLatencyHistory(): LatencyHistory {
  return { samples: new Float32Array(KEPT), count: 0, largestMs: 0 };
}

export function addLatency(history: LatencyHistory, latencyMs: number): void {
  const { samples, count, largestMs } = history;
  const place = count % KEPT;
  const leaving = samples[place] ?? 0;
  samples[place] = latencyMs;
  history.count += 1;
  if (latencyMs >= largestMs) history.largestMs = samples[place] ?? 0;
  // Only when the largest leaves is another looked for.
  else if (leaving === largestMs) history.largestMs = largestOf(samples);
}

/** The 99th percentile, which among at most 50 samples is the largest; null without history. */
export function p99Ms({ count, largestMs }: LatencyHistory): number | null {
  return count < LEAST_SAMPLES ? null : largestMs;
}

/** Places that were never written hold 0, which is less than any response time. */
function largestOf(samples: Float32Array): number {
  let largest = 0;
  for (const sample of samples) largest = Math.max(largest, sample);
  return largest;
}
