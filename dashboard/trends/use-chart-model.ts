import { type ComputedRef, computed, type Ref } from "vue";
import { POINTS } from "../../domain/points/catalogue.ts";
import { useText } from "../composables/use-text.ts";
import { assignPanels } from "./axes.ts";
import type { ChartModel } from "./chart-option.ts";
import type { Span } from "./time-range.ts";
import type { TrendSeries } from "./trend-series.ts";
import type { TrendView } from "./view-url.ts";

export type ChartModelSources = {
  readonly view: Readonly<Ref<TrendView>>;
  readonly series: Readonly<Ref<readonly TrendSeries[]>>;
  readonly span: Readonly<Ref<Span>>;
  readonly nowMs: Readonly<Ref<number>>;
  readonly siteNameOf: (siteId: string) => string;
};

/** What the chart is to show, from the view and what was loaded for it. */
export function useChartModel({ view, series, span, nowMs, siteNameOf }: ChartModelSources): ComputedRef<ChartModel> {
  const { locale } = useText();
  const panels = computed(() => assignPanels(view.value.points, view.value.layout));
  const shown = computed(() => series.value.filter(({ point }) => view.value.points.includes(point)));
  const hasSites = computed(() => view.value.sites.length > 1);
  return computed(() => ({
    panels: panels.value,
    series: shown.value,
    span: span.value,
    nowMs: nowMs.value,
    hasEnvelope: view.value.hasEnvelope,
    hasBand: view.value.hasBand,
    locale: locale.value,
    nameOf: ({ point, siteId }) =>
      POINTS[point].label[locale.value] + (hasSites.value ? ` · ${siteNameOf(siteId)}` : ""),
  }));
}
