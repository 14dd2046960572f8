import { POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import { BUCKET_S, type Level, type RolledLevel } from "../../../domain/telemetry/history-level.ts";
import { numberExpression } from "../point-columns.ts";
import { rollupExpressions } from "../rollup/rollup-columns.ts";

/** SQL expressions for the average, least and greatest value of a point in one row of a level. */
export type EnvelopeSql = { readonly avg: string; readonly min: string; readonly max: string };

/** Where a level is stored: its table, the column of its time, and how many rounds a row stands for. */
export type LevelSource = { readonly table: string; readonly time: string; readonly weight: string };

export function sourceOf(level: Level): LevelSource {
  if (level === "raw") return { table: "sample", time: "slot", weight: "1" };
  return { table: `rollup_${level}`, time: "bucket", weight: "n" };
}

/**
 * How a point is read at a level. Names come from the catalogue, never from a request. What the three hold for counters
 * and states is said at `rollupExpressions`; words and texts have no number.
 */
export function envelopeSql(point: PointName, level: Level): EnvelopeSql {
  if (level !== "raw") return rollupExpressions(point);
  const value = numberExpression(point);
  return { avg: value, min: value, max: value };
}

/**
 * The same for several rows of a finer level in one bucket, for `group by`. The rows are named `weight`, `at` and
 * `<name>_avg`, `<name>_min`, `<name>_max`. An average is weighted by the rounds behind it.
 */
export function aggregateSql(point: PointName, name: string): EnvelopeSql {
  const value = `"${name}_avg"`;
  const extremes = { min: `min("${name}_min")`, max: `max("${name}_max")` };
  if (POINTS[point].kind === "counter") {
    return { avg: `(array_agg(${value} order by at desc) filter (where ${value} is not null))[1]`, ...extremes };
  }
  const weights = `nullif(sum(weight) filter (where ${value} is not null), 0)`;
  const avg = `(sum(${value}::double precision * weight) / ${weights})::real`;
  return POINTS[point].kind === "state" ? { avg, min: avg, max: avg } : { avg, ...extremes };
}

/** The level that the newest buckets of a level are made of, until its own are written. */
export const FINER: Readonly<Record<RolledLevel, Level>> = { "5m": "raw", "1h": "5m", "1d": "1h" };

/** How far back they are made at most, should the roll-ups stand still: a bound on what one question costs [J]. */
const TAIL_BUCKETS: Readonly<Record<RolledLevel, number>> = { "5m": 24, "1h": 6, "1d": 2 };

export function earliestTail(level: RolledLevel, nowMs: number): number {
  const lengthMs = BUCKET_S[level] * 1000;
  return Math.floor(nowMs / lengthMs) * lengthMs - TAIL_BUCKETS[level] * lengthMs;
}

/** `date_bin` of a level, on a column of times. */
export function binSql(level: RolledLevel, time: string): string {
  return `date_bin('${BUCKET_S[level]} seconds', ${time}, timestamptz '2000-01-01 00:00+00')`;
}
