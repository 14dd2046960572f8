/**
 * Limits new connections per second: each dead address costs the access switch an ARP request, and one farm's switch was
 * limited to 500 packets per second [AM]. Kept-alive sockets take no token.
 */
export type TokenBucket = { perS: number; burst: number; tokens: number; updatedMs: number };

/** @param burst tokens at the start and after a quiet while: so many connections may open at once */
export function newTokenBucket(perS: number, burst: number, nowMs: number): TokenBucket {
  return { perS, burst, tokens: burst, updatedMs: nowMs };
}

/**
 * Takes one token, as a reservation where none is left.
 *
 * @param patienceMs wait at most this long; where that is not enough, nothing is taken
 * @returns milliseconds to wait before connecting; null when that is longer than `patienceMs`
 */
export function takeToken(bucket: TokenBucket, nowMs: number, patienceMs: number): number | null {
  const elapsedMs = Math.max(0, nowMs - bucket.updatedMs);
  bucket.tokens = Math.min(bucket.burst, bucket.tokens + (elapsedMs * bucket.perS) / 1000);
  bucket.updatedMs = nowMs;
  const waitMs = bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) / bucket.perS) * 1000);
  if (waitMs > patienceMs) return null;
  bucket.tokens -= 1;
  return waitMs;
}

/** 300 per second [J, domain.md §2.5: 100–300], and more only where a fleet without keep-alive could not be polled at all. */
export function connectsPerS(sites: number, spreadOverMs: number): number {
  const needed = spreadOverMs === 0 ? 0 : (1.1 * sites * 1000) / spreadOverMs;
  return Math.max(300, Math.ceil(needed));
}
