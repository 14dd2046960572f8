import type { PointReading } from "./expression/point-reading.ts";
import type { OperatingMode } from "./operating-state.ts";
import type { SiteFacts } from "./site-facts.ts";

/** What a rule sees of one site at one moment, or of a segment or the fleet through its members. */
export type SiteView = {
  /** The slot, ms since the epoch. */
  readonly atMs: number;
  readonly facts: SiteFacts;
  /** Trusted readings of this slot; null when the site did not answer: older ones say nothing about now. */
  readonly reading: PointReading | null;
  /** Consecutive polls without a good reply, and with one. */
  readonly misses: number;
  readonly goodPolls: number;
  readonly operating: OperatingMode;
  /** Medians of the site's circle at the end of the last slot, by signal. */
  readonly sisters: Readonly<Record<string, number>> | null;
  /** Minutes since midnight and day of the week (1 = Monday) where the sites are. */
  readonly clock: LocalClock;
  /** For a rule about a segment or the fleet: the sites in it. Empty for a site. */
  readonly members: readonly SiteView[];
};

export type LocalClock = { readonly minuteOfDay: number; readonly weekday: number };
