import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Journal } from "../../../adapters/journal/journal.ts";
import { type JournalOptions, openJournal } from "../../../adapters/journal/open-journal.ts";
import type { NewJournalEntry } from "../../../domain/telemetry/journal-entry.ts";
import { type RecordedLog, recordedLog } from "../../services/recorded-log.ts";

export const CAP_BYTES = 8 * 1024 * 1024;

/** A folder of its own, a clock that the test moves, and a journal that can be closed and opened again. */
export type JournalUnderTest = {
  readonly path: string;
  readonly log: RecordedLog;
  open(options?: Partial<JournalOptions>): Journal;
  /** Moves the clock that measures ages. */
  pass(ms: number): void;
  remove(): void;
};

export function journalUnderTest(): JournalUnderTest {
  const folder = mkdtempSync(join(tmpdir(), "antbox-journal-"));
  const path = join(folder, "journal.sqlite");
  const log = recordedLog();
  let nowMs = 0;
  const opened: Journal[] = [];
  return {
    path,
    log,
    open(options = {}) {
      const journal = openJournal({ path, capBytes: CAP_BYTES, log, monotonic: () => nowMs, ...options });
      opened.push(journal);
      return journal;
    },
    pass(ms) {
      nowMs += ms;
    },
    remove() {
      for (const journal of opened) journal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function anEntry(siteId: string, n: number, bytes = 1_300): NewJournalEntry {
  const slot = new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
  const body = new TextEncoder().encode(JSON.stringify({ siteId, n }).padEnd(bytes, " "));
  return { siteId, slot, profile: "bitmain-antbox-hk3@1", body };
}

/** Looks into a closed file with SQLite itself. */
export function inspect(path: string): { integrity: string; entries: number; gaps: number } {
  const database = new DatabaseSync(path);
  try {
    const one = (text: string) => Object.values(database.prepare(text).get() ?? {})[0];
    return {
      integrity: String(one("pragma integrity_check")),
      entries: Number(one("select count(*) from entry")),
      gaps: Number(one("select count(*) from gap")),
    };
  } finally {
    database.close();
  }
}
