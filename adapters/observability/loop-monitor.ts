const SAMPLE_MS = 250;
const WINDOW_MS = 5_000;

/** How late the event loop runs its timers. */
export interface LoopMonitor {
  /** The longest delay of the last 5 s, in milliseconds. */
  lagMs(): number;
  stop(): void;
}

/** Measures by a timer of its own: what delays it delays everything else too. The clock is monotonic. */
export function startLoopMonitor(): LoopMonitor {
  const samples: { atMs: number; lagMs: number }[] = [];
  let expectedMs = performance.now() + SAMPLE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    samples.push({ atMs: now, lagMs: Math.max(0, now - expectedMs) });
    while (samples[0] && samples[0].atMs < now - WINDOW_MS) samples.shift();
    expectedMs = now + SAMPLE_MS;
  }, SAMPLE_MS);
  timer.unref();
  return {
    lagMs() {
      const pending = performance.now() - expectedMs;
      return samples.reduce((longest, { lagMs }) => Math.max(longest, lagMs), Math.max(0, pending));
    },
    stop: () => clearInterval(timer),
  };
}
