import { POINTS, type PointName } from "../../domain/points/catalogue.ts";
import type { Layout } from "./view-url.ts";

/** Points that share a scale: the same unit, or counts of the same part of the plant. */
export type Axis = { readonly unit: string; readonly points: readonly PointName[] };

/** One diagram above the common time axis. `state` shows yes/no points in lanes and has no scale. */
export type Panel =
  | { readonly kind: "number"; readonly axes: readonly Axis[] }
  | { readonly kind: "state"; readonly points: readonly PointName[] };

/** Beside more scales than these there is no room for the lines. */
const MOST_AXES = 4;

/**
 * Which points share a scale, and which scales a diagram. `stacked`: one diagram per unit, so that every line has its own
 * height; `overlay`: up to four scales in one. Order is the order of the points; yes/no points come last, together.
 */
export function assignPanels(points: readonly PointName[], layout: Layout): readonly Panel[] {
  const axes = axesOf(points.filter((name) => POINTS[name].type === "num"));
  const states = points.filter((name) => POINTS[name].type === "bool");
  const perPanel = layout === "overlay" ? MOST_AXES : 1;
  const panels: Panel[] = [];
  for (let first = 0; first < axes.length; first += perPanel) {
    panels.push({ kind: "number", axes: axes.slice(first, first + perPanel) });
  }
  if (states.length > 0) panels.push({ kind: "state", points: states });
  return panels;
}

function axesOf(points: readonly PointName[]): Axis[] {
  const byScale = new Map<string, PointName[]>();
  for (const name of points) {
    const { unit = "", group } = POINTS[name];
    // A number of miners and a pH have no unit either, and nothing else in common.
    const scale = unit === "" ? `count of ${group}` : unit;
    byScale.set(scale, [...(byScale.get(scale) ?? []), name]);
  }
  return [...byScale.values()].map((names) => ({
    unit: POINTS[names[0] ?? "supply_temp_c"].unit ?? "",
    points: names,
  }));
}
