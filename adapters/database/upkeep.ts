import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../../domain/log.ts";
import type { JournalSafekeeping } from "../../domain/telemetry/journal-entry.ts";
import type { Database } from "./database.ts";
import { isEmbedded } from "./open-database.ts";
import { ensureUpcomingPartitions } from "./partitions.ts";
import type { EmbeddedDatabase } from "./pglite-database.ts";
import { toSqlError } from "./sql-errors.ts";
import { verifyAcknowledged } from "./verify-acknowledged.ts";

const HOUR_MS = 3_600_000;
const RETRY_MS = 60_000;
const COPY_EVERY_MS = 24 * HOUR_MS;
const COPIES_KEPT = 2;

export type UpkeepOptions = {
  readonly database: Database;
  readonly journal: JournalSafekeeping;
  /** Copies of the embedded database go into `backup/` in it. */
  readonly dataDir: string;
  readonly log: Log;
  readonly clock?: () => number;
  /** For tests: how often it looks what is due. */
  readonly lookMs?: number;
};

/**
 * What the database needs by the hour: partitions a week ahead (where they are ours), and for the embedded one a daily
 * copy, after which the journal may forget what it kept until then. At the start it also looks whether the embedded
 * database has forgotten anything.
 *
 * To restore: stop the platform, unpack the newest `backup/*.tar.gz` in place of `database/`, start; the journal adds what
 * came after the copy.
 *
 * @returns stop, which waits for what is under way
 */
export function startUpkeep(options: UpkeepOptions): () => Promise<void> {
  const { database, log, lookMs = HOUR_MS } = options;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = look(true);

  async function look(isFirst: boolean): Promise<void> {
    let waitMs = lookMs;
    try {
      await database.whenReady();
      if (!isStopped) await (isFirst ? tendAtStart(options) : tend(options));
    } catch (error) {
      waitMs = Math.min(lookMs, RETRY_MS);
      const { code, message } = toSqlError(error);
      if (!isStopped) log.warn({ code, reason: message }, "the database's upkeep failed; it is tried again");
    }
    if (isStopped) return;
    timer = setTimeout(() => {
      underWay = look(false);
    }, waitMs).unref();
  }

  return async () => {
    isStopped = true;
    clearTimeout(timer);
    // A server that was never reached would be waited for without an end.
    if (database.engine.serverVersion !== 0) await underWay;
  };
}

async function tendAtStart({ database, journal, log }: UpkeepOptions): Promise<void> {
  if (!isEmbedded(database)) return;
  const missing = await verifyAcknowledged(database, journal);
  if (missing > 0) log.warn({ missing }, "the embedded database had forgotten snapshots: the journal adds them again");
}

async function tend(options: UpkeepOptions): Promise<void> {
  const { database } = options;
  if (database.engine.ownPartitions) await ensureUpcomingPartitions(database);
  if (isEmbedded(database)) await copyWhenDue(database, options);
}

/** Copies the store when the newest copy is a day old. */
async function copyWhenDue(
  database: EmbeddedDatabase,
  { journal, dataDir, log, clock = Date.now }: UpkeepOptions,
): Promise<void> {
  const folder = join(dataDir, "backup");
  mkdirSync(folder, { recursive: true });
  const now = clock();
  const copies = listCopies(folder);
  const newest = copies.at(-1);
  if (newest && now - newest.madeAtMs < COPY_EVERY_MS) return;
  const name = `database-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  const { path, bytes } = await database.dump(folder, name);
  for (const { path: old } of copies.slice(0, Math.max(0, copies.length + 1 - COPIES_KEPT))) {
    rmSync(old, { recursive: true, force: true });
  }
  const forgotten = journal.purgeAcknowledged(now);
  log.info({ path, bytes, forgotten }, "the embedded database was copied");
}

/** Oldest first; what was left half written is removed. */
function listCopies(folder: string): { path: string; madeAtMs: number }[] {
  const names = readdirSync(folder)
    .filter((name) => name.startsWith("database-"))
    .sort();
  for (const name of names.filter((name) => name.endsWith(".draft")))
    rmSync(join(folder, name), { recursive: true, force: true });
  return names
    .filter((name) => !name.endsWith(".draft"))
    .map((name) => ({ path: join(folder, name), madeAtMs: statSync(join(folder, name)).mtimeMs }));
}
