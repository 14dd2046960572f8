import { z } from "zod";

/** How finely history is stored, finest first: every round, or roll-ups by 5 minutes, by hour and by UTC day. */
export const LEVELS = ["raw", "5m", "1h", "1d"] as const;
export type Level = (typeof LEVELS)[number];

/** The levels that are rolled up from the one before. */
export const ROLLED_LEVELS = ["5m", "1h", "1d"] as const;
export type RolledLevel = (typeof ROLLED_LEVELS)[number];

/** What a question may ask for: a level, or `auto` for the finest that fits. */
export const Step = z.enum(["auto", ...LEVELS]);
export type Step = z.infer<typeof Step>;

/** Length of a roll-up's bucket, seconds. Buckets begin at multiples of it, counted from 2000-01-01 UTC. */
export const BUCKET_S: Readonly<Record<RolledLevel, number>> = { "5m": 300, "1h": 3600, "1d": 86_400 };

/** How long each level is kept, days; `dayDays: null` = for ever. */
export type LevelRetention = {
  readonly rawDays: number;
  readonly fiveMinuteDays: number;
  readonly hourDays: number;
  readonly dayDays: number | null;
};

/** A range of time, and what the choice of its level depends on. Milliseconds since the Unix epoch. */
export type LevelQuestion = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  /** The polling interval of the site, seconds: the step of `raw`. */
  readonly intervalS: number;
  readonly retention: LevelRetention;
  /** Levels to choose from, finest first; all when absent. */
  readonly levels?: readonly Level[];
  /** Series that are read together, one per site and point; 1 when absent. */
  readonly series?: number;
  /** Most values of all series together; no limit when absent. */
  readonly maxValues?: number;
};

/** A chart cannot draw more, and a screen has no more columns: 36 h raw at 60 s, 7.6 d by 5 min, 91 d by hour [J]. */
export const AUTO_VALUES = 2_200;
const DAY_MS = 86_400_000;

/** Seconds from one value to the next. @param intervalS polling interval, the step of `raw` */
export function stepSeconds(level: Level, intervalS: number): number {
  return level === "raw" ? intervalS : BUCKET_S[level];
}

/**
 * Start of the bucket that a moment falls into; raw has no buckets, there it is the moment itself. Counting from the Unix
 * epoch gives the same as from 2000-01-01, which is a whole number of days later.
 */
export function bucketStart(ms: number, level: Level): number {
  if (level === "raw") return ms;
  const lengthMs = BUCKET_S[level] * 1000;
  return Math.floor(ms / lengthMs) * lengthMs;
}

/** Since when a level holds data, by its retention; -Infinity for one that is kept for ever. */
export function keptSince(level: Level, { retention, nowMs }: Pick<LevelQuestion, "retention" | "nowMs">): number {
  const days = {
    raw: retention.rawDays,
    "5m": retention.fiveMinuteDays,
    "1h": retention.hourDays,
    "1d": retention.dayDays,
  }[level];
  return days === null ? Number.NEGATIVE_INFINITY : nowMs - days * DAY_MS;
}

/** How many values one series of a range has at a level. */
export function valuesPerSeries({ fromMs, toMs, intervalS }: LevelQuestion, level: Level): number {
  return Math.ceil((toMs - fromMs) / 1000 / stepSeconds(level, intervalS));
}

/**
 * The level for `step=auto`: the finest one that gives a chart no more than it can draw, keeps within `maxValues`, and
 * still holds the beginning of the range. Where none does, the coarsest: it is kept longest and is smallest.
 */
export function chooseLevel(question: LevelQuestion): Level {
  const { levels = LEVELS, series = 1, maxValues = Number.POSITIVE_INFINITY, fromMs } = question;
  const fits = (level: Level) => {
    const values = valuesPerSeries(question, level);
    return values <= AUTO_VALUES && values * series <= maxValues && keptSince(level, question) <= fromMs;
  };
  return levels.find(fits) ?? levels.at(-1) ?? "1d";
}

/** Values further apart than this many steps have a gap between them, which is shown as a gap. */
const GAP_STEPS = 1.5;

/** Rows with a place for each gap between them: `rows` holds numbers of rows, -1 where nothing was measured. */
export type SpreadRows = { readonly timesMs: number[]; readonly rows: number[] };

/**
 * Puts one empty row into the middle of each gap: whoever draws a line must lift the pen there. Nothing is interpolated.
 *
 * @param timesMs ascending
 */
export function spreadOverGaps(timesMs: readonly number[], stepS: number): SpreadRows {
  const longestMs = stepS * 1000 * GAP_STEPS;
  const spread: SpreadRows = { timesMs: [], rows: [] };
  let lastMs = Number.POSITIVE_INFINITY;
  for (const [row, timeMs] of timesMs.entries()) {
    if (timeMs - lastMs > longestMs) {
      spread.timesMs.push(lastMs + Math.round((timeMs - lastMs) / 2));
      spread.rows.push(-1);
    }
    spread.timesMs.push(timeMs);
    spread.rows.push(row);
    lastMs = timeMs;
  }
  return spread;
}

/** Every bucket of a range, the one that holds `fromMs` included. */
export function bucketGrid(fromMs: number, toMs: number, level: RolledLevel): number[] {
  const lengthMs = BUCKET_S[level] * 1000;
  const first = bucketStart(fromMs, level);
  return Array.from(
    { length: Math.max(0, Math.ceil((toMs - first) / lengthMs)) },
    (_, index) => first + index * lengthMs,
  );
}
