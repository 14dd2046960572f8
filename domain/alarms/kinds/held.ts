import { z } from "zod";
import { defineKind, type Json } from "../condition.ts";
import { type Elapsed, isElapsed, nextElapsed } from "../elapsed.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_FAIL, watchPart } from "../zone.ts";

/** A condition that has held for a time. For parts of a combination: the whole rule has its on-delay. */
export const heldKind = defineKind({
  label: { "zh-CN": "持续", en: "held" },
  template: {
    kind: "held",
    of: { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
    forS: 600,
  },
  schema: (nested) =>
    z.strictObject({
      kind: z.literal("held"),
      of: nested,
      forS: z
        .int()
        .min(1)
        .max(30 * 86_400),
    }),
  compile({ of, forS }, compiler) {
    const part = compiler.nested(of);
    const forMs = forS * 1000;
    const elapsedIn = compiler.remember<Elapsed | null>({
      spanS: forS,
      start: null,
      observe: (elapsed, site, all) => nextElapsed(elapsed, part.judge(site, elapsed !== null, all), site),
      rest: { isAtRest: (elapsed) => elapsed === null, watch: () => watchPart(part, false) },
    });
    function judge(site: SiteView, _isActive: boolean, memory: readonly Json[]) {
      const elapsed = elapsedIn(memory);
      const holds = part.judge(site, elapsed !== null, memory);
      return holds === null ? null : holds && isElapsed(elapsed, forMs);
    }
    return {
      reads: part.reads,
      judge,
      explain(site, isActive, memory) {
        return judge(site, isActive, memory) === true ? part.explain(site, true, memory) : [];
      },
      // At rest: the part did not hold at the sample before, so it has no deadband.
      watch() {
        const watch = watchPart(part, false);
        return (zone) => watch(zone) | MAY_FAIL;
      },
    };
  },
});
