import { z } from "zod";
import { defineKind, type Ground, type Json } from "../condition.ts";
import { numberReader, pointsBehind, Signal, unitOf } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";

/** The last good value, when it was read, and when the last jump was. */
type Memory = readonly [value: number | null, atMs: number, jumpedAtMs: number | null];
const START: Memory = [null, 0, null];
/** A value older than this many intervals is nothing to compare with. */
const HOLD_INTERVALS = 3;

/** A value that differs from the poll before by more than the plant can do. It holds for a time after the last jump. */
export const jumpKind = defineKind({
  schema: () =>
    z.strictObject({
      kind: z.literal("jump"),
      point: Signal,
      by: z.number().positive().describe("More than this from one poll to the next"),
      holdS: z.int().min(1).max(86_400),
    }),
  compile({ point, by, holdS }, compiler) {
    const read = numberReader(point);
    const memoryIn = compiler.remember<Memory>({
      start: START,
      observe(memory, site) {
        const value = read(site);
        if (value === null) return memory;
        const [before, beforeMs, jumpedAtMs] = memory;
        const isRecent = before !== null && site.atMs - beforeMs <= HOLD_INTERVALS * site.facts.intervalS * 1000;
        return [value, site.atMs, isRecent && Math.abs(value - before) > by ? site.atMs : jumpedAtMs];
      },
    });
    function judge(site: SiteView, _isActive: boolean, memory: readonly Json[]) {
      if (read(site) === null) return null;
      const [, , jumpedAtMs] = memoryIn(memory);
      return jumpedAtMs !== null && site.atMs - jumpedAtMs < holdS * 1000;
    }
    return {
      reads: pointsBehind(point),
      judge,
      explain(site, isActive, memory): readonly Ground[] {
        if (judge(site, isActive, memory) !== true) return [];
        return [{ source: "platform", point, value: read(site), limit: by, unit: unitOf(point) }];
      },
    };
  },
});
