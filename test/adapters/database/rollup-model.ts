import type { Database, Row } from "../../../adapters/database/database.ts";
import { POINT_NAMES, POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";

/** What the roll-ups should hold, computed one value at a time from the rows themselves. */
export type Bucket = { readonly n: number; readonly columns: ReadonlyMap<string, number> };
export type Level = ReadonlyMap<string, Bucket>;
export type Levels = { readonly "5m": Level; readonly "1h": Level; readonly "1d": Level };
type Reading = { readonly siteNumber: number; readonly snapshot: Snapshot };
type Single = { readonly timeMs: number; readonly columns: ReadonlyMap<string, number> };

const LENGTH_MS = { "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 } as const;
const TABLES = { "5m": "rollup_5m", "1h": "rollup_1h", "1d": "rollup_1d" } as const;
/** Where their value lies in the table of samples is not the model's business, only how it rolls up. */
const WITHOUT_COLUMN = POINT_NAMES.filter((point) => ["manual", "video"].includes(POINTS[point].origin));

/**
 * Every level straight from the rows: an hour knows nothing of its 5 minutes.
 *
 * @param readings the stored rows, in any order; of a slot that was stored twice the first
 */
export function bruteForce(readings: readonly Reading[], nowMs: number): Levels {
  const bySite = Map.groupBy(readings, ({ siteNumber }) => siteNumber);
  const singles = new Map<number, Single[]>();
  for (const [site, ofSite] of bySite) {
    singles.set(
      site,
      ofSite.map(({ snapshot }) => ({ timeMs: Date.parse(snapshot.slot), columns: columnsOf(snapshot) })),
    );
  }
  return { "5m": group(singles, "5m", nowMs), "1h": group(singles, "1h", nowMs), "1d": group(singles, "1d", nowMs) };
}

/** A single row as if it were a bucket of its own. */
function columnsOf({ values, latencyMs }: Snapshot): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const point of POINT_NAMES) {
    const value = point === "poll_latency_ms" ? latencyMs : values[point];
    if (value === null || value === undefined || typeof value === "string") continue;
    for (const suffix of suffixesOf(point)) columns.set(`${point}_${suffix}`, stored(Number(value)));
  }
  return columns;
}

/** What is too small to be a measurement is stored as zero. */
function stored(value: number): number {
  return Math.abs(value) < 1e-9 ? 0 : value;
}

function suffixesOf(point: PointName): readonly string[] {
  const { type, kind } = POINTS[point];
  if (type === "bool") return WITHOUT_COLUMN.includes(point) ? ["avg", "min", "max"] : ["avg"];
  return kind === "counter" ? ["first", "last"] : ["avg", "min", "max"];
}

function group(singles: ReadonlyMap<number, readonly Single[]>, level: keyof Levels, nowMs: number): Level {
  const lengthMs = LENGTH_MS[level];
  const result = new Map<string, Bucket>();
  for (const [site, ofSite] of singles) {
    const byBucket = Map.groupBy(ofSite, ({ timeMs }) => Math.floor(timeMs / lengthMs) * lengthMs);
    for (const [bucketMs, members] of byBucket) {
      if (bucketMs + lengthMs + 30_000 > nowMs) continue;
      result.set(`${site} ${new Date(bucketMs).toISOString()}`, join(members));
    }
  }
  return result;
}

function join(members: readonly Single[]): Bucket {
  const inOrder = members.toSorted((a, b) => a.timeMs - b.timeMs);
  const names = new Set(inOrder.flatMap(({ columns }) => [...columns.keys()]));
  const columns = new Map<string, number>();
  for (const name of names) {
    const values = inOrder.flatMap((single) => single.columns.get(name) ?? []);
    columns.set(name, joined(name, values));
  }
  return { n: inOrder.length, columns };
}

function joined(name: string, values: readonly number[]): number {
  if (name.endsWith("_first")) return values[0] ?? Number.NaN;
  if (name.endsWith("_last")) return values.at(-1) ?? Number.NaN;
  if (name.endsWith("_min")) return Math.min(...values);
  if (name.endsWith("_max")) return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The tables as they are, in the same form. */
export async function readLevels(database: Database): Promise<Levels> {
  const [fiveMinutes, hours, days] = await Promise.all(
    Object.values(TABLES).map(async (table) => levelFrom(await database.query(`select * from ${table}`))),
  );
  const none: Level = new Map();
  return { "5m": fiveMinutes ?? none, "1h": hours ?? none, "1d": days ?? none };
}

function levelFrom(rows: readonly Row[]): Level {
  return new Map(rows.map((row) => [`${row["site_id"]} ${(row["bucket"] as Date).toISOString()}`, bucketFrom(row)]));
}

function bucketFrom({ site_id: _site, bucket: _bucket, n, extra, readings: _readings, ...rest }: Row): Bucket {
  const columns = new Map<string, number>();
  for (const [name, value] of Object.entries(rest)) if (typeof value === "number") columns.set(name, value);
  for (const [point, values] of Object.entries((extra ?? {}) as Record<string, number[]>)) {
    for (const [index, suffix] of ["avg", "min", "max"].entries())
      columns.set(`${point}_${suffix}`, values[index] ?? Number.NaN);
  }
  return { n: Number(n), columns };
}

/** A `real` has 24 bits. */
const TOLERANCE = 2e-6;

/** What differs, in words; empty when they are alike. */
export function differences(found: Levels, expected: Levels): string[] {
  return (["5m", "1h", "1d"] as const).flatMap((level) => differencesOfLevel(level, found[level], expected[level]));
}

function differencesOfLevel(level: string, found: Level, expected: Level): string[] {
  const keys = new Set([...found.keys(), ...expected.keys()]);
  return [...keys].flatMap((key) => {
    const [is, should] = [found.get(key), expected.get(key)];
    if (!is || !should) return [`${level} ${key}: ${is ? "too much" : "missing"}`];
    const lines = is.n === should.n ? [] : [`${level} ${key}: n is ${is.n}, should be ${should.n}`];
    for (const name of new Set([...is.columns.keys(), ...should.columns.keys()])) {
      const [value = Number.NaN, wanted = Number.NaN] = [is.columns.get(name), should.columns.get(name)];
      if (!(Math.abs(value - wanted) <= TOLERANCE * Math.max(1, Math.abs(wanted)))) {
        lines.push(`${level} ${key}: ${name} is ${value}, should be ${wanted}`);
      }
    }
    return lines;
  });
}
