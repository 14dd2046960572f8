import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { unpackJournalBody } from "../../domain/telemetry/journal-body.ts";
import type { NewJournalEntry } from "../../domain/telemetry/journal-entry.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** The newest reply per site, as it went into the journal. */
export type LastReplies = {
  put(entry: NewJournalEntry): void;
  get(siteId: string): ControllerReply | null;
};

/** At most 16 MiB of bodies; the sites heard of longest ago are forgotten first. */
export function createLastReplies(maxBytes = MAX_BYTES): LastReplies {
  const entries = new Map<string, NewJournalEntry>();
  let bytes = 0;

  function remove(siteId: string): void {
    bytes -= entries.get(siteId)?.body.length ?? 0;
    entries.delete(siteId);
  }

  return {
    put(entry) {
      const known = entries.get(entry.siteId);
      if (known !== undefined && known.slot > entry.slot) return;
      remove(entry.siteId);
      entries.set(entry.siteId, entry);
      bytes += entry.body.length;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) return;
        remove(oldest);
      }
    },
    get(siteId) {
      const entry = entries.get(siteId);
      return entry === undefined ? null : unpackJournalBody(entry);
    },
  };
}
