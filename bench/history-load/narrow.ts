import type { Database } from "../../adapters/database/database.ts";
import { byColumns, columnOf, readColumns } from "../../adapters/database/history/columns.ts";
import { POINT_COLUMNS } from "../../adapters/database/point-columns.ts";
import { isoOf } from "../../domain/iso-of.ts";
import type { PointName } from "../../domain/points/catalogue.ts";

const TIMEOUT_MS = 1_800_000;
const NUMBERS = POINT_COLUMNS.filter(({ type }) => type !== "text");
const numberOf = (point: PointName) => NUMBERS.findIndex((column) => column.point === point);

/**
 * The other way to keep the same data: one row per value, as stores for any device have it. Same values, same server,
 * a hypertable of the same chunks, and the index that its questions need.
 */
export async function fillNarrow(database: Database, fromMs: number, toMs: number): Promise<void> {
  await database.query(
    "create table narrow (slot timestamptz not null, site_id int not null, point smallint not null, value float8 not null)",
  );
  await database.query(
    "select create_hypertable('narrow', by_range('slot', interval '1 day'), create_default_indexes => false)",
  );
  await database.query("create unique index on narrow (site_id, point, slot)");
  const pairs = NUMBERS.map(
    ({ point, type }, index) => `(${index}, "${point}"${type === "boolean" ? "::int" : ""}::float8)`,
  );
  for (let ms = fromMs; ms < toMs; ms += 3_600_000) {
    await database.query(
      `insert into narrow select slot, site_id, v.point, v.value from sample cross join lateral (values ${pairs.join(", ")}) as v (point, value)
       where slot >= $1::timestamptz and slot < $2::timestamptz and v.value is not null`,
      [isoOf(ms), isoOf(Math.min(ms + 3_600_000, toMs))],
      { timeoutMs: TIMEOUT_MS },
    );
  }
  await database.query("analyze narrow", [], { timeoutMs: TIMEOUT_MS });
}

/** Raw values of points of one site. Read by columns, as ours are, so that only the layout differs. */
export async function narrowSite(
  database: Database,
  site: number,
  points: readonly PointName[],
  fromMs: number,
  toMs: number,
) {
  const rows = `select point::int as point, slot as at, value from narrow where site_id = $1::int and point = any($2::int[])
    and slot >= $3::timestamptz and slot < $4::timestamptz order by point, slot`;
  const columns = await readColumns(database, byColumns(rows, ["point", "at", "value"]), [
    site,
    points.map(numberOf),
    isoOf(fromMs),
    isoOf(toMs),
  ]);
  return columns["value"]?.length ?? 0;
}

/** Points of one site by buckets, made of the raw values: there is nothing else. */
export async function narrowBuckets(
  database: Database,
  site: number,
  points: readonly PointName[],
  fromMs: number,
  toMs: number,
  bucketS: number,
) {
  const rows = `select point::int as point, date_bin('${bucketS} s', slot, timestamptz '2000-01-01 00:00+00') as at, avg(value) as avg,
      min(value) as min, max(value) as max
    from narrow where site_id = $1::int and point = any($2::int[]) and slot >= $3::timestamptz and slot < $4::timestamptz
    group by 1, 2 order by 1, 2`;
  const text = byColumns(rows, ["point", "at", "avg", "min", "max"]);
  const columns = await readColumns(database, text, [site, points.map(numberOf), isoOf(fromMs), isoOf(toMs)]);
  return columns["avg"]?.length ?? 0;
}

/** One point of every site by buckets. */
export async function narrowFleet(database: Database, point: PointName, fromMs: number, toMs: number, bucketS: number) {
  const rows = `select site_id, date_bin('${bucketS} s', slot, timestamptz '2000-01-01 00:00+00') as at, avg(value) as avg,
      min(value) as min, max(value) as max
    from narrow where point = $1::int and slot >= $2::timestamptz and slot < $3::timestamptz group by 1, 2 order by 1, 2`;
  const found = await database.query(
    byColumns(rows, ["at", "avg", "min", "max"], "site_id"),
    [numberOf(point), isoOf(fromMs), isoOf(toMs)],
    { timeoutMs: 60_000 },
  );
  return found.reduce((sum, row) => sum + columnOf(row, "avg").length, 0);
}
