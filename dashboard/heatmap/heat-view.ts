import { isPointName, type PointName } from "../../domain/points/catalogue.ts";
import { isTrendable } from "../../domain/points/is-trendable.ts";

/** What the heat map shows; all of it is in its address. */
export type HeatView = {
  readonly point: PointName;
  readonly spanS: number;
  /** Null = up to now, kept up. */
  readonly endMs: number | null;
  readonly isGrouped: boolean;
};

export const HEAT_SPANS_S: readonly number[] = [21_600, 86_400, 604_800];
const DEFAULT_POINT: PointName = "supply_temp_c";

export function parseHeatView(query: URLSearchParams): HeatView {
  const point = query.get("point") ?? "";
  const spanS = Number(query.get("span"));
  const endMs = Date.parse(query.get("to") ?? "");
  return {
    point: isPointName(point) && isTrendable(point) ? point : DEFAULT_POINT,
    spanS: HEAT_SPANS_S.includes(spanS) ? spanS : 86_400,
    endMs: Number.isFinite(endMs) ? endMs : null,
    isGrouped: query.get("group") !== "none",
  };
}

export function heatPath({ point, spanS, endMs, isGrouped }: HeatView): string {
  const query = new URLSearchParams({ point });
  if (spanS !== 86_400) query.set("span", String(spanS));
  if (endMs !== null) query.set("to", new Date(endMs).toISOString());
  if (!isGrouped) query.set("group", "none");
  return `/dashboard/heatmap?${query}`;
}

/** What one answer may hold. */
const MOST_VALUES = 200_000;
const STEPS = [
  { step: "5m", stepS: 300 },
  { step: "1h", stepS: 3600 },
] as const;

/** The finest step at which one answer holds all sites, and at which the eye can still tell the columns apart. */
export function heatStep(spanS: number, sites: number): "5m" | "1h" | "1d" {
  const fits = STEPS.find(({ stepS }) => spanS / stepS <= 400 && (spanS / stepS) * sites <= MOST_VALUES);
  return fits?.step ?? "1d";
}
