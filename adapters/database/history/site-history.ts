import { isoOf } from "../../../domain/iso-of.ts";
import type { PointName } from "../../../domain/points/catalogue.ts";
import type { Envelope } from "../../../domain/telemetry/history.ts";
import {
  BUCKET_S,
  bucketStart,
  type Level,
  type RolledLevel,
  spreadOverGaps,
  stepSeconds,
} from "../../../domain/telemetry/history-level.ts";
import type { Database } from "../database.ts";
import { byColumns, type NumberColumn, readColumns } from "./columns.ts";
import { aggregateSql, binSql, earliestTail, envelopeSql, FINER, sourceOf } from "./point-sources.ts";

export type SiteHistoryRange = {
  /** Included; of a roll-up also the bucket that it falls into. Milliseconds since the Unix epoch. */
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  readonly level: Level;
  /** The site's polling interval, seconds: nothing shorter is a gap. */
  readonly intervalS: number;
  readonly nowMs: number;
  /** Most rows to read. */
  readonly limit: number;
};

export type SiteHistory = {
  readonly timesMs: readonly number[];
  readonly series: Readonly<Record<string, Envelope>>;
  /** True when the limit was reached: the newest rows are left out. */
  readonly isCut: boolean;
};

/** Rows by columns: `at`, and three per point. At level raw the three are one. */
type Read = { readonly timesMs: readonly number[]; readonly envelopes: readonly Envelope[] };

/**
 * Points of one site over time, oldest first, a gap as one empty row.
 *
 * A roll-up ends with its last finished bucket; what is newer comes from the next finer level, which for `5m` are the raw
 * rows, so that a chart reaches to the present and its last bucket fills up.
 *
 * @param points names from the catalogue: they become part of the statement
 * @throws {SqlError}
 */
export async function readSiteHistory(
  database: Database,
  siteNumber: number,
  points: readonly PointName[],
  range: SiteHistoryRange,
): Promise<SiteHistory> {
  const read = await readLevel(database, siteNumber, points, range);
  const isCut = read.timesMs.length > range.limit;
  const timesMs = isCut ? read.timesMs.slice(0, range.limit) : read.timesMs;
  // A site that is polled less often than a bucket is long leaves buckets empty without a gap.
  const spread = spreadOverGaps(timesMs, Math.max(stepSeconds(range.level, range.intervalS), range.intervalS));
  const series = points.map((point, index) => [point, spreadEnvelope(read.envelopes[index], spread.rows)] as const);
  return { timesMs: spread.timesMs, series: Object.fromEntries(series), isCut };
}

async function readLevel(
  database: Database,
  siteNumber: number,
  points: readonly PointName[],
  range: SiteHistoryRange,
): Promise<Read> {
  const { level, fromMs, toMs, nowMs, limit } = range;
  if (level === "raw") return readRows(database, siteNumber, points, level, { fromMs, toMs, limit });
  const firstMs = bucketStart(fromMs, level);
  const openMs = bucketStart(nowMs, level);
  const rolled = await readRows(database, siteNumber, points, level, {
    fromMs: firstMs,
    toMs: Math.min(toMs, openMs),
    limit,
  });
  const lastMs = rolled.timesMs.at(-1);
  const doneMs = lastMs === undefined ? firstMs : lastMs + BUCKET_S[level] * 1000;
  const tailMs = Math.max(doneMs, firstMs, earliestTail(level, nowMs));
  if (tailMs >= toMs) return rolled;
  return join(rolled, await readTail(database, siteNumber, points, level, tailMs, toMs));
}

type RowRange = { readonly fromMs: number; readonly toMs: number; readonly limit: number };

async function readRows(
  database: Database,
  siteNumber: number,
  points: readonly PointName[],
  level: Level,
  { fromMs, toMs, limit }: RowRange,
): Promise<Read> {
  const { table, time } = sourceOf(level);
  const selected = points.flatMap((point, index) => {
    const { avg, min, max } = envelopeSql(point, level);
    return level === "raw"
      ? [`${avg} as p${index}`]
      : [`${avg} as p${index}`, `${min} as l${index}`, `${max} as h${index}`];
  });
  const rows = `
    select ${[`${time} as at`, ...selected].join(", ")} from ${table}
    where site_id = $1::int and ${time} >= $2::timestamptz and ${time} < $3::timestamptz
    order by ${time} limit $4::int`;
  const text = byColumns(rows, ["at", ...namesOf(points.length, level)]);
  const columns = await readColumns<NumberColumn>(database, text, [siteNumber, isoOf(fromMs), isoOf(toMs), limit + 1]);
  return readFrom(columns, points.length);
}

/** The buckets of a range, made from the next finer level. */
async function readTail(
  database: Database,
  siteNumber: number,
  points: readonly PointName[],
  level: RolledLevel,
  fromMs: number,
  toMs: number,
): Promise<Read> {
  const finer = FINER[level];
  const { table, time, weight } = sourceOf(finer);
  const read = points.flatMap((point, index) => {
    const { avg, min, max } = envelopeSql(point, finer);
    return [`${avg} as p${index}_avg`, `${min} as p${index}_min`, `${max} as p${index}_max`];
  });
  const grouped = points.flatMap((point, index) => {
    const { avg, min, max } = aggregateSql(point, `p${index}`);
    return [`${avg} as p${index}`, `${min} as l${index}`, `${max} as h${index}`];
  });
  const rows = `
    select ${["bucket as at", ...grouped].join(", ")} from (
      select ${[`${binSql(level, time)} as bucket`, `${time} as at`, `${weight} as weight`, ...read].join(", ")} from ${table}
      where site_id = $1::int and ${time} >= $2::timestamptz and ${time} < $3::timestamptz) as finer
    group by bucket order by bucket`;
  const text = byColumns(rows, ["at", ...namesOf(points.length, level)]);
  return readFrom(
    await readColumns<NumberColumn>(database, text, [siteNumber, isoOf(fromMs), isoOf(toMs)]),
    points.length,
  );
}

function namesOf(points: number, level: Level): string[] {
  return Array.from({ length: points }, (_, index) =>
    level === "raw" ? [`p${index}`] : [`p${index}`, `l${index}`, `h${index}`],
  ).flat();
}

function readFrom(columns: Readonly<Record<string, NumberColumn>>, points: number): Read {
  const timesMs = (columns["at"] ?? []).map((time) => time ?? 0);
  const envelopes = Array.from({ length: points }, (_, index) => {
    const avg = columns[`p${index}`] ?? [];
    return { avg, min: columns[`l${index}`] ?? avg, max: columns[`h${index}`] ?? avg };
  });
  return { timesMs, envelopes };
}

function join(first: Read, second: Read): Read {
  const envelopes = first.envelopes.map(({ avg, min, max }, index) => {
    const more = second.envelopes[index];
    return {
      avg: [...avg, ...(more?.avg ?? [])],
      min: [...min, ...(more?.min ?? [])],
      max: [...max, ...(more?.max ?? [])],
    };
  });
  return { timesMs: [...first.timesMs, ...second.timesMs], envelopes };
}

function spreadEnvelope(envelope: Envelope | undefined, rows: readonly number[]): Envelope {
  const spread = (values: NumberColumn = []) => rows.map((row) => values[row] ?? null);
  const avg = spread(envelope?.avg);
  if (envelope?.min === envelope?.avg) return { avg, min: avg, max: avg };
  return { avg, min: spread(envelope?.min), max: spread(envelope?.max) };
}
