import { setTimeout as sleep } from "node:timers/promises";
import type { LevelRetention } from "../../domain/telemetry/history-level.ts";
import type { Database, Engine } from "./database.ts";
import type { DayTable } from "./partitions.ts";
import { type Period, periodsBefore } from "./periods.ts";
import { toSqlError } from "./sql-errors.ts";

/** Days to keep, where the configuration says nothing. The embedded database is for small farms and small disks. */
const DEFAULT_DAYS = {
  postgres: { rawDays: 90, fiveMinuteDays: 90, hourDays: 400, dayDays: null },
  pglite: { rawDays: 14, fiveMinuteDays: 30, hourDays: 400, dayDays: null },
} as const satisfies Record<Engine["kind"], LevelRetention>;
const RAW_PAYLOAD_DAYS = 14;
const ROUND_DAYS = 90;
const DAY_MS = 86_400_000;
const BATCH_ROWS = 5_000;
/** Rows of so many sites go in one statement; normally one day of them. */
const BATCH_SITES = 50;
const TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT = { text: "set local lock_timeout = '2s'" };
const LOCK_NOT_AVAILABLE = "55P03";
const UNDEFINED_TABLE = "42P01";
const TRIES = 3;
const TRY_AGAIN_MS = 500;

/** What suits the engine. */
export function defaultRetention({ kind }: Pick<Engine, "kind">): LevelRetention {
  return DEFAULT_DAYS[kind];
}

/**
 * How long each level is kept: what was configured, else what suits the engine.
 *
 * @param configured null = the default; for `dayDays` it means for ever
 */
export function retentionFor(
  engine: Pick<Engine, "kind">,
  configured: Readonly<Record<keyof LevelRetention, number | null>>,
): LevelRetention {
  const defaults = defaultRetention(engine);
  return {
    rawDays: configured.rawDays ?? defaults.rawDays,
    fiveMinuteDays: configured.fiveMinuteDays ?? defaults.fiveMinuteDays,
    hourDays: configured.hourDays ?? defaults.hourDays,
    dayDays: configured.dayDays ?? defaults.dayDays,
  };
}

export type RetentionReport = {
  /** Partitions or chunks that were dropped, by name. */
  readonly dropped: readonly string[];
  /** Those that had expired but stay, because buckets in them still have to be rolled up, or the table was busy. */
  readonly kept: readonly string[];
  /** Deleted rows, by table. */
  readonly deleted: Readonly<Record<"rollup_1h" | "rollup_1d" | "fleet_5m_sites" | "raw_payload" | "round", number>>;
};

/**
 * Removes what has expired, each level by its own limit: whole UTC days (or chunks) of raw samples and 5-minute buckets,
 * rows of the others. What has not been rolled up yet stays, however old it is. The ledger, alarms, accounts and people's
 * readings are never touched.
 *
 * @throws {SqlError} what was removed before stays removed; the next call goes on
 */
export async function applyRetention(
  database: Database,
  { nowMs, retention }: { readonly nowMs: number; readonly retention: LevelRetention },
): Promise<RetentionReport> {
  const before = (days: number) => dayStart(nowMs - days * DAY_MS);
  const raw = await dropExpired(database, "sample", before(retention.rawDays));
  const fiveMinute = await dropExpired(database, "rollup_5m", before(retention.fiveMinuteDays));
  const hours = await deleteBuckets(database, "rollup_1h", before(retention.hourDays));
  const days = retention.dayDays === null ? 0 : await deleteBuckets(database, "rollup_1d", before(retention.dayDays));
  return {
    dropped: [...raw.dropped, ...fiveMinute.dropped],
    kept: [...raw.kept, ...fiveMinute.kept],
    deleted: {
      rollup_1h: hours,
      rollup_1d: days,
      fleet_5m_sites: await deleteInBatches(database, "fleet_5m_sites", "bucket", before(retention.fiveMinuteDays)),
      raw_payload: await deleteInBatches(database, "raw_payload", "day", before(RAW_PAYLOAD_DAYS)),
      round: await deleteInBatches(database, "round", "slot", before(ROUND_DAYS)),
    },
  };
}

/** A table is not dropped while its rows still have to be rolled up into the next level. */
const NEEDED_FOR: Readonly<Record<DayTable, { readonly level: string; readonly length: string }>> = {
  sample: { level: "5m", length: "5 minutes" },
  rollup_5m: { level: "1h", length: "1 hour" },
};

async function dropExpired(database: Database, table: DayTable, before: string) {
  const periods = await periodsBefore(database, table, before);
  const dropped: string[] = [];
  const kept: string[] = [];
  for (const period of periods) {
    const isDropped = await dropPeriod(database, table, period);
    (isDropped ? dropped : kept).push(period.name);
  }
  return { dropped, kept };
}

async function dropPeriod(database: Database, table: DayTable, { name, from, to }: Period): Promise<boolean> {
  const { level, length } = NEEDED_FOR[table];
  const drop = {
    text: "select drop_period($1, $2, $3::timestamptz, $4::timestamptz, $5, $6::interval) as is_dropped",
    values: [table, name, from, to, level, length],
  };
  for (let tries = 1; ; tries += 1) {
    try {
      const [, [row] = []] = await database.transaction([LOCK_TIMEOUT, drop], { timeoutMs: TIMEOUT_MS });
      return row?.["is_dropped"] === true;
    } catch (error) {
      const { sqlState } = toSqlError(error);
      // Another run dropped it between the look and the lock.
      if (sqlState === UNDEFINED_TABLE) return false;
      if (sqlState !== LOCK_NOT_AVAILABLE) throw error;
      // A long query reads it: there is another night.
      if (tries === TRIES) return false;
      await sleep(TRY_AGAIN_MS);
    }
  }
}

/** By site, because that is how the key is ordered. An hour stays while its day still has to be rolled up. */
async function deleteBuckets(database: Database, table: "rollup_1h" | "rollup_1d", before: string): Promise<number> {
  const [range] = await database.query<{ first: number | null; last: number | null }>(
    `select min(site_id) as first, max(site_id) as last from ${table}`,
  );
  let deleted = 0;
  for (let site = range?.first ?? 0; site <= (range?.last ?? -1); site += BATCH_SITES) {
    const [row] = await database.query(
      `with deleted as (
        delete from ${table} r
        where site_id = any(array(select generate_series($1::int, $2::int))) and bucket < $3::timestamptz
          and not exists (select from rollup_due d where d.level = '1d' and d.bucket <= r.bucket and d.bucket > r.bucket - interval '1 day')
        returning 1)
      select count(*)::int as n from deleted`,
      [site, site + BATCH_SITES - 1, before],
      { timeoutMs: TIMEOUT_MS },
    );
    deleted += Number(row?.["n"]);
  }
  return deleted;
}

async function deleteInBatches(database: Database, table: string, column: string, before: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    const [row] = await database.query(
      `with deleted as (
        delete from ${table} where ctid = any(array(select ctid from ${table} where ${column} < $1::timestamptz limit $2::int))
        returning 1)
      select count(*)::int as n from deleted`,
      [before, BATCH_ROWS],
      { timeoutMs: TIMEOUT_MS },
    );
    const batch = Number(row?.["n"]);
    deleted += batch;
    if (batch < BATCH_ROWS) return deleted;
  }
}

function dayStart(ms: number): string {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS).toISOString();
}
