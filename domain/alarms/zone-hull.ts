import { hullOf, isRangeWithin } from "./range.ts";
import type { Range, Zone } from "./zone.ts";

type Seen = { readonly toMs: number; readonly range: Range };

/**
 * Watches the zones of one site: between which its numbers lie in this zone and for so long before each moment of it; null
 * when there was none.
 */
export function watchHull(rangeOf: (zone: Zone) => Range | null, backMs: number): (zone: Zone) => Range | null {
  const seen: Seen[] = [];
  let hull: Range | null = null;
  return (zone) => {
    const range = rangeOf(zone);
    let isNarrower = false;
    for (let first = seen[0]; first !== undefined && first.toMs <= zone.fromMs - backMs; first = seen[0]) {
      seen.shift();
      // Only an extreme that leaves can make the hull narrower.
      isNarrower ||= hull === null || first.range.low <= hull.low || first.range.high >= hull.high;
    }
    if (range !== null) seen.push({ toMs: zone.toMs, range });
    if (isNarrower) hull = seen.reduce<Range | null>((all, one) => hullOf(all, one.range), null);
    else if (range !== null && !isRangeWithin(range, hull)) hull = hullOf(hull, range);
    return hull;
  };
}
