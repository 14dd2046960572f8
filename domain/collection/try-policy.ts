import type { FailureCause } from "./failure-cause.ts";

/** Upper bounds of issue 2: connect and every try at most 3 s, at most 3 retries. The deadline of the round wins over both. */
export const MAX_TRY_MS = 3000;
export const MAX_RETRIES = 3;
/** With less than this left, a further try could not succeed (performance.md §4.2). */
export const LEAST_LEFT_MS = 50;
const LEAST_FIRST_TRY_MS = 500;
const FIRST_TRY_P99S = 4;
const PROBE_MS = 1000;
const RETRY_DELAY_MS = 100;

/** Answers of the network or of a busy server: the next try may go well. All others would give the same answer again. */
const RETRYABLE: readonly FailureCause[] = [
  "refused",
  "reset",
  "unreachable",
  "dns",
  "connect_timeout",
  "timeout",
  "truncated",
  "overloaded",
];

/** @param status the HTTP status, where there was one: 5xx is worth another try, 4xx is not */
export function isRetryable(cause: FailureCause, status: number | null): boolean {
  return cause === "http_status" ? (status ?? 0) >= 500 : RETRYABLE.includes(cause);
}

/**
 * Time of the first try of a request: four times the site's p99, between 0.5 s and 3 s; without history what the
 * profile says, because a controller asks its PLC first and may need 1.5 s [AM].
 */
export function firstTryMs(p99Ms: number | null, profileTimeoutMs: number): number {
  if (p99Ms === null) return Math.min(MAX_TRY_MS, profileTimeoutMs);
  return Math.min(MAX_TRY_MS, Math.max(LEAST_FIRST_TRY_MS, Math.round(FIRST_TRY_P99S * p99Ms)));
}

/** Time of the `retry`-th retry (1…3): longer each time, so that a site that became slow is found out and learnt. */
export function retryMs(firstMs: number, profileTimeoutMs: number, retry: number): number {
  return Math.min(MAX_TRY_MS, Math.max(profileTimeoutMs, firstMs * 2 ** retry));
}

/** Pause before the `retry`-th retry: 100, 200, 400 ms ± 50 %, so that sites that failed together do not return together. */
export function retryDelayMs(retry: number, random: number): number {
  return Math.round(RETRY_DELAY_MS * 2 ** (retry - 1) * (0.5 + random));
}

/**
 * The whole time of a suspect's single try, all requests together: 1 s, and up to 3 s for a site known to be slow.
 *
 * @param requests how many requests the profile sends in sequence
 */
export function probeMs(p99Ms: number | null, requests: number): number {
  return Math.min(MAX_TRY_MS, Math.max(PROBE_MS, Math.round(2 * (p99Ms ?? 0) * requests)));
}
