import type { SiteContact } from "./circuit-breaker.ts";
import type { FailureCause } from "./failure-cause.ts";
import { NEXT_SLOT_MARGIN_MS } from "./round-budget.ts";
import { MAX_TRY_MS } from "./try-policy.ts";

/** A late try with less time than this is left out: it could make the site busy at its next slot. */
const LEAST_TRY_MS = 500;

/** One try outside the round: when it starts, and how long it may take. */
type LateTry = { readonly delayMs: number; readonly timeoutMs: number };

/** Where a site's late tries stand. All times on the monotonic clock. */
type LateSituation = {
  readonly nowMs: number;
  /** The close of the site's round: before it, tries belong to the round. */
  readonly roundClosesMs: number;
  /** The site's start in its next slot. */
  readonly nextStartMs: number;
  readonly intervalMs: number;
  /** Late tries of this slot so far. */
  readonly tried: number;
};

/**
 * When to try again outside the round: after 1/12 of the interval (1–5 s), then twice as long each time, ± 25 %, until
 * just before the site's next slot.
 *
 * @param random 0 ≤ x < 1
 * @returns null when no time is left
 */
export function lateTry(situation: LateSituation, random: number): LateTry | null {
  const { nowMs, roundClosesMs, nextStartMs, intervalMs, tried } = situation;
  const baseMs = Math.min(5000, Math.max(1000, intervalMs / 12));
  const startMs = Math.max(roundClosesMs, nowMs + baseMs * 2 ** tried * (0.75 + random / 2));
  const leftMs = nextStartMs - NEXT_SLOT_MARGIN_MS - startMs;
  if (leftMs < LEAST_TRY_MS) return null;
  return { delayMs: Math.round(startMs - nowMs), timeoutMs: Math.min(MAX_TRY_MS, Math.floor(leftMs)) };
}

/**
 * Whether a failure is worth tries outside the round. A dead site whose breaker is open is left to its probes, except
 * where it did answer something: there one longer try tells a slow site from a dead one.
 *
 * @param contact after the failure was counted
 */
export function deservesLateTry(
  contact: SiteContact,
  cause: FailureCause,
  isRetryable: boolean,
  tried: number,
): boolean {
  if (!isRetryable) return false;
  if (contact.breaker !== "open") return true;
  return tried === 0 && (cause === "timeout" || cause === "overloaded");
}
