import type { Log } from "../../domain/log.ts";
import type { JournalSettler } from "../../domain/telemetry/journal-entry.ts";
import type { WriteItem } from "./settle-batch.ts";

const MAX_ROUNDS = 20;
const MAX_ROWS = 20_000;
/** Replies that the journal could not keep: they exist only here. */
const MAX_UNKEPT = 5_000;

/** Of a fresh one the slot is counted while it waits. */
type Queued = { readonly item: WriteItem; readonly isFresh: boolean };

/**
 * The line in front of the database. While the journal has a backlog, only what it replays is taken; fresh entries are
 * let go of, and come back in their turn.
 */
export function createWriteQueue(journal: JournalSettler, log: Log) {
  let items: Queued[] = [];
  const freshSlots = new Map<string, number>();
  let isBehind = journal.hasBacklog();

  function countSlot(slot: string, change: 1 | -1): void {
    const count = (freshSlots.get(slot) ?? 0) + change;
    if (count > 0) freshSlots.set(slot, count);
    else freshSlots.delete(slot);
  }

  function push(item: WriteItem, isFresh: boolean): void {
    items.push({ item, isFresh });
    if (isFresh) countSlot(item.snapshot.slot, 1);
  }

  function removed(taken: readonly Queued[]): void {
    for (const { item, isFresh } of taken) if (isFresh) countSlot(item.snapshot.slot, -1);
  }

  /** Everything that the journal has goes back to it; it will be replayed in order. */
  function letGo(): void {
    const kept = items.filter(({ item }) => item.journalId !== null);
    const unkept = items.filter(({ item }) => item.journalId === null);
    journal.release(kept.map(({ item }) => item.journalId ?? 0));
    const lost = unkept.slice(0, Math.max(0, unkept.length - MAX_UNKEPT));
    if (lost.length > 0)
      log.error({ entries: lost.length }, "snapshots were lost: neither journal nor database takes them");
    items = unkept.slice(lost.length);
    removed([...kept, ...lost]);
    if (kept.length > 0 && !isBehind)
      log.warn({ rounds: MAX_ROUNDS }, "the writer is behind: it goes on from the journal");
    isBehind ||= kept.length > 0;
  }

  return {
    /** @returns false when the item was let go of to the journal */
    add(item: WriteItem): boolean {
      const { journalId } = item;
      if (journalId === null) {
        push(item, true);
      } else if (journal.isReplayed(journalId)) {
        journal.hold([journalId]);
        push(item, false);
      } else {
        if (isBehind) isBehind = journal.hasBacklog();
        if (isBehind) {
          journal.release([journalId]);
          return false;
        }
        journal.hold([journalId]);
        push(item, true);
      }
      if (freshSlots.size > MAX_ROUNDS || items.length > MAX_ROWS) letGo();
      return true;
    },
    /** Takes the oldest. */
    take(limit: number): WriteItem[] {
      const taken = items.slice(0, limit);
      items = items.slice(taken.length);
      removed(taken);
      return taken.map(({ item }) => item);
    },
    /** Puts items that were taken in front again. */
    putBack(taken: readonly WriteItem[]): void {
      items = [...taken.map((item) => ({ item, isFresh: false })), ...items];
    },
    first: () => items[0]?.item,
    size: () => items.length,
    isBehind: () => isBehind && journal.hasBacklog(),
  };
}
