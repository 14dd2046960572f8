import type {
  JournalAppender,
  JournalBacklog,
  JournalEntry,
  JournalSafekeeping,
  JournalSettler,
  JournalStats,
} from "../../domain/telemetry/journal-entry.ts";

/** An entry that a fault in the data keeps from being stored. */
export type QuarantinedEntry = JournalEntry & { readonly error: string; readonly at: number };

/** Entries that were dropped because the journal was full; history shows the gap. `at` in ms since the Unix epoch. */
export type JournalGap = {
  readonly firstSlot: string;
  readonly lastSlot: string;
  readonly entries: number;
  readonly reason: string;
  readonly at: number;
};

/**
 * The platform's safe keeping between controller and database: append before the message leaves, acknowledge after the
 * commit, replay what was not acknowledged, oldest first. It survives `kill -9` at any step.
 */
export interface Journal extends JournalAppender, JournalSettler, JournalBacklog, JournalSafekeeping {
  /** Newest first. */
  quarantined(limit: number): QuarantinedEntry[];
  /** Moves quarantined entries back, to be tried again after a profile fix. @returns how many */
  retryQuarantined(): number;
  /** Newest first. */
  gaps(limit: number): JournalGap[];
  stats(): JournalStats;
  /** Writes what is under way, and lets other processes open the file. */
  close(): void;
}
