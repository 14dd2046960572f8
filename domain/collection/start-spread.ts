import { ROUND_LIMIT_MS } from "./round-budget.ts";

/** Up to so many sites of one slot start together (performance.md §3.4: ≤ 1,500 new connections in flight were safe). */
const AT_ONCE_SITES = 1500;
/** A bigger fleet starts at this pace, so that one event loop and one switch keep up [J]. */
const STARTS_PER_S = 270;
const MAX_SPREAD_SHARE = 0.75;

/**
 * Over which time the starts of the sites of one interval are spread; 0 for a small fleet. At most 75 % of the interval,
 * and never so long that the last site could not use its 5 s before its own next start.
 */
export function spreadMs(sites: number, intervalMs: number): number {
  if (sites <= AT_ONCE_SITES) return 0;
  const byPace = (sites / STARTS_PER_S) * 1000;
  const cap = Math.min(MAX_SPREAD_SHARE * intervalMs, Math.max(intervalMs - ROUND_LIMIT_MS, intervalMs / 2));
  return Math.min(byPace, cap);
}

/**
 * Start of the `index`-th of `sites` after the slot. Even, so that the load has no peaks; the same in every round, so
 * that the time between two polls of a site stays the interval.
 */
export function startOffsetMs(index: number, sites: number, intervalMs: number): number {
  return sites === 0 ? 0 : Math.floor((index / sites) * spreadMs(sites, intervalMs));
}
