const KEPT = 50;
/** Fewer samples are no history [J]. */
const LEAST_SAMPLES = 5;

/** The newest 50 response times of one site, milliseconds. 200 bytes, because a process may hold 15,000 sites. */
export type LatencyHistory = { readonly samples: Float32Array; count: number };

export function newLatencyHistory(): LatencyHistory {
  return { samples: new Float32Array(KEPT), count: 0 };
}

export function addLatency(history: LatencyHistory, latencyMs: number): void {
  history.samples[history.count % KEPT] = latencyMs;
  history.count += 1;
}

/** The 99th percentile, which among at most 50 samples is the largest; null without history. */
export function p99Ms({ samples, count }: LatencyHistory): number | null {
  if (count < LEAST_SAMPLES) return null;
  let largest = 0;
  const filled = Math.min(count, KEPT);
  for (let i = 0; i < filled; i += 1) largest = Math.max(largest, samples[i] ?? 0);
  return largest;
}
