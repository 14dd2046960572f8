import { type Ref, ref, watch } from "vue";
import type { HeatBlock } from "./heat-rows.ts";

/** A cell: which zone, which of its sites, which time. */
export type HeatCursor = { readonly block: number; readonly row: number; readonly column: number };

const MORE_COLUMNS = 12;

/** The cell under the mouse, or the one that the arrow keys walked to. Enter opens it. */
export function useHeatCursor(
  blocks: Readonly<Ref<readonly HeatBlock[]>>,
  columns: Readonly<Ref<number>>,
  open: (at: HeatCursor) => void,
): { cursor: Ref<HeatCursor | null>; onKey: (event: KeyboardEvent) => void } {
  const cursor = ref<HeatCursor | null>(null);
  watch([blocks, columns], () => {
    const at = cursor.value;
    const isGone = at && (at.column >= columns.value || !blocks.value[at.block]?.rows[at.row]);
    if (isGone) cursor.value = null;
  });

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || blocks.value.length === 0) return;
    const at = cursor.value ?? { block: 0, row: 0, column: columns.value - 1 };
    const isFirst = cursor.value === null;
    const by = event.shiftKey ? MORE_COLUMNS : 1;
    const moves: Readonly<Record<string, () => HeatCursor | null>> = {
      ArrowLeft: () => ({ ...at, column: Math.max(0, at.column - by) }),
      ArrowRight: () => ({ ...at, column: Math.min(columns.value - 1, at.column + by) }),
      ArrowUp: () => moveRow(blocks.value, at, -1),
      ArrowDown: () => moveRow(blocks.value, at, 1),
      Home: () => ({ ...at, column: 0 }),
      End: () => ({ ...at, column: columns.value - 1 }),
      Escape: () => null,
    };
    if (event.key === "Enter" && !isFirst) {
      event.preventDefault();
      open(at);
      return;
    }
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    cursor.value = isFirst && event.key !== "Escape" ? at : move();
  }
  return { cursor, onKey };
}

/** Over the end of a zone into the next one; at the ends of the map it stays. */
export function moveRow(blocks: readonly HeatBlock[], at: HeatCursor, by: 1 | -1): HeatCursor {
  const row = at.row + by;
  if (blocks[at.block]?.rows[row]) return { ...at, row };
  const next = blocks[at.block + by];
  if (!next) return at;
  return { ...at, block: at.block + by, row: by > 0 ? 0 : next.rows.length - 1 };
}
