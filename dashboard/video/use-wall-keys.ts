import { nextTick, type Ref, readonly, ref, watch } from "vue";
import { neighbour } from "../../domain/video/wall-layout.ts";
import { STREAM_ATTRIBUTE } from "./use-visible-tiles.ts";

type Parts = {
  readonly grid: Readonly<Ref<HTMLElement | null>>;
  /** Streams of the page, in order. */
  readonly ids: Readonly<Ref<readonly string[]>>;
  readonly turn: (pages: 1 | -1) => void;
  readonly open: (streamId: string) => void;
  readonly move: (streamId: string, target: string) => void;
};

const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] as const;

/** One tile of the wall is in the order of Tab; arrow keys go to the others. Call in `setup`. */
export function useWallKeys({ grid, ids, turn, open, move }: Parts) {
  const focused = ref(0);
  watch(ids, (now) => {
    if (focused.value >= now.length) focused.value = 0;
  });

  async function focus(at: number): Promise<void> {
    focused.value = at;
    await nextTick();
    grid.value?.querySelectorAll<HTMLElement>(`[${STREAM_ATTRIBUTE}]`)[at]?.focus();
  }
  function turnTo(pages: 1 | -1): void {
    turn(pages);
    void focus(0);
  }
  function step(key: (typeof ARROWS)[number], isMoving: boolean): void {
    const columns = getComputedStyle(grid.value as HTMLElement).gridTemplateColumns.split(" ").length;
    const to = neighbour(key, focused.value, ids.value.length, columns);
    const [from, target] = [ids.value[focused.value], to === null ? undefined : ids.value[to]];
    if (isMoving && from !== undefined && target !== undefined) move(from, target);
    if (to !== null) void focus(to);
    else if (!isMoving) turnTo(key === "ArrowLeft" ? -1 : 1);
  }

  return {
    focused: readonly(focused),
    focus,
    onKey(event: KeyboardEvent): void {
      const arrow = ARROWS.find((key) => key === event.key);
      const current = ids.value[focused.value];
      if (event.ctrlKey || event.metaKey) return;
      if (arrow) step(arrow, event.altKey);
      else if ((event.key === "Enter" || event.key === " ") && current !== undefined) open(current);
      else if (event.key === "PageDown") turnTo(1);
      else if (event.key === "PageUp") turnTo(-1);
      else return;
      event.preventDefault();
    },
  };
}
