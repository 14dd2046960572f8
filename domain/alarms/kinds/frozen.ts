import { z } from "zod";
import { defineKind, type Ground, type Json } from "../condition.ts";
import { isQuantity } from "../quantities.ts";
import { numberReader, pointsBehind, Signal } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD, type Zone } from "../zone.ts";

/** The values, since when none of them has changed, and lowest and highest of the witness since then. */
type Memory = readonly [values: readonly (number | null)[], sinceMs: number, low: number | null, high: number | null];
const START: Memory = [[], 0, null, null];

/**
 * Readings that do not move. At a resolution of 0.1 K one well-controlled temperature stands still for long, so a single
 * point is judged beside a witness that did move, or several points together.
 */
export const frozenKind = defineKind({
  label: { "zh-CN": "数值不变", en: "frozen" },
  template: { kind: "frozen", points: ["supply_temp_c"], forS: 1800 },
  schema: () =>
    z.strictObject({
      kind: z.literal("frozen"),
      points: z.array(Signal).min(1).max(16).describe("All of them stand still"),
      forS: z
        .int()
        .min(1)
        .max(7 * 86_400),
      whileMoves: z
        .strictObject({ point: Signal, by: z.number().positive() })
        .optional()
        .describe("Only if this one has moved by so much meanwhile"),
    }),
  compile({ points, forS, whileMoves }, compiler) {
    const readers = points.map((point) => numberReader(point));
    const [readFirst] = readers;
    // Nearly all are of one point, and move with nearly each sample.
    const valuesOf = (site: SiteView) =>
      readers.length === 1 && readFirst !== undefined ? [readFirst(site)] : readers.map((read) => read(site));
    const readWitness = whileMoves === undefined ? () => null : numberReader(whileMoves.point);
    /** Whether one of them is another value than before; null = one of them is not known. */
    function hasMovedFrom(before: Memory[0], site: SiteView): boolean | null {
      let isOther = false;
      for (let place = 0; place < readers.length; place++) {
        const value = readers[place]?.(site) ?? null;
        if (value === null) return null;
        if (value !== before[place]) isOther = true;
      }
      return isOther;
    }
    const memoryIn = compiler.remember<Memory>({
      spanS: forS,
      start: START,
      observe(memory, site) {
        const hasMoved = hasMovedFrom(memory[0], site);
        if (hasMoved === null) return memory;
        const witness = readWitness(site);
        if (hasMoved) return [valuesOf(site), site.atMs, witness, witness];
        const low = memory[2];
        const high = memory[3];
        if (witness === null || (low !== null && high !== null && witness >= low && witness <= high)) return memory;
        return [memory[0], memory[1], Math.min(low ?? witness, witness), Math.max(high ?? witness, witness)];
      },
      // A back-test listens from the zone on in which it moved last, for longer ago than this it would have been suspect.
      forgetsAfterMs: () => forS * 1000,
      // What moved within many zones may have stood still in some of them.
      asksEachZone: true,
    });
    function judge(site: SiteView, _isActive: boolean, memory: readonly Json[]) {
      for (const read of readers) if (read(site) === null) return null;
      const own = memoryIn(memory);
      if (site.atMs - own[1] < forS * 1000) return false;
      const low = own[2];
      const high = own[3];
      if (whileMoves === undefined) return true;
      return low === null || high === null ? null : high - low >= whileMoves.by;
    }
    return {
      reads: points.flatMap((point) => pointsBehind(point)),
      judge,
      explain(site, isActive, memory): readonly Ground[] {
        if (judge(site, isActive, memory) !== true) return [];
        const [values] = memoryIn(memory);
        return points.map((point, at) => ({
          source: "platform",
          point,
          value: values[at] ?? null,
          limit: null,
          unit: null,
        }));
      },
      watch() {
        let movedFromMs = Number.NEGATIVE_INFINITY;
        return (zone) => {
          const holds = zone.toMs - movedFromMs > forS * 1000;
          if (hasMoved(zone, points)) movedFromMs = zone.fromMs;
          return (holds ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});

/** Surely one of them has become another value, at a reading in which all of them were known. */
function hasMoved({ numbers, whole }: Zone, points: readonly Signal[]): boolean {
  let isMoved = false;
  for (const point of points) {
    if (isQuantity(point) || !whole.has(point)) return false;
    const range = numbers[point];
    if (range !== null && range !== undefined && range.low < range.high) isMoved = true;
  }
  return isMoved;
}
