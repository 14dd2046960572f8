import { type ComputedRef, computed, onBeforeUnmount, type Ref, ref, watch } from "vue";
import { pageCount, pageOf, tilesOn } from "../../domain/video/wall-layout.ts";
import type { WallView } from "../../domain/video/wall-settings.ts";

export type WallPages = {
  readonly pages: ComputedRef<number>;
  readonly page: ComputedRef<number>;
  /** Streams of the page, in order. */
  readonly onPage: ComputedRef<readonly string[]>;
  turn(by: number): void;
  /** Goes to the page on which the tile of this place stands, in a layout of so many. */
  showPlace(place: number, layout?: number): void;
};

/**
 * The pages of the wall, and their turning by themselves while the page is looked at. Call in `setup`.
 *
 * @param isHeld while something lies over the wall it does not turn
 */
export function useWallPages(
  view: Readonly<Ref<WallView>>,
  ordered: Readonly<Ref<readonly string[]>>,
  isHeld: () => boolean,
): WallPages {
  const wanted = ref(0);
  const pages = computed(() => pageCount(ordered.value.length, view.value.layout));
  const page = computed(() => pageOf(wanted.value, ordered.value.length, view.value.layout));
  const turn = (by: number): void => {
    wanted.value = page.value + by;
  };

  let cycle: ReturnType<typeof setInterval> | undefined;
  watch(
    [() => view.value.cycleS, pages, isHeld, page],
    ([cycleS]) => {
      clearInterval(cycle);
      if (cycleS === 0 || pages.value < 2 || isHeld()) return;
      cycle = setInterval(() => document.visibilityState === "visible" && turn(1), cycleS * 1000);
    },
    { immediate: true },
  );
  onBeforeUnmount(() => clearInterval(cycle));

  return {
    pages,
    page,
    onPage: computed(() => tilesOn(page.value, ordered.value, view.value.layout)),
    turn,
    showPlace(place, layout = view.value.layout) {
      wanted.value = Math.floor(place / layout);
    },
  };
}
