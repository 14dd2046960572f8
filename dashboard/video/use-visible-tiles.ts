import { onBeforeUnmount, onMounted, onUpdated, type Ref, type ShallowRef, shallowRef } from "vue";

/** The attribute by which a tile says which stream it shows. */
export const STREAM_ATTRIBUTE = "data-stream";

/**
 * Which tiles of `grid` are on the screen now: none while the page is hidden. Call in `setup`.
 *
 * @returns ids; another set after each change
 */
export function useVisibleTiles(grid: Readonly<Ref<HTMLElement | null>>): Readonly<ShallowRef<ReadonlySet<string>>> {
  const visible = shallowRef<ReadonlySet<string>>(new Set());
  const inView = new Map<Element, boolean>();
  let observer: IntersectionObserver | undefined;

  function tell(): void {
    const isHidden = document.visibilityState === "hidden";
    const seen = [...inView].filter(([, isSeen]) => isSeen && !isHidden);
    const next = new Set(seen.map(([tile]) => tile.getAttribute(STREAM_ATTRIBUTE) ?? ""));
    if (next.size !== visible.value.size || [...next].some((id) => !visible.value.has(id))) visible.value = next;
  }

  /** Tiles come and go with pages and layouts; one that stays may show another stream. */
  function follow(): void {
    const tiles = new Set(grid.value?.querySelectorAll(`[${STREAM_ATTRIBUTE}]`));
    for (const tile of inView.keys()) {
      if (tiles.has(tile)) continue;
      observer?.unobserve(tile);
      inView.delete(tile);
    }
    for (const tile of tiles) {
      if (inView.has(tile)) continue;
      inView.set(tile, observer === undefined);
      observer?.observe(tile);
    }
    tell();
  }

  onMounted(() => {
    if ("IntersectionObserver" in window) {
      observer = new IntersectionObserver((entries) => {
        for (const { target, isIntersecting } of entries) if (inView.has(target)) inView.set(target, isIntersecting);
        tell();
      });
    }
    document.addEventListener("visibilitychange", tell);
    follow();
  });
  onUpdated(follow);
  onBeforeUnmount(() => {
    observer?.disconnect();
    document.removeEventListener("visibilitychange", tell);
  });
  return visible;
}
