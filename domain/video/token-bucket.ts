/**
 * Bandwidth as a bucket that fills evenly and holds `burst` (RFC 2697's single rate, without its colours). A taker may
 * overdraw it once and then waits, so that no piece is ever too large for it.
 */
export interface TokenBucket {
  take(bytes: number, nowMs: number): void;
  /** Milliseconds until something may be taken; 0 = now. */
  waitMs(nowMs: number): number;
}

/** @param bytesPerS more than 0 @param burst bytes that may go out at once after a pause */
export function createTokenBucket(bytesPerS: number, burst: number): TokenBucket {
  let level = burst;
  let atMs = Number.NEGATIVE_INFINITY;

  function fill(nowMs: number): void {
    // A clock that was set back fills nothing, and neither does the time until it is where it was.
    if (nowMs <= atMs) return;
    level = Math.min(burst, level + ((nowMs - atMs) * bytesPerS) / 1000);
    atMs = nowMs;
  }

  function waitMs(nowMs: number): number {
    fill(nowMs);
    return level > 0 ? 0 : Math.ceil((-level * 1000) / bytesPerS) + 1;
  }

  return {
    waitMs,
    take(bytes, nowMs) {
      fill(nowMs);
      level -= bytes;
    },
  };
}
