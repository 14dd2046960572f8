import { isoOf } from "../../../domain/iso-of.ts";
import type { PointName } from "../../../domain/points/catalogue.ts";
import type { Envelope } from "../../../domain/telemetry/history.ts";
import { BUCKET_S, bucketGrid, bucketStart, type RolledLevel } from "../../../domain/telemetry/history-level.ts";
import type { Database, Row } from "../database.ts";
import { hasPackedAverage } from "../rollup/fleet-sql.ts";
import { byColumns, numbersOf } from "./columns.ts";
import { type FleetAverages, readPackedBuckets } from "./fleet-averages.ts";
import { aggregateSql, binSql, earliestTail, envelopeSql, FINER, sourceOf } from "./point-sources.ts";

export type FleetHistoryRange = {
  /** Milliseconds since the Unix epoch; the bucket that `fromMs` falls into is included, `toMs` is not. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly level: RolledLevel;
  readonly nowMs: number;
  /** True leaves least and greatest values unread: `min` and `max` then are the averages. */
  readonly onlyAverages?: boolean;
};

/** Per point and site number the values on the grid `timesMs`; a site without any row is missing. */
export type FleetHistoryRows = {
  readonly timesMs: readonly number[];
  readonly points: Readonly<Record<string, ReadonlyMap<number, Envelope>>>;
};

/**
 * Points of many sites on one grid of buckets; `null` where a site has nothing. The newest buckets come from the next
 * finer level, as for one site.
 *
 * @param points names from the catalogue: they become part of the statement
 * @throws {SqlError}
 */
export async function readFleetHistory(
  database: Database,
  siteNumbers: readonly number[],
  points: readonly PointName[],
  range: FleetHistoryRange,
): Promise<FleetHistoryRows> {
  const { level, fromMs, toMs, nowMs } = range;
  const grid = createGrid(points, bucketGrid(fromMs, toMs, level), level);
  const parts = range.onlyAverages ? (["avg"] as const) : PARTS;
  const read = { database, siteNumbers, points, level, parts };
  const firstMs = bucketStart(fromMs, level);
  const newestMs = await fillRolled(read, grid, firstMs, Math.min(toMs, bucketStart(nowMs, level)));
  const doneMs = newestMs === null ? firstMs : newestMs + BUCKET_S[level] * 1000;
  const tailMs = Math.max(doneMs, earliestTail(level, nowMs));
  if (tailMs < toMs) grid.fill(await readTail(read, tailMs, toMs));
  return grid.rows;
}

/** @returns the newest bucket that was found; null for none */
async function fillRolled(read: Read, grid: Grid, fromMs: number, toMs: number): Promise<number | null> {
  const { database, siteNumbers, points, level, parts } = read;
  const bucketsMs = bucketGrid(fromMs, toMs, level);
  if (level !== "5m" || parts.length > 1 || bucketsMs.length === 0 || !points.every(hasPackedAverage)) {
    return grid.fill(await readRolled(read, fromMs, toMs));
  }
  const packed = await readPackedBuckets(database, siteNumbers, points, bucketsMs, grid.rows.timesMs.length);
  grid.adopt(packed.points);
  const lengthMs = BUCKET_S[level] * 1000;
  const newest = [packed.newestMs];
  // Of a time before they were stored in this way. Where nothing was stored at all, this finds nothing, and soon.
  for (const { firstMs, lastMs } of runsOf(packed.missingMs, lengthMs)) {
    newest.push(grid.fill(await readRolled(read, firstMs, Math.min(lastMs + lengthMs, toMs))));
  }
  return newest.reduce((latest, ms) => (latest === null || (ms !== null && ms > latest) ? ms : latest), null);
}

type Run = { readonly firstMs: number; readonly lastMs: number };
/** Further statements than that would take longer than reading what lies between. */
const MOST_RUNS = 4;

/** Stretches of buckets that follow each other; of very many, one over all. */
function runsOf(timesMs: readonly number[], lengthMs: number): Run[] {
  const starts = timesMs.filter((ms, index) => ms - (timesMs[index - 1] ?? 0) !== lengthMs);
  const ends = timesMs.filter((ms, index) => (timesMs[index + 1] ?? 0) - ms !== lengthMs);
  const runs = starts.map((firstMs, index) => ({ firstMs, lastMs: ends[index] ?? firstMs }));
  const [first] = runs;
  const last = runs.at(-1);
  return first && last && runs.length > MOST_RUNS ? [{ firstMs: first.firstMs, lastMs: last.lastMs }] : runs;
}

type Part = keyof Envelope;
const PARTS: readonly Part[] = ["avg", "min", "max"];

type Read = {
  readonly database: Database;
  readonly siteNumbers: readonly number[];
  readonly points: readonly PointName[];
  readonly level: RolledLevel;
  readonly parts: readonly Part[];
};

function readRolled(
  { database, siteNumbers, points, level, parts }: Read,
  fromMs: number,
  toMs: number,
): Promise<Row[]> {
  const { table, time } = sourceOf(level);
  const rows = `
    select ${["site_id", `${time} as at`, ...named(points, parts, (point) => envelopeSql(point, level))].join(", ")}
    from ${table}
    where site_id = any($1::int[]) and ${time} >= $2::timestamptz and ${time} < $3::timestamptz`;
  const text = byColumns(rows, ["at", ...namesOf(points, parts)], "site_id");
  return database.query(text, [siteNumbers, isoOf(fromMs), isoOf(toMs)]);
}

function readTail({ database, siteNumbers, points, level, parts }: Read, fromMs: number, toMs: number): Promise<Row[]> {
  const finer = FINER[level];
  const { table, time, weight } = sourceOf(finer);
  const read = points.flatMap((point, index) => {
    const { avg, min, max } = envelopeSql(point, finer);
    return [`${avg} as p${index}_avg`, `${min} as p${index}_min`, `${max} as p${index}_max`];
  });
  const grouped = named(points, parts, (point, index) => aggregateSql(point, `p${index}`));
  const rows = `
    select ${["site_id", "bucket as at", ...grouped].join(", ")} from (
      select ${["site_id", `${binSql(level, time)} as bucket`, `${time} as at`, `${weight} as weight`, ...read].join(", ")}
      from ${table}
      where site_id = any($1::int[]) and ${time} >= $2::timestamptz and ${time} < $3::timestamptz) as finer
    group by site_id, bucket`;
  const text = byColumns(rows, ["at", ...namesOf(points, parts)], "site_id");
  return database.query(text, [siteNumbers, isoOf(fromMs), isoOf(toMs)]);
}

function named(
  points: readonly PointName[],
  parts: readonly Part[],
  sqlOf: (point: PointName, index: number) => Envelopes,
): string[] {
  return points.flatMap((point, index) => {
    const sql = sqlOf(point, index);
    return parts.map((part) => `${sql[part]} as ${part}${index}`);
  });
}
type Envelopes = Readonly<Record<Part, string>>;

function namesOf(points: readonly PointName[], parts: readonly Part[]): string[] {
  return points.flatMap((_, index) => parts.map((part) => `${part}${index}`));
}

/** The buckets of a range, filled site by site. Rows may come in any order: each has its time. */
function createGrid(points: readonly PointName[], timesMs: readonly number[], level: RolledLevel) {
  const lengthMs = BUCKET_S[level] * 1000;
  const firstMs = timesMs[0] ?? 0;
  const envelopes = new Map<string, Map<number, Envelope>>(points.map((point) => [point, new Map()]));
  function fillSite(row: Row): number | null {
    const places = numbersOf(row, "at").map((at) => ((at ?? 0) - firstMs) / lengthMs);
    for (const [index, point] of points.entries()) {
      const bySite = envelopes.get(point) ?? new Map<number, Envelope>();
      const known = bySite.get(Number(row["site_id"]));
      const part = (name: Part) => {
        const target = known?.[name] ?? new Array<number | null>(timesMs.length).fill(null);
        place(target, places, numbersOf(row, `${name}${index}`));
        return target;
      };
      const avg = part("avg");
      const hasAll = Object.hasOwn(row, `min${index}`);
      bySite.set(
        Number(row["site_id"]),
        hasAll ? { avg, min: part("min"), max: part("max") } : { avg, min: avg, max: avg },
      );
    }
    const newest = places.reduce((latest, at) => Math.max(latest, at), -1);
    return newest < 0 ? null : firstMs + newest * lengthMs;
  }

  return {
    rows: { timesMs, points: Object.fromEntries(envelopes) } satisfies FleetHistoryRows,
    /** @returns the newest bucket of all these rows; null for none */
    fill(rows: readonly Row[]): number | null {
      const newest = rows.map(fillSite).filter((at) => at !== null);
      return newest.length === 0 ? null : Math.max(...newest);
    },
    /** Takes averages that lie on this grid already; before any rows. */
    adopt(averages: Readonly<Record<string, FleetAverages>>): void {
      for (const [point, bySite] of Object.entries(averages)) {
        for (const [number, avg] of bySite) envelopes.get(point)?.set(number, { avg, min: avg, max: avg });
      }
    },
  };
}
type Grid = ReturnType<typeof createGrid>;

function place(target: (number | null)[], places: readonly number[], values: readonly (number | null)[]): void {
  for (let index = 0; index < places.length; index += 1) {
    const at = places[index] ?? -1;
    if (at >= 0 && at < target.length) target[at] = values[index] ?? null;
  }
}
