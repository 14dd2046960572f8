import { z } from "zod";
import { defineKind, type Ground, type Json } from "../condition.ts";
import { numberReader, pointsBehind, rangeReader, Signal, unitOf } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD, type ZoneWatch } from "../zone.ts";
import { watchHull } from "../zone-hull.ts";

/** The last good value, when it was read, when the last jump was, and from where the first one of them went. */
type Memory = readonly [value: number | null, atMs: number, jumpedAtMs: number | null, from: number | null];
const START: Memory = [null, 0, null, null];
/** A value older than this many intervals is nothing to compare with. */
const HOLD_INTERVALS = 3;

/** A value that differs from the poll before by more than the plant can do. It holds for a time after the last jump. */
export const jumpKind = defineKind({
  label: { "zh-CN": "突变", en: "jump" },
  template: { kind: "jump", point: "supply_temp_c", by: 10, holdS: 300 },
  schema: () =>
    z.strictObject({
      kind: z.literal("jump"),
      point: Signal,
      by: z.number().positive().describe("More than this from one poll to the next"),
      holdS: z.int().min(1).max(86_400),
      untilBack: z.boolean().default(false).describe("It ends earlier when the value is back where it was"),
    }),
  compile({ point, by, holdS, untilBack }, compiler) {
    const read = numberReader(point);
    const holdMs = holdS * 1000;
    /** Two polls that are compared lie in one zone, or in two that follow each other. */
    function watchJumps(): ZoneWatch {
      const hullAt = watchHull(rangeReader(point), 1);
      return (zone) => {
        const hull = hullAt(zone);
        return hull !== null && hull.high - hull.low > by ? MAY_HOLD : 0;
      };
    }
    const memoryIn = compiler.remember<Memory>({
      spanS: holdS,
      start: START,
      observe(memory, site) {
        const value = read(site);
        if (value === null) return memory;
        const before = memory[0];
        const lastJumpMs = memory[2];
        const isOver = lastJumpMs === null || site.atMs - lastJumpMs >= holdMs;
        const from = isOver ? null : memory[3];
        if (untilBack && from !== null && Math.abs(value - from) <= by / 2) return [value, site.atMs, null, null];
        const isRecent = before !== null && site.atMs - memory[1] <= HOLD_INTERVALS * site.facts.intervalS * 1000;
        if (isRecent && Math.abs(value - before) > by) return [value, site.atMs, site.atMs, from ?? before];
        return [value, site.atMs, isOver ? null : lastJumpMs, from];
      },
      // From where the first of several jumps went is never forgotten while they go on: such a memory is let rest instead.
      forgetsAfterMs: (intervalMs) => HOLD_INTERVALS * intervalMs + (untilBack ? 0 : holdMs),
      ...(untilBack ? { rest: { isAtRest: ([, , jumpedAtMs]) => jumpedAtMs === null, watch: watchJumps } } : {}),
    });
    function judge(site: SiteView, _isActive: boolean, memory: readonly Json[]) {
      if (read(site) === null) return null;
      return memoryIn(memory)[2] !== null;
    }
    return {
      reads: pointsBehind(point),
      judge,
      explain(site, isActive, memory): readonly Ground[] {
        if (judge(site, isActive, memory) !== true) return [];
        return [{ source: "platform", point, value: read(site), limit: by, unit: unitOf(point) }];
      },
      watch() {
        const watch = watchJumps();
        let jumpedUntilMs = Number.NEGATIVE_INFINITY;
        return (zone) => {
          if (watch(zone) === MAY_HOLD) jumpedUntilMs = zone.toMs;
          return (zone.fromMs - jumpedUntilMs < holdMs ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});
