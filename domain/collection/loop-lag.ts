import type { FailureCause } from "./failure-cause.ts";

/** A heartbeat of the event loop is due this often while something is polled. */
export const LAG_TICK_MS = 100;
/** From this lag on a failure says nothing about the site (performance.md §3.4) [J]. */
const LAG_LIMIT_MS = 250;
/** Failures that a late loop can cause by itself: our timer fires before the waiting answer is read. */
const BY_LAG: readonly FailureCause[] = ["timeout", "connect_timeout", "reset", "truncated"];

/** When the loop was last late, and how much. All times on the monotonic clock. */
export type LoopLag = { expectedMs: number; lastLagMs: number; lastEndMs: number };

export function newLoopLag(nowMs: number): LoopLag {
  return { expectedMs: nowMs + LAG_TICK_MS, lastLagMs: 0, lastEndMs: Number.NEGATIVE_INFINITY };
}

/** The heartbeats begin again after a time without: nothing is known of that time, and it was nobody's lag. */
export function resumeLoopLag(lag: LoopLag, nowMs: number): void {
  lag.expectedMs = nowMs + LAG_TICK_MS;
}

/** To be called by a timer every 100 ms. */
export function tickLoopLag(lag: LoopLag, nowMs: number): void {
  const lateMs = nowMs - lag.expectedMs;
  if (lateMs > LAG_LIMIT_MS) {
    lag.lastLagMs = lateMs;
    lag.lastEndMs = nowMs;
  }
  lag.expectedMs = nowMs + LAG_TICK_MS;
}

/** The worst lag since a moment, a block that has not been ticked yet included. */
export function lagSinceMs(lag: LoopLag, sinceMs: number, nowMs: number): number {
  const runningMs = Math.max(0, nowMs - lag.expectedMs);
  return lag.lastEndMs >= sinceMs ? Math.max(runningMs, lag.lastLagMs) : runningMs;
}

/** The cause to report: `overloaded` where our own loop was late during the try. */
export function judgeFailure(cause: FailureCause, worstLagMs: number): FailureCause {
  return worstLagMs > LAG_LIMIT_MS && BY_LAG.includes(cause) ? "overloaded" : cause;
}
