import type { Log } from "../../domain/log.ts";
import type { JournalSafekeeping } from "../../domain/telemetry/journal-entry.ts";
import type { Database } from "./database.ts";
import { isEmbedded } from "./open-database.ts";
import { toSqlError } from "./sql-errors.ts";
import { verifyAcknowledged } from "./verify-acknowledged.ts";

const RETRY_MS = 60_000;

export type UpkeepOptions = {
  readonly database: Database;
  readonly journal: JournalSafekeeping;
  readonly log: Log;
};

/**
 * Looks once, at the start, whether the embedded database has forgotten what it acknowledged: then the journal adds it
 * again. What the database needs by the clock is done by jobs.
 *
 * @returns stop, which waits for what is under way
 */
export function startUpkeep({ database, journal, log }: UpkeepOptions): () => Promise<void> {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = look();

  async function look(): Promise<void> {
    try {
      await database.whenReady();
      if (isStopped || !isEmbedded(database)) return;
      const missing = await verifyAcknowledged(database, journal);
      if (missing > 0)
        log.warn({ missing }, "the embedded database had forgotten snapshots: the journal adds them again");
    } catch (error) {
      if (isStopped) return;
      const { code, message } = toSqlError(error);
      log.warn({ code, reason: message }, "the embedded database could not be compared with the journal; again later");
      timer = setTimeout(() => {
        underWay = look();
      }, RETRY_MS).unref();
    }
  }

  return async () => {
    isStopped = true;
    clearTimeout(timer);
    // A server that was never reached would be waited for without an end.
    if (database.engine.serverVersion !== 0) await underWay;
  };
}
