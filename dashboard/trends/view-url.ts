import { isPointName, type PointName } from "../../domain/points/catalogue.ts";
import { isTrendable } from "../../domain/points/is-trendable.ts";
import { LEVELS, type Step } from "../../domain/telemetry/history-level.ts";
import { parseSpan, spanText, type TimeRange } from "./time-range.ts";

export const STEPS = ["auto", ...LEVELS] as const satisfies readonly Step[];
export const COMPARES = ["none", "day", "week"] as const;
export type Compare = (typeof COMPARES)[number];
export const LAYOUTS = ["stacked", "overlay"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Everything that a trend page shows, and all of it is in its address: a link opens the same view again. */
export type TrendView = {
  readonly sites: readonly string[];
  readonly points: readonly PointName[];
  readonly range: TimeRange;
  readonly step: Step;
  readonly compare: Compare;
  readonly layout: Layout;
  readonly hasSisters: boolean;
  readonly hasEnvelope: boolean;
  readonly hasBand: boolean;
};

/** More lines than these cannot be told apart. */
export const MOST_SITES = 5;
export const MOST_POINTS = 12;
export const DEFAULT_RANGE: TimeRange = { kind: "last", spanS: 86_400 };
const SITE_ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Reads an address that anybody may have written: what makes no sense is left out, never an error. */
export function parseView(query: URLSearchParams): TrendView {
  return {
    sites: listOf(query, "site", MOST_SITES).filter((id) => id.length <= 64 && SITE_ID.test(id)),
    points: listOf(query, "points", MOST_POINTS).filter(
      (name) => isPointName(name) && isTrendable(name),
    ) as PointName[],
    range: parseRange(query),
    step: oneOf(STEPS, query.get("step")),
    compare: oneOf(COMPARES, query.get("compare")),
    layout: oneOf(LAYOUTS, query.get("layout")),
    hasSisters: query.get("sisters") === "1",
    hasEnvelope: query.get("envelope") !== "0",
    hasBand: query.get("band") !== "0",
  };
}

/** The address of a view, below `/dashboard/trends`. What is as usual is left out, so that links stay short. */
export function viewPath(view: TrendView): string {
  const parts: string[] = [];
  const add = (name: string, value: string): void => {
    parts.push(`${name}=${value.split(",").map(encodeURIComponent).join(",")}`);
  };
  if (view.sites.length > 0) add("site", view.sites.join(","));
  if (view.points.length > 0) add("points", view.points.join(","));
  if (view.range.kind === "last") add("last", spanText(view.range.spanS));
  else {
    add("from", new Date(view.range.fromMs).toISOString());
    add("to", new Date(view.range.toMs).toISOString());
  }
  if (view.step !== "auto") add("step", view.step);
  if (view.compare !== "none") add("compare", view.compare);
  if (view.layout !== "stacked") add("layout", view.layout);
  if (view.hasSisters) add("sisters", "1");
  if (!view.hasEnvelope) add("envelope", "0");
  if (!view.hasBand) add("band", "0");
  return `/dashboard/trends?${parts.join("&")}`;
}

/** A plain view of one site, for links from other pages. */
export function linkToTrend(siteId: string, points: readonly PointName[], range: TimeRange = DEFAULT_RANGE): string {
  return viewPath({ ...parseView(new URLSearchParams()), sites: [siteId], points, range });
}

function listOf(query: URLSearchParams, name: string, most: number): string[] {
  const all = (query.get(name) ?? "").split(",").filter((text) => text !== "");
  return [...new Set(all)].slice(0, most);
}

function parseRange(query: URLSearchParams): TimeRange {
  const fromMs = Date.parse(query.get("from") ?? "");
  const toMs = Date.parse(query.get("to") ?? "");
  if (Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs < toMs) return { kind: "fixed", fromMs, toMs };
  const spanS = parseSpan(query.get("last") ?? "");
  return spanS === null ? DEFAULT_RANGE : { kind: "last", spanS };
}

/** The first option stands for everything that is none. */
function oneOf<T extends string>(options: readonly [T, ...T[]], text: string | null): T {
  return options.find((option) => option === text) ?? options[0];
}
