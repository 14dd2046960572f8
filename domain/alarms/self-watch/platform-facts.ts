/** One round of polling as self-watch sees it, newest first in a list. Only whole rounds: no extra polls of single sites. */
export type RoundFact = {
  /** ms since the epoch. */
  readonly slotMs: number;
  readonly durationMs: number;
  readonly sites: number;
  readonly ok: number;
  /** Failed sites that were not tried, as they have failed for long. */
  readonly skipped: number;
};

/** What the platform knows of itself at one moment. Null where this process cannot tell. */
export type PlatformFacts = {
  /** ms since the epoch. */
  readonly atMs: number;
  /** Default polling interval, ms. */
  readonly intervalMs: number;
  /** Since when this process looks: what had no time to happen yet is not missing. */
  readonly sinceMs: number;
  /** The last five or fewer, newest first. */
  readonly rounds: readonly RoundFact[];
  /** Enabled sites that every round should poll. */
  readonly sitesExpected: number;
  /** Slot of the newest end of a round that the rules have judged. */
  readonly judgedMs: number | null;
  /** So many rules are judged by. */
  readonly rulesJudged: number;
  /** Ids of the nodes in front of the judgement that have no rules that can be used. */
  readonly holdersWithoutRules: readonly string[];
  /** How far what is stored lies behind what was collected, seconds. */
  readonly writeLagS: number | null;
  /** How full the journal is, 0 to 1; 1 also when nothing can be written to it. */
  readonly journalShare: number | null;
  /** Names of channels of notification that fail. */
  readonly failingChannels: readonly string[];
  /** Since when no beat was taken, ms since the epoch; null: they are, or none are sent. */
  readonly heartbeatFailingSinceMs: number | null;
  /** Since when video that is to be recorded is not, ms since the epoch; null: it is, or none is to be. */
  readonly recordingStoppedSinceMs: number | null;
};
