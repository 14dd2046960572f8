import { createHash } from "node:crypto";
import { POINT_NAMES, type PointName } from "../../../domain/points/catalogue.ts";
import type { RolledLevel } from "../../../domain/telemetry/history-level.ts";
import type { Statement } from "../database.ts";
import { numberExpression, PROMOTED } from "../point-columns.ts";
import { firstAndLast, rollupColumns, rollupExpressions } from "./rollup-columns.ts";
import { ROLLUPS } from "./rollup-levels.ts";

export type RollupSqlOptions = {
  /** Points that are not computed: `point_registry.rolled_up` is false. */
  readonly skipped?: ReadonlySet<string>;
  /** For tests: other promoted points than the real ones. */
  readonly promoted?: ReadonlySet<PointName>;
};

/** One column of a roll-up table, and the aggregate that fills it from the level's source. */
type Field = { readonly column: string; readonly aggregate: string };
/** A point's columns; `readings`: an aggregate for how many snapshots had a value, of which its average is one. */
type PointFields = { readonly point: PointName; readonly fields: readonly Field[]; readonly readings?: string };

const ORIGIN = "timestamptz '2000-01-01 00:00+00'";
/** A call takes 100 arguments. */
const PAIRS_PER_CALL = 50;
/** Place of the number of readings in `extra->'<point>'`. */
const READINGS = 3;
/** Larger numbers in `extra` were never measured, and a `real` could not hold them. */
const MAX_EXTRA = "1e30";

/**
 * The statement that computes some buckets of a level for all sites: takes their entries off the list, writes what has
 * changed, and puts the buckets of the next level on the list, all or nothing. Running it again changes nothing.
 *
 * A bucket is never replaced by one from fewer snapshots: these are what is left after retention, or what was brought
 * in for a time of which the rest has expired.
 *
 * Parameters: `$1` the buckets, `$2` and `$3` first and end of all of them (so that other partitions are never looked
 * at), `$4` keys of `extra` to leave out. Gives one row `{ taken, rows }`: list entries and changed rows.
 */
export function rollupStatement(
  level: RolledLevel,
  options: RollupSqlOptions = {},
): Statement & { readonly name: string } {
  const { table, source, lengthMs, next } = ROLLUPS[level];
  const points = pointFieldsOf(level, options);
  const rows = level === "5m" ? "count(*)" : "sum(n)";
  const fields = [
    ...points.flatMap(({ fields }) => fields),
    { column: "readings", aggregate: partialReadings(points, rows) },
  ];
  const names = ["n", ...fields.map(({ column }) => column), "extra"];
  const inBucket = `site_id = s.id and ${source.time} >= t.bucket and ${source.time} < t.bucket + ${interval(lengthMs)}
        and ${source.time} >= $2::timestamptz and ${source.time} < $3::timestamptz`;
  const text = `
with taken as (
  delete from rollup_due where level = '${level}' and bucket = any($1::timestamptz[]) returning 1
), rolled as (
  insert into ${table} as r (site_id, bucket, ${list(names, quoted)})
  select s.id, t.bucket, ${list(names.slice(0, -1), (name) => `a."${name}"`)},
    case when a.has_extra then (${level === "5m" ? extraOfSamples(inBucket) : extraOfBuckets(source.table, inBucket)}) end
  from unnest($1::timestamptz[]) as t (bucket) cross join site s cross join lateral (
      select (${rows})::int as n, bool_or(extra is not null) as has_extra,
        ${fields.map(({ column, aggregate }) => `${aggregate} as "${column}"`).join(",\n        ")}
      from ${source.table} where ${inBucket}) a
  where a.n > 0
  on conflict (site_id, bucket) do update set ${list(names, (name) => `"${name}" = excluded."${name}"`)}
    where excluded.n >= r.n
      and row(${list(names, (name) => `r."${name}"`)}) is distinct from row(${list(names, (name) => `excluded."${name}"`)})
  returning r.bucket
)${next === null ? "" : `, next as (${appendNext(next)})`}
select (select count(*) from taken)::int as taken, (select count(*) from rolled)::int as rows`;
  return { text, name: `rollup:${level}:${createHash("sha256").update(text).digest("hex").slice(0, 16)}` };
}

/** Keys of `extra` that the roll-up leaves out: switched off, or computed from their column by now. */
export function skippedInExtra({ skipped = new Set(), promoted = PROMOTED }: RollupSqlOptions): string[] {
  return [...new Set([...skipped, ...promoted])];
}

function pointFieldsOf(
  level: RolledLevel,
  { skipped = new Set(), promoted = PROMOTED }: RollupSqlOptions,
): PointFields[] {
  const points = POINT_NAMES.filter((point) => !skipped.has(point));
  return points.map((point) => (level === "5m" ? fromSamples(point, promoted) : fromBuckets(point, promoted)));
}

function fromSamples(point: PointName, promoted: ReadonlySet<PointName>): PointFields {
  const columns = rollupColumns(point);
  const value = numberExpression(point, promoted);
  const mean = `avg(${value})::real`;
  const readings = `count(${value})`;
  switch (columns.kind) {
    case "gauge":
      return { point, readings, fields: gauge(columns, mean, `min(${value})::real`, `max(${value})::real`) };
    case "state":
      return { point, readings, fields: [{ column: columns.avg, aggregate: mean }] };
    case "counter":
      return { point, fields: firstAndLastOf(columns, { first: value, last: value }, "slot") };
    default:
      return { point, fields: [] };
  }
}

/** Averages of averages are weighted with the number of readings, so that they are the averages of all readings. */
function fromBuckets(point: PointName, promoted: ReadonlySet<PointName>): PointFields {
  const columns = rollupColumns(point);
  const { avg, min, max } = rollupExpressions(point, promoted);
  const weight = readingsIn(point, promoted);
  const readings = `sum(${weight}) filter (where ${avg} is not null)`;
  const mean = `(sum((${avg})::double precision * ${weight}) / ${readings})::real`;
  switch (columns.kind) {
    case "gauge":
      return { point, readings, fields: gauge(columns, mean, `min(${min})`, `max(${max})`) };
    case "state":
      return { point, readings, fields: [{ column: columns.avg, aggregate: mean }] };
    case "counter":
      return { point, fields: firstAndLastOf(columns, firstAndLast(point, columns, promoted), "bucket") };
    default:
      return { point, fields: [] };
  }
}

type GaugeColumns = { readonly avg: string; readonly min: string; readonly max: string };
type CounterColumns = { readonly first: string; readonly last: string };

function gauge(columns: GaugeColumns, avg: string, min: string, max: string): Field[] {
  return [
    { column: columns.avg, aggregate: avg },
    { column: columns.min, aggregate: min },
    { column: columns.max, aggregate: max },
  ];
}

function firstAndLastOf(columns: CounterColumns, { first, last }: CounterColumns, time: string): Field[] {
  return [
    { column: columns.first, aggregate: firstOf(first, time) },
    { column: columns.last, aggregate: lastOf(last, time) },
  ];
}

/** How many snapshots of a bucket had a value of a point that has an average there. */
function readingsIn(point: PointName, promoted: ReadonlySet<PointName>): string {
  const inExtra = promoted.has(point) ? `(extra->'${point}'->>${READINGS})::int, ` : "";
  return `coalesce((readings->>'${point}')::int, ${inExtra}n)`;
}

/**
 * The points that had a value in some snapshots of a bucket only, with how many; null in the usual case that each had one
 * in all or in none, which is asked first.
 */
function partialReadings(points: readonly PointFields[], rows: string): string {
  const counted = points.flatMap(({ point, readings }) => (readings === undefined ? [] : [{ point, readings }]));
  const some = counted.map(({ readings }) => `coalesce(${readings}, 0) % nullif(${rows}, 0)`).join(" + ");
  const pairs = counted.map(({ point, readings }) => `'${point}', nullif(nullif(${readings}, ${rows}), 0)`);
  const parts = Array.from({ length: Math.ceil(pairs.length / PAIRS_PER_CALL) }, (_, index) => {
    const some = pairs.slice(index * PAIRS_PER_CALL, (index + 1) * PAIRS_PER_CALL);
    return `jsonb_build_object(${some.join(", ")})`;
  });
  return counted.length === 0
    ? "null::jsonb"
    : `case when ${some} <> 0 then jsonb_strip_nulls(${parts.join(" || ")}) end`;
}

function firstOf(value: string, time: string): string {
  return `(${inOrder(value, time)})[1]`;
}

function lastOf(value: string, time: string): string {
  return `(${inOrder(value, time)})[count(${value})]`;
}

function inOrder(value: string, time: string): string {
  return `array_agg(${value} order by ${time}) filter (where ${value} is not null)`;
}

function extraOfSamples(inBucket: string): string {
  const number = "j.value::text::numeric";
  return `
      select jsonb_object_agg(e.key, jsonb_build_array(e.avg, e.min, e.max, e.n)) from (
        select j.key, avg(v.x)::real as avg, min(v.x)::real as min, max(v.x)::real as max, count(*) as n
        from sample cross join jsonb_each(${ifObject("extra")}) j cross join lateral (
          select case jsonb_typeof(j.value)
            when 'number' then case when abs(${number}) < ${MAX_EXTRA} then (${number})::double precision end
            when 'boolean' then j.value::boolean::int::double precision end as x) v
        where ${inBucket} and v.x is not null and j.key <> all($4::text[])
        group by j.key) e`;
}

function extraOfBuckets(table: string, inBucket: string): string {
  const at = (index: number) => `(j.value->>${index})::double precision`;
  const weight = `coalesce((j.value->>${READINGS})::int, n)`;
  return `
      select jsonb_object_agg(e.key, jsonb_build_array(e.avg, e.min, e.max, e.n)) from (
        select j.key, (sum(${at(0)} * ${weight}) / sum(${weight}))::real as avg, min(${at(1)})::real as min,
          max(${at(2)})::real as max, sum(${weight}) as n
        from ${table} cross join jsonb_each(extra) j
        where ${inBucket} and j.key <> all($4::text[])
        group by j.key) e`;
}

/** `extra` may hold anything: `jsonb_each` of a list or a bare value would fail. */
function ifObject(column: string): string {
  return `case when jsonb_typeof(${column}) = 'object' then ${column} end`;
}

function appendNext(next: RolledLevel): string {
  return `
  insert into rollup_due (level, bucket)
  select distinct '${next}', date_bin(${interval(ROLLUPS[next].lengthMs)}, bucket, ${ORIGIN}) from rolled`;
}

function interval(ms: number): string {
  return `interval '${ms / 1000} seconds'`;
}

function quoted(name: string): string {
  return `"${name}"`;
}

function list(names: readonly string[], write: (name: string) => string): string {
  return names.map(write).join(", ");
}
