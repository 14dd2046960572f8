import { nextTick, onBeforeUnmount, onMounted, type Ref, watch } from "vue";
import { type KeyFrameParts, type KeyFrames, useKeyFrames } from "./use-key-frames.ts";
import { createWallCanvas, type WallCanvas } from "./wall-canvas.ts";

type Parts = Pick<KeyFrameParts, "wanted" | "isJpeg" | "onRefused"> & {
  readonly grid: Readonly<Ref<HTMLElement | null>>;
  readonly canvas: Readonly<Ref<HTMLCanvasElement | null>>;
  /** Changes with the places of the tiles. */
  readonly placesOf: () => unknown;
};

/** Key frames on the canvas below the tiles, where their tiles are. Call in `setup`. */
export function useWallPictures({
  grid,
  canvas,
  placesOf,
  wanted,
  isJpeg,
  onRefused,
}: Parts): Pick<KeyFrames, "pictures" | "isAway"> {
  let wall: WallCanvas | undefined;
  const frames = useKeyFrames({
    wanted,
    isJpeg,
    draw: (streamId, picture) => wall?.draw(streamId, picture),
    present: () => wall?.present(),
    onRefused,
  });

  async function settle(): Promise<void> {
    await nextTick();
    if (grid.value && canvas.value) wall ??= createWallCanvas(grid.value, canvas.value);
    const gone = wall?.settle() ?? [];
    if (gone.length > 0) frames.forget(gone);
  }
  watch(placesOf, settle);

  let sizes: ResizeObserver | undefined;
  watch(grid, (shown) => {
    wall = undefined;
    sizes?.disconnect();
    if (shown) sizes?.observe(shown);
  });
  onMounted(() => {
    if ("ResizeObserver" in window) sizes = new ResizeObserver(() => void settle());
    if (grid.value) sizes?.observe(grid.value);
  });
  onBeforeUnmount(() => sizes?.disconnect());
  return frames;
}
