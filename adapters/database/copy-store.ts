import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { JournalSafekeeping } from "../../domain/telemetry/journal-entry.ts";
import type { EmbeddedDatabase } from "./pglite-database.ts";

const COPIES_KEPT = 2;

/** A copy of the embedded database: a gzipped file, or a folder when it was large. */
export type StoreCopy = { readonly path: string; readonly madeAtMs: number };

export type CopyOptions = {
  /** Copies go into `backup/` in it. */
  readonly dataDir: string;
  readonly journal: Pick<JournalSafekeeping, "purgeAcknowledged">;
  readonly nowMs: number;
  /** Nothing is done when the newest copy is younger; 0 = a copy is made in any case. */
  readonly youngerThanMs: number;
};

/** `forgotten`: entries that left the journal, because they are in the copy. */
export type CopyReport = {
  readonly copied: boolean;
  readonly file: string | null;
  readonly bytes: number;
  readonly forgotten: number;
};

/**
 * Copies the embedded database, which is not safe against a power failure, and then lets the journal forget what it has
 * kept for that. All calls on the database wait meanwhile.
 */
export async function copyStore(database: EmbeddedDatabase, options: CopyOptions): Promise<CopyReport> {
  const { dataDir, journal, nowMs, youngerThanMs } = options;
  const folder = join(dataDir, "backup");
  mkdirSync(folder, { recursive: true });
  removeDrafts(folder);
  const copies = listStoreCopies(dataDir);
  const newest = copies.at(-1);
  const isYoung = newest !== undefined && youngerThanMs > 0 && nowMs - newest.madeAtMs < youngerThanMs;
  if (isYoung) return { copied: false, file: null, bytes: 0, forgotten: 0 };
  const name = `database-${new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  const { path, bytes } = await database.dump(folder, name);
  const older = copies.filter((copy) => copy.path !== path);
  for (const { path: old } of older.slice(0, Math.max(0, older.length + 1 - COPIES_KEPT))) {
    rmSync(old, { recursive: true, force: true });
  }
  const forgotten = journal.purgeAcknowledged(nowMs);
  return { copied: true, file: basename(path), bytes, forgotten };
}

/** The whole copies in `backup/`, oldest first. */
export function listStoreCopies(dataDir: string): StoreCopy[] {
  const folder = join(dataDir, "backup");
  return namesIn(folder)
    .filter((name) => !name.endsWith(".draft"))
    .map((name) => ({ path: join(folder, name), madeAtMs: statSync(join(folder, name)).mtimeMs }));
}

/** What a process that was killed has left half written. */
function removeDrafts(folder: string): void {
  for (const name of namesIn(folder)) {
    if (name.endsWith(".draft")) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith("database-"))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
