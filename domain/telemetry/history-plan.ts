import { AppError } from "../errors.ts";
import { isPointName, type PointName } from "../points/catalogue.ts";
import {
  chooseLevel,
  keptSince,
  type Level,
  type LevelRetention,
  type Step,
  stepSeconds,
  valuesPerSeries,
} from "./history-level.ts";

/** Bounds of one question: what a chart can use, and what the database and the processor should be asked for [J]. */
export const HISTORY_LIMITS = { points: 20, valuesPerSeries: 20_000, fleetValues: 200_000 } as const;
/** When the question names no beginning. */
const USUAL_RANGE_MS = 3_600_000;
/** Clocks of browsers are not ours. */
const CLOCK_DIFFERENCE_MS = 60_000;
const SHOWN_CHARS = 80;

/** A question as people and programs ask it. Times are ISO text. */
export type HistoryQuestion = {
  readonly points: readonly string[];
  /** Included; an hour before `to` when absent. */
  readonly from?: string | undefined;
  /** Not included; now when absent. */
  readonly to?: string | undefined;
  readonly step: Step;
};

/** What the answer depends on beside the question. */
export type HistoryCircumstances = {
  readonly nowMs: number;
  /** Polling interval, seconds. */
  readonly intervalS: number;
  readonly retention: LevelRetention;
  /** Levels that this question may be answered from, finest first; all when absent. */
  readonly levels?: readonly Level[];
  /** Sites that are read together; 1 when absent. */
  readonly sites?: number;
  /** Most values of one series, of all series together, and most points; `HISTORY_LIMITS` when absent. */
  readonly maxPerSeries?: number;
  readonly maxValues?: number;
  readonly maxPoints?: number;
};

/** A question that can be answered. Milliseconds since the Unix epoch. */
export type HistoryPlan = {
  readonly points: readonly PointName[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly level: Level;
  readonly stepS: number;
};

/**
 * Checks a question and picks the level it is answered from.
 *
 * @throws {AppError} `request.invalid` whose context has `field`, `value` and `allowed`
 */
export function planHistory(question: HistoryQuestion, circumstances: HistoryCircumstances): HistoryPlan {
  const points = knownPoints(question.points, circumstances.maxPoints ?? HISTORY_LIMITS.points);
  const range = readRange(question, circumstances.nowMs);
  const series = points.length * (circumstances.sites ?? 1);
  const { levels, maxValues = Number.POSITIVE_INFINITY } = circumstances;
  const known = { ...range, ...circumstances, series, maxValues, ...(levels ? { levels } : {}) };
  const level = question.step === "auto" ? chooseLevel(known) : question.step;
  checkLevel(level, levels);
  checkKept(level, range, circumstances);
  checkSize(level, valuesPerSeries(known, level), series, circumstances);
  return { points, ...range, level, stepS: stepSeconds(level, circumstances.intervalS) };
}

/** @throws {AppError} `request.invalid`, for an input that no history can be read with */
export function refuseField(field: string, value: unknown, allowed: string): never {
  const shown = shorten(value);
  throw new AppError("request.invalid", `${field} is ${shown}: ${allowed}`, {
    context: { field, value: shown, allowed },
  });
}

function knownPoints(names: readonly string[], most: number): PointName[] {
  const wanted = [...new Set(names.map((name) => name.trim()))];
  const unknown = wanted.find((name) => !isPointName(name));
  if (unknown !== undefined) refuseField("points", unknown, "no such point; see /api/v1/points");
  if (wanted.length === 0) refuseField("points", "empty", "name at least one point; see /api/v1/points");
  if (wanted.length > most) refuseField("points", `${wanted.length} points`, `at most ${most} points`);
  return wanted.filter(isPointName);
}

function readRange({ from, to }: HistoryQuestion, nowMs: number): { fromMs: number; toMs: number } {
  const toMs = to === undefined ? nowMs : timeOf("to", to);
  const fromMs = from === undefined ? toMs - USUAL_RANGE_MS : timeOf("from", from);
  if (toMs <= fromMs) refuseField("to", to ?? "now", "must be later than from");
  if (fromMs > nowMs + CLOCK_DIFFERENCE_MS) {
    refuseField("from", from ?? "an hour before to", `must not be in the future; now is ${iso(nowMs)}`);
  }
  return { fromMs, toMs };
}

function timeOf(field: string, text: string): number {
  const ms = Date.parse(text);
  if (!(ms >= 0)) refuseField(field, text, "must be an ISO 8601 time of 1970 or later, such as 2026-11-23T08:00:00Z");
  return ms;
}

function checkLevel(level: Level, levels: readonly Level[] | undefined): void {
  if (levels && !levels.includes(level)) {
    refuseField("step", level, `here one of auto, ${levels.join(", ")}: many sites are read from roll-ups only`);
  }
}

/** A range that begins too early gives what is left of it; one that also ends too early would give nothing. */
function checkKept(level: Level, { toMs }: { toMs: number }, circumstances: HistoryCircumstances): void {
  const sinceMs = keptSince(level, circumstances);
  if (toMs > sinceMs) return;
  const allowed = `step ${level} is kept since ${iso(sinceMs)}: ask for a later range, or a coarser step`;
  refuseField("to", iso(toMs), allowed);
}

function checkSize(level: Level, values: number, series: number, circumstances: HistoryCircumstances): void {
  const {
    maxPerSeries = HISTORY_LIMITS.valuesPerSeries,
    maxValues = Number.POSITIVE_INFINITY,
    intervalS,
  } = circumstances;
  const stepS = stepSeconds(level, intervalS);
  if (values > maxPerSeries) {
    const allowed = `at most ${maxPerSeries * stepS} s with step ${level} (${maxPerSeries} values per point)`;
    refuseField("from", `${values * stepS} s before to`, allowed);
  }
  if (values * series > maxValues) {
    const allowed = `at most ${maxValues} values in all (sites × points × steps): fewer of them, a shorter range or a coarser step`;
    refuseField("from", `${values * series} values with step ${level}`, allowed);
  }
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : "ever";
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
