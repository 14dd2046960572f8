import { POINTS, type PointName } from "../../domain/points/catalogue.ts";
import type { Panel } from "./axes.ts";
import type { LiveSamples } from "./live-edge.ts";
import type { Samples } from "./samples.ts";
import { extentOf, niceScale, type Scale, withBandEdges } from "./scale.ts";

/** How sister sites go: middle and the half of them around it. */
export type SisterSpread = {
  readonly median: Samples;
  /** `min` and `max` are the quarters: a quarter of the sisters lies below, a quarter above. */
  readonly spread: Samples;
  readonly count: number;
  readonly basis: "zone" | "region" | "profile";
};

/** One line: a point of a site, with what is drawn beside it. */
export type TrendSeries = {
  readonly key: string;
  readonly siteId: string;
  readonly point: PointName;
  /** Place in the palette. */
  readonly colour: number;
  readonly samples: LiveSamples;
  /** An earlier stretch, moved to this one's time. */
  readonly compared: Samples | null;
  readonly sisters: SisterSpread | null;
  readonly setpoint: LiveSamples | null;
};

export const seriesKey = (siteId: string, point: string): string => `${siteId}/${point}`;

export function seriesOfPoints(all: readonly TrendSeries[], points: readonly PointName[]): readonly TrendSeries[] {
  return points.flatMap((point) => all.filter((series) => series.point === point));
}

export function pointsOfPanel(panel: Panel): readonly PointName[] {
  return panel.kind === "state" ? panel.points : panel.axes.flatMap(({ points }) => points);
}

/** The scale of one axis: everything that is drawn on it, and the usual band where it is near. */
export function scaleOf(
  series: readonly TrendSeries[],
  ticks: number,
  hasEnvelope: boolean,
  hasBand: boolean,
  limit: number | null = null,
): Scale {
  const columns = series.flatMap(({ samples, compared, sisters, setpoint }) => [
    ...(hasEnvelope ? [samples.min, samples.max] : [samples.avg]),
    ...(compared ? [compared.avg] : []),
    ...(sisters ? [sisters.spread.min, sisters.spread.max] : []),
    ...(setpoint ? [setpoint.avg] : []),
  ]);
  if (limit !== null) columns.push([limit]);
  const decimals = Math.max(0, ...series.map(({ point }) => POINTS[point].decimals ?? 1));
  const bands = series.flatMap(({ point }) => (hasBand ? [POINTS[point].band ?? [null, null]] : []));
  let extent = extentOf(columns);
  // Nothing to draw: the usual band is what one would look for.
  if (!extent) {
    const edges = series.flatMap(({ point }) => (POINTS[point].band ?? []).filter((edge) => edge !== null));
    extent = extentOf([edges]) ?? { min: 0, max: 1 };
  }
  for (const band of bands) extent = withBandEdges(extent, band as readonly [number | null, number | null]);
  return aboveLimit(niceScale(extent, ticks, decimals), extent.min, series);
}

/** A count that has always been zero needs no axis below zero. */
function aboveLimit(scale: Scale, least: number, series: readonly TrendSeries[]): Scale {
  const limits = series.map(({ point }) => POINTS[point].limits?.[0] ?? Number.NEGATIVE_INFINITY);
  const limit = Math.min(...limits);
  return scale.min < limit && limit <= least ? { ...scale, min: limit } : scale;
}
