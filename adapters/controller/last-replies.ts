import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { unpackJournalBody } from "../../domain/telemetry/journal-body.ts";
import type { NewJournalEntry } from "../../domain/telemetry/journal-entry.ts";

const MAX_BYTES = 16 * 1024 * 1024;
/** Some room is made at once, so that thousands of sites beyond the limit do not each look for the oldest. */
const KEPT_SHARE = 0.9;

/** The newest reply per site, as it went into the journal. */
export type LastReplies = {
  put(entry: NewJournalEntry): void;
  get(siteId: string): ControllerReply | null;
};

/**
 * At most 16 MiB of bodies; beyond that the sites heard of longest ago are forgotten, some at once.
 *
 * An entry is set in its place. To take it out and put it in again would keep the order by itself, but a map that is
 * changed so moves into a new table all the time, and the old tables hold what was in them until all that is alive is
 * looked through.
 */
export function createLastReplies(maxBytes = MAX_BYTES): LastReplies {
  const entries = new Map<string, NewJournalEntry>();
  let bytes = 0;

  function makeRoom(): void {
    const oldestFirst = [...entries.values()].sort((one, other) =>
      one.slot < other.slot ? -1 : Number(one.slot > other.slot),
    );
    for (const { siteId, body } of oldestFirst) {
      if (bytes <= maxBytes * KEPT_SHARE) return;
      bytes -= body.length;
      entries.delete(siteId);
    }
  }

  return {
    put(entry) {
      const known = entries.get(entry.siteId);
      if (known !== undefined && known.slot > entry.slot) return;
      bytes += entry.body.length - (known?.body.length ?? 0);
      entries.set(entry.siteId, entry);
      if (bytes > maxBytes) makeRoom();
    },
    get(siteId) {
      const entry = entries.get(siteId);
      return entry === undefined ? null : unpackJournalBody(entry);
    },
  };
}
