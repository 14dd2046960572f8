import { z } from "zod";
import type { SiteView } from "./site-view.ts";
import type { Truth } from "./truth.ts";

/**
 * How long something has held, as far as samples say. The clock stands while nothing is known, and so it does over a gap
 * between samples that is longer than a reading holds: silence is neither health nor illness.
 */
export const Elapsed = z.strictObject({ forMs: z.number().min(0), lastMs: z.int().nullable() });
export type Elapsed = z.infer<typeof Elapsed>;

/** A reading holds for so many polling intervals. */
const HOLD_INTERVALS = 3;

/** The clock after one more sample: starts with the first that holds, stops (null) with one that does not. */
export function nextElapsed(before: Elapsed | null, holds: Truth, { atMs, facts }: SiteView): Elapsed | null {
  if (holds === false) return null;
  if (holds === null) return before === null || before.lastMs === null ? before : { ...before, lastMs: null };
  if (before === null) return { forMs: 0, lastMs: atMs };
  const stepMs = before.lastMs === null ? 0 : atMs - before.lastMs;
  const isGap = stepMs > HOLD_INTERVALS * facts.intervalS * 1000;
  return { forMs: before.forMs + (isGap ? 0 : stepMs), lastMs: atMs };
}

/** True when it has held for so long. A delay of 0 is over with the first sample. */
export function isElapsed(elapsed: Elapsed | null, delayMs: number): boolean {
  return elapsed !== null && elapsed.forMs >= delayMs;
}
