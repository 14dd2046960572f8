/** Tiles on one page of the wall: 1 × 1 to 4 × 4, 6 × 6 and 9 × 9. */
export const WALL_LAYOUTS = [1, 4, 9, 16, 36, 81] as const;
export type WallLayout = (typeof WALL_LAYOUTS)[number];

/** Tiles side by side where the screen is wide enough for the layout. */
export const columnsOf = (layout: WallLayout): number => Math.sqrt(layout);

/** Pages of a wall; one even when there is nothing to show. */
export const pageCount = (streams: number, layout: WallLayout): number => Math.max(1, Math.ceil(streams / layout));

/** The page that is shown when `wanted` is asked for: pages go round, as a wall that cycles does. */
export function pageOf(wanted: number, streams: number, layout: WallLayout): number {
  const pages = pageCount(streams, layout);
  return ((wanted % pages) + pages) % pages;
}

/** What stands on a page. */
export function tilesOn<T>(page: number, ordered: readonly T[], layout: WallLayout): readonly T[] {
  return ordered.slice(page * layout, (page + 1) * layout);
}

/** Where an arrow key leads from a tile; the tile itself at the edge. `null`: past the first or last, to another page. */
export function neighbour(
  key: "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown",
  at: number,
  tiles: number,
  columns: number,
): number | null {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  const to = at + step;
  if (to >= 0 && to < tiles) return to;
  return Math.abs(step) === 1 ? null : at;
}
