import type { Database, Lane } from "./database.ts";
import { runTransaction, type Session } from "./session.ts";

const DAY_MS = 86_400_000;
const DAYS_BACK = 1;
const DAYS_AHEAD = 7;
/** Creating a partition locks its parent for a moment; better to fail and come again than to stop all inserts. */
const LOCK_TIMEOUT = { text: "set local lock_timeout = '2s'" };
const ENSURE = "select ensure_day_partitions($1, $2::date, 1) as created";

/** Making eight days takes seconds on a busy server. */
const TIMEOUT_MS = 10_000;

/** Tables with a partition per UTC day, where TimescaleDB does not do it. */
export type DayTable = "sample" | "rollup_5m";

/** From yesterday to 7 days ahead, by the server's clock. */
export async function ensurePartitions(session: Session): Promise<void> {
  await runTransaction(session, [LOCK_TIMEOUT, upcoming()]);
}

/** The same through the shared interface, for the hourly upkeep. @throws {SqlError} 55P03 when the table was busy */
export async function ensureUpcomingPartitions(database: Database): Promise<void> {
  await database.transaction([LOCK_TIMEOUT, upcoming()], { timeoutMs: TIMEOUT_MS });
}

/**
 * Creates the partitions of these days, where they are missing.
 *
 * @param days as `YYYY-MM-DD`
 * @throws {SqlError} 55P03 when the table was busy
 */
export async function ensureDays(
  database: Database,
  days: readonly string[],
  { table = "sample", lane = "request" }: { readonly table?: DayTable; readonly lane?: Lane } = {},
): Promise<void> {
  const ensure = days.map((day) => ({ text: ENSURE, values: [table, day] }));
  await database.transaction([LOCK_TIMEOUT, ...ensure], { lane, timeoutMs: TIMEOUT_MS });
}

/**
 * The UTC days of these slots that may get a partition: from the raw retention to one day ahead. A clock that is wrong by
 * years must not create a partition per day.
 *
 * @param retentionDays how long raw samples are kept
 */
export function daysToEnsure(slots: readonly string[], nowMs: number, retentionDays: number): string[] {
  const oldest = nowMs - retentionDays * DAY_MS;
  const newest = nowMs + DAY_MS;
  const allowed = slots.filter((slot) => Date.parse(slot) >= oldest && Date.parse(slot) <= newest);
  return [...new Set(allowed.map((slot) => new Date(slot).toISOString().slice(0, 10)))];
}

function upcoming() {
  return {
    text: `
      select ensure_day_partitions(parent, (now() at time zone 'UTC')::date - ${DAYS_BACK}, ${DAYS_BACK + 1 + DAYS_AHEAD})
      from unnest(array['sample', 'rollup_5m']) as parent`,
  };
}
