import type { Database } from "../../adapters/database/database.ts";
import { ensureDays } from "../../adapters/database/partitions.ts";
import { POINT_COLUMNS, type PointColumn } from "../../adapters/database/point-columns.ts";
import { markDue, rollUp } from "../../adapters/database/rollup/roll-up.ts";
import { isoOf } from "../../domain/iso-of.ts";

/** In the order in which they refer to each other. */
export const ROLLED = ["rollup_5m", "fleet_5m_sites", "fleet_5m", "rollup_1h", "rollup_1d"] as const;
export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A statement on PGlite ends the worker after 30 s, and the writer's lane has its own limit. */
const TIMEOUT_MS = { postgres: 900_000, pglite: 29_000 } as const;

export type Load = {
  readonly sites: number;
  readonly days: number;
  readonly intervalS: number;
  /** UTC midnight after the last day. */
  readonly endMs: number;
};

/** How much of a table there is, its index included. */
export type Size = { readonly rows: number; readonly bytes: number };

/** Sites by number, named as in a sites file. */
export async function addSites(database: Database, sites: number): Promise<void> {
  await database.query(
    `insert into site (code, name, region, zone, controller_url, profile_id)
     select 'site-' || lpad(n::text, 3, '0'), 'Site ' || n, 'north', 'zone-' || n % 3, 'http://127.0.0.1', 'bitmain-antbox-hk3'
     from generate_series(1, $1::int) as n order by n`,
    [sites],
  );
  await database.query("insert into profile_registry (code) values ('bitmain-antbox-hk3@1') on conflict do nothing");
}

/**
 * One generated day of waves and noise in tenths, as controllers give them, in every column; the other days are copies,
 * which cost a fifth of the time and nobody's query knows.
 */
export async function fillSamples(
  database: Database,
  load: Load,
  say: (text: string) => void,
  sqlOf: ColumnSql = waveSql,
): Promise<void> {
  const firstMs = load.endMs - DAY_MS;
  const days = Array.from({ length: load.days }, (_, index) => load.endMs - (index + 1) * DAY_MS);
  if (database.engine.ownPartitions) {
    for (const day of days) await ensureDays(database, [dayOf(day)]);
  }
  const options = { timeoutMs: TIMEOUT_MS[database.engine.kind] };
  for (let ms = firstMs; ms < load.endMs; ms += HOUR_MS) {
    await database.query(generateSql(load, sqlOf), [isoOf(ms), isoOf(ms + HOUR_MS)], options);
  }
  const stepMs = database.engine.kind === "pglite" ? HOUR_MS * 2 : DAY_MS;
  for (const [index, day] of days.slice(1).entries()) {
    for (let ms = firstMs; ms < load.endMs; ms += stepMs) {
      await database.query(
        copySql("sample", "slot"),
        [isoOf(ms), isoOf(ms + stepMs), `${(firstMs - day) / DAY_MS} days`],
        options,
      );
    }
    if (index % 10 === 9) say(`${index + 2} of ${load.days} days filled`);
  }
  await analyse(database, "sample");
}

/**
 * The roll-ups of the generated day by the product's own job, the other days as copies of it: what the job itself would
 * write, since the days are alike.
 *
 * @returns what the job took for its day
 */
export async function fillRollups(
  database: Database,
  load: Load,
): Promise<{ readonly buckets: number; readonly ms: number }> {
  const firstMs = load.endMs - DAY_MS;
  await database.query("delete from rollup_due");
  await markDue(database, firstMs, load.endMs - 1000);
  const start = performance.now();
  const { buckets } = await rollUp(database, { nowMs: load.endMs + HOUR_MS });
  const ms = performance.now() - start;
  const options = { timeoutMs: TIMEOUT_MS[database.engine.kind] };
  const parts = database.engine.kind === "pglite" ? 6 : 1;
  for (let back = 1; back < load.days; back += 1) {
    if (database.engine.ownPartitions) await ensureDays(database, [dayOf(firstMs - back * DAY_MS)]);
    for (const table of ROLLED) {
      for (let part = 0; part < parts; part += 1) {
        const from = firstMs + (part * DAY_MS) / parts;
        await database.query(
          copySql(table, "bucket"),
          [isoOf(from), isoOf(from + DAY_MS / parts), `${back} days`],
          options,
        );
      }
    }
  }
  for (const table of ROLLED) await analyse(database, table);
  return { buckets, ms };
}

/** Partitions and chunks are both children of their table. */
export async function sizeOf(database: Database, table: string): Promise<Size> {
  const text = `
    select (select count(*) from ${table})::float8 as rows, pg_total_relation_size('${table}')::float8 +
      coalesce((select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = '${table}'::regclass), 0)::float8 as bytes`;
  const [row] = await database.query(text, [], { timeoutMs: TIMEOUT_MS[database.engine.kind] });
  return { rows: Number(row?.["rows"]), bytes: Number(row?.["bytes"]) };
}

/** In the order in which rounds arrive: the rows of one site lie far apart, as they do in the field. */
function generateSql({ sites, intervalS }: Load, sqlOf: ColumnSql): string {
  const columns = POINT_COLUMNS.map(sqlOf);
  const names = POINT_COLUMNS.map(({ point }) => `"${point}"`).join(", ");
  return `
    insert into sample (site_id, slot, collected_at, profile, latency_ms, attempts, ${names})
    select site, slot, slot + interval '84 ms', 1, 60 + (n + site) % 90, 1, ${columns.join(", ")}
    from (select slot, (extract(epoch from slot)::bigint / ${intervalS} % 100000)::int as n
      from generate_series($1::timestamptz, $2::timestamptz - interval '1 s', interval '${intervalS} seconds') as slot) as t,
      generate_series(1, ${sites}) as site
    order by slot, site`;
}

/** SQL for a column from `n`, the number of the slot, and `site`. */
type ColumnSql = (column: PointColumn, index: number) => string;

function waveSql({ type }: PointColumn, index: number): string {
  if (type === "boolean") return `(n + site + ${index}) % 7 <> 0`;
  if (type === "text") return `case when (n + site) % 50 = 0 then 'manual' else 'auto' end`;
  if (type === "double precision") return `100000 + ${index} * 1000 + n * 1.25 + site`;
  const wave = `30 + ${index % 9} + 10 * sin(n / ${20 + (index % 40)}.0 + site + ${index}) + random()`;
  return `(floor((${wave}) * 10) / 10)::real`;
}

/** Rows of a time once more, as many days earlier as `$3` says. */
function copySql(table: string, time: string): string {
  const names = columnsOf(table, time);
  const moved = names.map((name) =>
    name === time || name === "collected_at" ? `"${name}" - $3::interval` : `"${name}"`,
  );
  const list = names.map((name) => `"${name}"`).join(", ");
  return `insert into ${table} (${list}) select ${moved.join(", ")} from ${table}
    where ${time} >= $1::timestamptz and ${time} < $2::timestamptz`;
}

const COLUMNS = new Map<string, readonly string[]>();

/** Reads the names of a table's columns once, for the copies. */
export async function learnColumns(database: Database): Promise<void> {
  for (const table of ["sample", ...ROLLED]) {
    const rows = await database.query(
      "select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
      [table],
    );
    COLUMNS.set(
      table,
      rows.map((row) => String(row["attname"])),
    );
  }
}

function columnsOf(table: string, time: string): readonly string[] {
  const names = COLUMNS.get(table);
  if (!names?.includes(time)) throw new Error(`the columns of ${table} were not read`);
  return names;
}

async function analyse(database: Database, table: string): Promise<void> {
  await database.query(`analyze ${table}`, [], { timeoutMs: TIMEOUT_MS[database.engine.kind] });
}

function dayOf(ms: number): string {
  return isoOf(ms).slice(0, 10);
}
