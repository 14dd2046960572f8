import type { Clock } from "../../domain/collection/clock.ts";

/** The machine's clocks. Timers are Node's: they follow the monotonic clock and are at most late, never early by more than 1 ms. */
export function createSystemClock(): Clock {
  return {
    wallMs: Date.now,
    monotonicMs: () => performance.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, Math.max(0, delayMs));
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}
