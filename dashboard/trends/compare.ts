import type { PointName } from "../../domain/points/catalogue.ts";
import type { History, SisterHistory } from "../../domain/telemetry/history.ts";

import { samplesOf, shiftTime } from "./samples.ts";
import type { Span } from "./time-range.ts";
import type { SisterSpread, TrendSeries } from "./trend-series.ts";
import type { Compare } from "./view-url.ts";

/** Whole days, so that the hour of the day is the same. */
export const SHIFT_MS: Readonly<Record<Compare, number>> = { none: 0, day: 86_400_000, week: 7 * 86_400_000 };

export function earlier({ fromMs, toMs }: Span, byMs: number): Span {
  return { fromMs: fromMs - byMs, toMs: toMs - byMs };
}

/** The lines with an earlier stretch beside them, moved to their time. */
export function withCompared(
  all: readonly TrendSeries[],
  siteId: string,
  history: History | null,
  byMs: number,
): readonly TrendSeries[] {
  if (!history) return all;
  return all.map((series) => {
    if (series.siteId !== siteId) return series;
    return { ...series, compared: shiftTime(samplesOf(history, series.point, history.stepS * 1000), byMs) };
  });
}

export function withSisters(
  all: readonly TrendSeries[],
  siteId: string,
  sisters: SisterHistory | null,
): readonly TrendSeries[] {
  if (!sisters) return all;
  return all.map((series) =>
    series.siteId === siteId ? { ...series, sisters: spreadOf(sisters, series.point) } : series,
  );
}

function spreadOf({ stepS, times, series, sisters, basis }: SisterHistory, point: PointName): SisterSpread | null {
  const own = series[point];
  if (!own) return null;
  const columns = { times: times.map((time) => Date.parse(time)), stepMs: stepS * 1000, isRaw: false };
  const median = { ...columns, avg: own.median, min: own.median, max: own.median };
  return { median, spread: { ...columns, avg: own.median, min: own.p25, max: own.p75 }, count: sisters, basis };
}
