import type { LiveRound } from "./connection.ts";

const FORGET_AFTER_MS = 600_000;

/**
 * The round to show. A watched site is polled in rounds of its own between those of the fleet; "1 answered" would worry
 * whoever asks about 150. A fleet's round gives way to a much smaller one only when it is ten minutes old.
 */
export function newestFleetRound(known: LiveRound | null, next: LiveRound): LiveRound {
  if (known === null) return next;
  const isSmall = next.sites * 2 < known.sites;
  const isRecent = Date.parse(next.slot) - Date.parse(known.slot) < FORGET_AFTER_MS;
  return isSmall && isRecent ? known : next;
}
