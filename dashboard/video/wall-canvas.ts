import type { DecodedPicture } from "./paint-frames.ts";
import { STREAM_ATTRIBUTE } from "./use-visible-tiles.ts";

/** Height of the line with name and state over each picture, CSS pixels. */
export const STRIP_PX = 20;
/** Sharper than this nobody sees on a wall, and each step costs four times the memory. */
const MOST_PIXEL_RATIO = 2;

type Place = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

export type WallCanvas = {
  /** Draws a picture for the tile of a stream, as large as it fits; nothing when there is no such tile. */
  draw(streamId: string, picture: DecodedPicture): void;
  /** Shows what was drawn. */
  present(): void;
  /**
   * The grid, or what stands in it, has changed: pictures move to where their tiles are now.
   *
   * @returns streams whose picture is gone with their tile
   */
  settle(): readonly string[];
};

/**
 * One canvas below all tiles of `grid`: 81 of their own would be 81 layers to put together for each picture. Pictures are
 * gathered where nobody sees them and shown together: each change of a canvas has the browser put the page together anew.
 */
export function createWallCanvas(grid: HTMLElement, shown: HTMLCanvasElement): WallCanvas {
  let gathered = document.createElement("canvas");
  const drawn = new Map<string, Place>();
  let ratio = 1;

  function placeOf(tile: HTMLElement): Place {
    // Offsets are rounded, tiles are not: within the tile's border nothing sticks out.
    return {
      x: Math.round((tile.offsetLeft + 1) * ratio),
      y: Math.round((tile.offsetTop + STRIP_PX) * ratio),
      width: Math.max(0, Math.round((tile.offsetWidth - 2) * ratio)),
      height: Math.max(0, Math.round((tile.offsetHeight - STRIP_PX - 2) * ratio)),
    };
  }
  function placesNow(): ReadonlyMap<string, Place> {
    const tiles = [...grid.querySelectorAll<HTMLElement>(`[${STREAM_ATTRIBUTE}]`)];
    return new Map(tiles.map((tile) => [tile.getAttribute(STREAM_ATTRIBUTE) ?? "", placeOf(tile)]));
  }
  function present(): void {
    if (gathered.width === 0 || gathered.height === 0) return;
    const context = shown.getContext("2d");
    context?.clearRect(0, 0, shown.width, shown.height);
    context?.drawImage(gathered, 0, 0);
  }

  return {
    present,
    draw(streamId, picture) {
      const tile = grid.querySelector<HTMLElement>(`[${STREAM_ATTRIBUTE}="${CSS.escape(streamId)}"]`);
      const context = gathered.getContext("2d");
      if (!tile || !context) return;
      const place = placeOf(tile);
      const { x, y, width, height } = place;
      const own =
        "displayWidth" in picture ? [picture.displayWidth, picture.displayHeight] : [picture.width, picture.height];
      const [ownWidth = 1, ownHeight = 1] = own;
      const scale = Math.min(width / ownWidth, height / ownHeight);
      const wide = ownWidth * scale;
      const high = ownHeight * scale;
      context.fillStyle = "#000";
      context.fillRect(x, y, width, height);
      context.drawImage(picture, x + (width - wide) / 2, y + (height - high) / 2, wide, high);
      drawn.set(streamId, place);
    },
    settle() {
      ratio = Math.min(MOST_PIXEL_RATIO, window.devicePixelRatio || 1);
      const before = gathered;
      gathered = document.createElement("canvas");
      for (const canvas of [gathered, shown]) {
        canvas.width = Math.round(grid.clientWidth * ratio);
        canvas.height = Math.round(grid.clientHeight * ratio);
      }
      const context = gathered.getContext("2d");
      const places = placesNow();
      const gone: string[] = [];
      for (const [streamId, from] of drawn) {
        const to = places.get(streamId);
        if (to && from.width > 0 && from.height > 0) {
          context?.drawImage(before, from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height);
          drawn.set(streamId, to);
        } else {
          drawn.delete(streamId);
          gone.push(streamId);
        }
      }
      present();
      return gone;
    },
  };
}
