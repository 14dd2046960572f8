import type { StopSignal } from "../../domain/jobs/job.ts";
import type { Database } from "./database.ts";
import { periodsBefore } from "./periods.ts";
import { toSqlError } from "./sql-errors.ts";

const HOUR_MS = 3_600_000;
/** A day of 150 sites takes some seconds; of 15,000 sites some minutes. */
const TIMEOUT_MS = 900_000;
const LOCK_TIMEOUT = { text: "set local lock_timeout = '2s'" };
/** Somebody reads it; or the columnstore of TimescaleDB holds it, which sorts by itself. There is another night. */
const NOT_NOW = ["55P03", "0A000"];

export type SortReport = {
  /** Periods that were written anew, by name. */
  readonly sorted: readonly string[];
  /** Periods that could not be had just then. */
  readonly skipped: readonly string[];
};

/**
 * Writes closed days of raw samples anew, site by site. They come in round by round: a day of one site lies on as many
 * pages as it has rows, and a trend that nobody asked for lately reads each of them from the disk. Sorted, it is a
 * twentieth of the pages. PostgreSQL notes it on the index, so each day is done once.
 *
 * Nobody can read or write the day meanwhile: it is work for the night.
 *
 * @param signal what is done before it is aborted stays done
 * @throws {SqlError} when the database is away
 */
export async function sortClosedDays(
  database: Database,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: StopSignal },
): Promise<SortReport> {
  const sorted: string[] = [];
  const skipped: string[] = [];
  // An hour for what still waits in the journals.
  const closedBefore = new Date(nowMs - HOUR_MS).toISOString();
  for (const { name } of await periodsBefore(database, "sample", closedBefore)) {
    if (signal.aborted) break;
    const index = await unsortedIndex(database, name);
    if (index === null) continue;
    ((await sortPeriod(database, name, index)) ? sorted : skipped).push(name);
  }
  return { sorted, skipped };
}

/** The key (site, slot) of a period that was never sorted by it. */
async function unsortedIndex(database: Database, period: string): Promise<string | null> {
  const text = `
    select format('%I', c.relname) as name
    from pg_index i join pg_class c on c.oid = i.indexrelid
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = to_regclass($1) and i.indisunique and not i.indisclustered and a.attname = 'site_id'`;
  const [row] = await database.query(text, [period]);
  return typeof row?.["name"] === "string" ? row["name"] : null;
}

async function sortPeriod(database: Database, period: string, index: string): Promise<boolean> {
  const statements = [LOCK_TIMEOUT, { text: `cluster ${period} using ${index}` }, { text: `analyze ${period}` }];
  try {
    await database.transaction(statements, { timeoutMs: TIMEOUT_MS });
    return true;
  } catch (error) {
    if (NOT_NOW.includes(toSqlError(error).sqlState ?? "")) return false;
    throw error;
  }
}
