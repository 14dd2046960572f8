import { z } from "zod";
import { defineKind, type Ground, type Json } from "../condition.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD, watchPart } from "../zone.ts";

/** Whether it held at the last known sample, and when it began: ms since the epoch, oldest first. */
type Memory = readonly [was: boolean | null, begins: readonly number[]];
const START: Memory = [null, []];
/** So many beginnings are remembered at most. */
const KEPT = 256;

/** A condition that begins too often: how many times within a window. */
export const countKind = defineKind({
  label: { "zh-CN": "窗口内次数", en: "count in a window" },
  template: {
    kind: "count",
    of: { kind: "flag", point: "circulation_pump_running", is: false },
    min: 3,
    windowS: 3600,
  },
  schema: (nested) =>
    z
      .strictObject({
        kind: z.literal("count"),
        of: nested,
        min: z.int().min(1).max(KEPT),
        clearBelow: z.int().min(1).optional().describe("Ends when there are fewer; `min` when absent"),
        windowS: z
          .int()
          .min(1)
          .max(7 * 86_400),
      })
      .refine(({ min, clearBelow = min }) => clearBelow <= min, "`clearBelow` must not be more than `min`"),
  compile({ of, min, clearBelow = min, windowS }, compiler) {
    const part = compiler.nested(of);
    const windowMs = windowS * 1000;
    const memoryIn = compiler.remember<Memory>({
      spanS: windowS,
      start: START,
      observe(memory, site, all) {
        const [was, begins] = memory;
        const holds = part.judge(site, was === true, all);
        if (holds === null) return memory;
        const recent = begins.filter((atMs) => site.atMs - atMs < windowMs);
        const begun = holds && was === false ? [...recent, site.atMs].slice(-KEPT) : recent;
        return holds === was && begun.length === begins.length ? memory : [holds, begun];
      },
      rest: {
        isAtRest: ([was, begins]) => was === false && begins.length === 0,
        watch: () => watchPart(part, false),
      },
    });
    const countOf = (site: SiteView, memory: readonly Json[]) =>
      memoryIn(memory)[1].filter((atMs) => site.atMs - atMs < windowMs).length;

    function judge(site: SiteView, isActive: boolean, memory: readonly Json[]) {
      const [was] = memoryIn(memory);
      if (was === null || part.judge(site, was, memory) === null) return null;
      return countOf(site, memory) >= (isActive ? clearBelow : min);
    }
    return {
      reads: part.reads,
      judge,
      explain(site, isActive, memory): readonly Ground[] {
        if (judge(site, isActive, memory) !== true) return [];
        const point = part.reads[0] ?? null;
        return [{ source: "platform", point, value: countOf(site, memory), limit: min, unit: "" }];
      },
      watch() {
        const watch = watchPart(part, false);
        let heldUntilMs = Number.NEGATIVE_INFINITY;
        return (zone) => {
          if ((watch(zone) & MAY_HOLD) !== 0) heldUntilMs = zone.toMs;
          return (zone.fromMs - heldUntilMs < windowMs ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});
