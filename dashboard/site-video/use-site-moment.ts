import { type Ref, readonly, ref, type ShallowRef, shallowRef } from "vue";
import type { Stretch } from "./recorded-spans.ts";

/** The one time cursor of a site's page: what the chart points at is what the video shows, and the other way round. */
export type SiteMoment = {
  /** What the video was asked to show; null = the present. Another object each time that somebody asks. */
  readonly wanted: Readonly<ShallowRef<{ readonly atMs: number } | null>>;
  /** When the picture on the screen was filmed, milliseconds since the Unix epoch; null = now. */
  readonly shownMs: Readonly<Ref<number | null>>;
  /** Where somebody points in the chart; null = nowhere. */
  readonly pointedMs: Readonly<Ref<number | null>>;
  /** There is video that could be shown of a moment, and whoever looks may see it. */
  readonly isUsable: Readonly<Ref<boolean>>;
  /** What the chart shows; null = there is none. */
  readonly chartSpan: Readonly<ShallowRef<Stretch | null>>;
  show(atMs: number): void;
  goLive(): void;
  tellShown(atMs: number): void;
  tellUsable(isUsable: boolean): void;
  point(atMs: number | null): void;
  tellChart(span: Stretch | null): void;
};

export function useSiteMoment(): SiteMoment {
  const wanted = shallowRef<{ readonly atMs: number } | null>(null);
  const shownMs = ref<number | null>(null);
  const pointedMs = ref<number | null>(null);
  const isUsable = ref(false);
  const chartSpan = shallowRef<Stretch | null>(null);
  return {
    wanted,
    shownMs: readonly(shownMs),
    pointedMs: readonly(pointedMs),
    isUsable: readonly(isUsable),
    chartSpan,
    show(atMs) {
      wanted.value = { atMs };
      shownMs.value = atMs;
    },
    goLive() {
      wanted.value = null;
      shownMs.value = null;
    },
    tellShown(atMs) {
      if (wanted.value !== null) shownMs.value = atMs;
    },
    tellUsable(next) {
      isUsable.value = next;
    },
    point(atMs) {
      pointedMs.value = atMs;
    },
    tellChart(span) {
      chartSpan.value = span;
    },
  };
}
