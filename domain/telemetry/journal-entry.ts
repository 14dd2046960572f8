/**
 * What the journal keeps of one reply, before the message leaves. The body is opaque to the journal;
 * `domain/telemetry/journal-body.ts` packs and unpacks it.
 */
export type NewJournalEntry = {
  readonly siteId: string;
  /** ISO time of the round; with `siteId` the key. */
  readonly slot: string;
  /** `id@version`. */
  readonly profile: string;
  readonly body: Uint8Array;
};

export type JournalEntry = NewJournalEntry & { readonly id: number; readonly attempts: number };

/** Figures of the journal, for metrics, `/readyz` and the warning at 80 %. */
export type JournalStats = {
  readonly rows: number;
  readonly bytes: number;
  readonly capBytes: number;
  /** Slot of the oldest entry without acknowledgement; null when all is settled. */
  readonly oldestSlot: string | null;
  readonly quarantined: number;
  /** Entries dropped because the cap was reached, since the journal was made. */
  readonly dropped: number;
  /** False when the last append failed (volume full, file gone): collection goes on, `/readyz` is red. */
  readonly isWritable: boolean;
};

/** The part of the journal that collection needs. */
export interface JournalAppender {
  /**
   * Keeps one reply on disk. Resolves after the fsync with the id, with the id of the entry already there for that
   * `(siteId, slot)`, or with null when it could not be kept; never rejects. Calls within 25 ms, or 50 of them, share
   * one transaction.
   */
  append(entry: NewJournalEntry): Promise<number | null>;
}

/** The part of the journal that whoever stores entries needs. */
export interface JournalSettler {
  /** Settles entries: their rows are committed. Unknown ids are ignored. */
  acknowledge(ids: readonly number[]): void;
  /** Lets go of delivered entries without settling them: they are replayed, oldest first. */
  release(ids: readonly number[]): void;
  /** Says that the writer holds these entries, so that the replay leaves them alone. */
  hold(ids: readonly number[]): void;
  /** Moves an entry, with the error, to the quarantine in one transaction. */
  quarantine(id: number, error: string): void;
  /** True for an entry that was delivered again and reached nobody yet. */
  isReplayed(id: number): boolean;
  /** True while entries wait to be delivered again; what a flow lost on its way does not count. */
  hasBacklog(): boolean;
}

/** The part of the journal that the replay needs. */
export interface JournalBacklog {
  /**
   * Takes unsettled entries that nobody holds, oldest first; they count as on their way from then on. An entry delivered
   * less than `minAgeMs` ago is still on its way and is left out.
   */
  pending(limit: number, minAgeMs: number): JournalEntry[];
  /** True while entries wait to be delivered again; what a flow lost on its way does not count. */
  hasBacklog(): boolean;
  /** How many of these are neither settled, nor held, nor let go of: still on their way. */
  countOnTheWay(ids: readonly number[]): number;
  /** How many of these the writer holds: delivered, not yet settled. */
  countHeld(ids: readonly number[]): number;
}

/** Entries that were acknowledged, but whose database may yet forget them (PGlite has no fsync). */
export interface JournalSafekeeping {
  /** Acknowledged entries with an id above `afterId`, oldest first. */
  acknowledged(
    afterId: number,
    limit: number,
  ): { readonly id: number; readonly siteId: string; readonly slot: string }[];
  /** The database has forgotten them: they are to be replayed. */
  reopen(ids: readonly number[]): void;
  /** Forgets what was acknowledged before that moment: a good copy holds it. @returns how many */
  purgeAcknowledged(beforeMs: number): number;
}
