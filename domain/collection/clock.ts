/** Ends a timer that has not fired. Calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/**
 * All that collection knows of time and chance, handed in so that a test owns both. Slots come from the wall clock;
 * every wait and every deadline is measured on the monotonic one, so that a stepped wall clock cuts nothing short.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump. */
  wallMs(): number;
  /** Milliseconds since any fixed moment; never goes back. */
  monotonicMs(): number;
  /** Calls once after `delayMs` (0 or less: as soon as possible). */
  after(delayMs: number, callback: () => void): CancelTimer;
  /** 0 ≤ x < 1. */
  random(): number;
}

/** Resolves after `delayMs` of the handed-in clock. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
