import type { Priority } from "../alarms/alarm.ts";

const RANK: Readonly<Record<Priority, number>> = { critical: 0, high: 1, medium: 2, low: 3 };
const CALM = 4;

/**
 * The order of the tiles: sites with alarms first, the worst in front, when that is wanted; then as somebody has arranged
 * them; what nobody has placed follows as in the inventory. Streams that are gone are left out.
 *
 * @param streams in the inventory's order
 * @param arranged as `moveTile` made it; may name streams that are gone
 * @param worst of each site that has alarms; none when alarms are not to come first
 */
export function orderWall(
  streams: readonly string[],
  arranged: readonly string[],
  worst: ReadonlyMap<string, Priority>,
): readonly string[] {
  const known = new Set(streams);
  const placed = [...new Set(arranged)].filter((id) => known.has(id));
  const isPlaced = new Set(placed);
  const rank = (id: string): number => {
    const priority = worst.get(id);
    return priority === undefined ? CALM : RANK[priority];
  };
  return [...placed, ...streams.filter((id) => !isPlaced.has(id))].toSorted((a, b) => rank(a) - rank(b));
}

/** The arrangement after `moved` was dropped on `target`: it takes that place, and the others close up. */
export function moveTile(order: readonly string[], moved: string, target: string): readonly string[] {
  const from = order.indexOf(moved);
  const to = order.indexOf(target);
  if (from < 0 || to < 0 || from === to) return order;
  const rest = order.filter((id) => id !== moved);
  return [...rest.slice(0, to), moved, ...rest.slice(to)];
}
