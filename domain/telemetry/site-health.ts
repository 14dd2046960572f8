import { z } from "zod";

/** `good`: fresh; `late`: one or two polls missed; `lost`: three polls missed (domain rule: never one lost packet); `disabled`: not polled. */
export const SiteHealth = z.enum(["good", "late", "lost", "disabled"]);
export type SiteHealth = z.infer<typeof SiteHealth>;

/** A snapshot younger than this many intervals (plus the round's deadline) is fresh. */
const LATE_AFTER_INTERVALS = 1.5;
const LOST_AFTER_INTERVALS = 3;
const ROUND_DEADLINE_S = 5;

/**
 * Health from the age of the data alone, so that server and browser, and a browser without a server, agree.
 *
 * @param ageS seconds since `collectedAt` of the newest snapshot; null when there is none
 */
export function healthOf(ageS: number | null, intervalS: number, isEnabled: boolean): SiteHealth {
  if (!isEnabled) return "disabled";
  if (ageS === null || ageS > intervalS * LOST_AFTER_INTERVALS + ROUND_DEADLINE_S) return "lost";
  return ageS > intervalS * LATE_AFTER_INTERVALS + ROUND_DEADLINE_S ? "late" : "good";
}
