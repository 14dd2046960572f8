import type { JournalBacklog, JournalEntry } from "../../domain/telemetry/journal-entry.ts";

const BATCH = 1_000;
/** A message that was sent less than this ago may still reach the writer. */
const MIN_AGE_MS = 30_000;
/** How often it looks while there is a backlog; otherwise only messages that a flow lost may come due. */
const LOOK_MS = 50;
const LOOK_IDLE_MS = 1_000;
/** What reached nobody after this does not keep the next batch back. */
const GIVE_UP_MS = 10_000;
/** Messages per turn of the event loop: rounds must not wait for a replay. */
const SLICE = 25;

export type ReplayerOptions = {
  readonly journal: JournalBacklog;
  readonly batch?: number;
  readonly minAgeMs?: number;
  readonly lookMs?: number;
  readonly idleMs?: number;
  readonly giveUpMs?: number;
  readonly monotonic?: () => number;
};

export interface Replayer {
  /**
   * Delivers the journal's backlog through `send`: what a former process left, and what was let go of or lost on its way,
   * oldest first, at most 1,000 at a time, the next when these are settled. What nobody takes (there is no writer in the
   * flow) comes again later, at ever longer intervals.
   *
   * @returns stop
   */
  start(send: (entry: JournalEntry) => void): () => void;
}

export function createReplayer(options: ReplayerOptions): Replayer {
  const { journal, batch = BATCH, minAgeMs = MIN_AGE_MS } = options;
  const { lookMs = LOOK_MS, idleMs = LOOK_IDLE_MS, giveUpMs = GIVE_UP_MS } = options;
  const now = options.monotonic ?? (() => performance.now());

  return {
    start(send) {
      let timer: NodeJS.Timeout | undefined;
      let slice: NodeJS.Immediate | undefined;
      let isStopped = false;
      let outstanding: number[] = [];
      let sentAt = 0;

      function look(): void {
        if (isStopped) return;
        if (isAnsweredFor()) deliver(journal.pending(batch, minAgeMs));
        else lookLater();
      }

      function lookLater(): void {
        const isIdle = outstanding.length === 0 && !journal.hasBacklog();
        timer = setTimeout(look, isIdle ? Math.max(lookMs, idleMs) : lookMs);
      }

      /** Nobody holds any of the last batch, and the rest of it is settled or must be lost. */
      function isAnsweredFor(): boolean {
        if (outstanding.length === 0) return true;
        if (journal.countHeld(outstanding) > 0) return false;
        return journal.countOnTheWay(outstanding) === 0 || now() - sentAt >= giveUpMs;
      }

      function deliver(entries: readonly JournalEntry[]): void {
        outstanding = entries.map(({ id }) => id);
        sentAt = now();
        sendFrom(entries, 0);
      }

      function sendFrom(entries: readonly JournalEntry[], first: number): void {
        if (isStopped) return;
        for (const entry of entries.slice(first, first + SLICE)) send(entry);
        const next = first + SLICE;
        if (next < entries.length) slice = setImmediate(() => sendFrom(entries, next));
        else lookLater();
      }

      timer = setTimeout(look, 0);
      return () => {
        isStopped = true;
        clearTimeout(timer);
        clearImmediate(slice);
      };
    },
  };
}
