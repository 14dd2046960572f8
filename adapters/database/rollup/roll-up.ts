import { ROLLED_LEVELS, type RolledLevel } from "../../../domain/telemetry/history-level.ts";
import type { Database, Statement } from "../database.ts";
import { ensureDays } from "../partitions.ts";
import { toSqlError } from "../sql-errors.ts";
import { fleetStatements } from "./fleet-sql.ts";
import { ROLLUPS } from "./rollup-levels.ts";
import { type RollupSqlOptions, rollupStatement, skippedInExtra } from "./rollup-sql.ts";

/** A bucket is computed this long after its end, when most late replies have come. */
const SETTLE_MS = 30_000;
/** Sites × buckets of one statement: some 100 ms. On the embedded database everything else waits meanwhile. */
const SITE_BUCKETS = { postgres: 5_000, pglite: 1_000 } as const;
/** Buckets further apart are computed by another statement, which then looks at other partitions. */
const SPAN_BUCKETS = 288;
/** On the embedded database a statement over its limit ends the whole engine: a job has time. */
const TIMEOUT_MS = 30_000;
const TIMED_OUT = "57014";
/**
 * Two runs at once would be harmless but for one thing: the slower would write what it had read first. And compiling some
 * hundred aggregates takes longer than computing them.
 */
const ONE_AT_A_TIME = { text: "select set_config('jit', 'off', true), pg_advisory_xact_lock(4711, 5)" };

const DUE = `
  select distinct bucket from rollup_due where level = $1 and bucket <= $2::timestamptz order by bucket limit $3::int`;
const MARK = `
  insert into rollup_due (level, bucket)
  select '5m', generate_series(date_bin('5 minutes', $1::timestamptz, timestamptz '2000-01-01 00:00+00'), $2::timestamptz,
    interval '5 minutes')`;
const MAX_MARK_MS = 20 * 366 * 86_400_000;

export type RollUpOptions = {
  readonly nowMs: number;
  /** Most buckets to compute in this call; no limit when absent. */
  readonly limit?: number;
  /** Hard limit of computing one lot of buckets; for tests. */
  readonly timeoutMs?: number;
};
/** `buckets`: computed, of all levels; `rows`: really changed. */
export type RollUpResult = { readonly buckets: number; readonly rows: number };

/**
 * Computes the roll-ups that are due and over, level by level, until nothing is left. Each statement is complete by
 * itself: after a crash the next call goes on, and computing a bucket again changes nothing. Rows stored meanwhile keep
 * their own entries on the list.
 *
 * @throws {SqlError}
 */
export async function rollUp(database: Database, options: RollUpOptions): Promise<RollUpResult> {
  const scope = await readScope(database);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  const result = { buckets: 0, rows: 0 };
  for (const level of ROLLED_LEVELS) {
    const done = await rollUpLevel(database, level, { ...options, ...scope, limit: left });
    left -= done.buckets;
    result.buckets += done.buckets;
    result.rows += done.rows;
  }
  return result;
}

/**
 * Puts all 5-minute buckets of a time on the list, both ends included: after an import that did not go through the writer,
 * or after corrections by hand. (Whoever deletes raw rows by hand deletes their roll-up rows too: a bucket is never
 * replaced by one from fewer rows.)
 *
 * @throws {RangeError} when the time is longer than 20 years, or ends before it begins
 */
export async function markDue(database: Database, fromMs: number, toMs: number): Promise<void> {
  if (!(toMs >= fromMs && toMs - fromMs <= MAX_MARK_MS)) {
    throw new RangeError(`from ${fromMs} to ${toMs}: must be milliseconds in order, at most 20 years apart`);
  }
  await database.query(MARK, [new Date(fromMs).toISOString(), new Date(toMs).toISOString()], { timeoutMs: TIMEOUT_MS });
}

type Scope = { readonly siteBuckets: number; readonly sites: number; readonly sql: RollupSqlOptions };

async function readScope(database: Database): Promise<Scope> {
  const [row] = await database.query<{ sites: number; skipped: string[] }>(
    `select (select count(*)::int from site) as sites,
      (select coalesce(array_agg(key order by key), '{}') from point_registry where not rolled_up) as skipped`,
    [],
    { timeoutMs: TIMEOUT_MS },
  );
  return {
    siteBuckets: SITE_BUCKETS[database.engine.kind],
    sites: Math.max(1, row?.sites ?? 1),
    sql: { skipped: new Set(row?.skipped ?? []) },
  };
}

type LevelRun = RollUpOptions & Scope & { readonly limit: number };

async function rollUpLevel(database: Database, level: RolledLevel, run: LevelRun): Promise<RollUpResult> {
  const { lengthMs } = ROLLUPS[level];
  const statement = rollupStatement(level, run.sql);
  const newest = new Date(run.nowMs - lengthMs - SETTLE_MS).toISOString();
  let size = Math.max(1, Math.floor(run.siteBuckets / run.sites));
  const result = { buckets: 0, rows: 0 };
  while (result.buckets < run.limit) {
    const buckets = await readDue(database, level, newest, Math.min(size, run.limit - result.buckets));
    if (buckets.length === 0) break;
    try {
      result.rows += await compute(database, level, statement, buckets, run);
      result.buckets += buckets.length;
    } catch (error) {
      // Too much at once for this machine, at this moment.
      if (toSqlError(error).sqlState !== TIMED_OUT || buckets.length === 1) throw error;
      size = Math.floor(buckets.length / 2);
    }
  }
  return result;
}

/** The oldest buckets that are due, so near to each other that one statement looks at few partitions. */
async function readDue(database: Database, level: RolledLevel, newest: string, most: number): Promise<number[]> {
  const options = { timeoutMs: TIMEOUT_MS };
  const rows = await database.query<{ bucket: Date }>(DUE, [level, newest, most], options);
  const buckets = rows.map(({ bucket }) => bucket.getTime());
  const [first = 0] = buckets;
  return buckets.filter((bucket) => bucket - first < SPAN_BUCKETS * ROLLUPS[level].lengthMs);
}

/** @returns how many rows have changed */
async function compute(
  database: Database,
  level: RolledLevel,
  statement: Statement,
  buckets: readonly number[],
  { timeoutMs = TIMEOUT_MS, sql }: LevelRun,
): Promise<number> {
  const { lengthMs } = ROLLUPS[level];
  const times = buckets.map((bucket) => new Date(bucket).toISOString());
  if (level === "5m" && database.engine.ownPartitions) {
    await ensureDays(database, [...new Set(times.map((time) => time.slice(0, 10)))], { table: "rollup_5m" });
  }
  const end = new Date((buckets.at(-1) ?? 0) + lengthMs).toISOString();
  const values = [times, times[0], end, skippedInExtra(sql)];
  const turned = level === "5m" ? fleetStatements(times, end) : [];
  const [, [row] = []] = await database.transaction([ONE_AT_A_TIME, { ...statement, values }, ...turned], {
    timeoutMs,
  });
  return Number(row?.["rows"]);
}
