import { ENOUGH_SISTERS } from "../../sites/sisters.ts";
import { hullOf, roundedRange } from "../range.ts";
import { rangeReader, type Signal } from "../read-signal.ts";
import type { Range, Zone } from "../zone.ts";

type Sisters = NonNullable<Zone["sisters"]>;

/** Between which the medians of circles lie, zone by zone: those of the last slot before a zone are used in it, too. */
export function watchSisters(signals: readonly Signal[]): (zones: readonly Zone[]) => ReadonlyMap<string, Sisters> {
  const readers = signals.map((signal) => ({ signal, rangeOf: rangeReader(signal) }));
  let before: ReadonlyMap<string, Sisters> = new Map();

  function mediansOf(circleId: string, members: readonly Zone[]): { readonly now: Sisters; readonly used: Sisters } {
    const now: Record<string, Range> = {};
    const used: Record<string, Range> = {};
    for (const { signal, rangeOf } of readers) {
      const own = medianRange(members.flatMap((member) => rangeOf(member) ?? []));
      const both = hullOf(own, before.get(circleId)?.[signal] ?? null);
      if (own !== null) now[signal] = own;
      if (both !== null) used[signal] = both;
    }
    return { now, used };
  }

  return (zones) => {
    const now = new Map<string, Sisters>();
    const used = new Map<string, Sisters>();
    if (signals.length === 0) return used;
    for (const [circleId, members] of Map.groupBy(zones, ({ facts }) => facts.circleId)) {
      if (circleId === null) continue;
      const medians = mediansOf(circleId, members);
      now.set(circleId, medians.now);
      used.set(circleId, medians.used);
    }
    before = now;
    return used;
  };
}

/** A median is one of four values at least: never below the second lowest of all that may be, nor above the second highest. */
function medianRange(ranges: readonly Range[]): Range | null {
  if (ranges.length <= ENOUGH_SISTERS) return null;
  const low = ranges.map((range) => range.low).sort((a, b) => a - b)[1] ?? Number.NEGATIVE_INFINITY;
  const high = ranges.map((range) => range.high).sort((a, b) => b - a)[1] ?? Number.POSITIVE_INFINITY;
  return roundedRange(low, high);
}
