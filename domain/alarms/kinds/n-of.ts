import { z } from "zod";
import { defineKind, explainParts, type Json, NO_GROUNDS } from "../condition.ts";
import type { SiteView } from "../site-view.ts";
import type { Truth } from "../truth.ts";
import { watchSome } from "../zone.ts";

/** At least `n` of several conditions. */
export const nOfKind = defineKind({
  label: { "zh-CN": "n 项成立", en: "n of" },
  template: {
    kind: "n-of",
    n: 1,
    of: [
      { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
      { kind: "flag", point: "circulation_pump_running", is: false },
    ],
  },
  schema: (nested) =>
    z
      .strictObject({ kind: z.literal("n-of"), n: z.int().min(1), of: z.array(nested).min(1).max(32) })
      .refine(({ n, of }) => n <= of.length, "`n` must not be more than there are conditions"),
  compile({ n, of }, compiler) {
    const parts = of.map((part) => compiler.nested(part));
    function judge(site: SiteView, isActive: boolean, memory: readonly Json[]): Truth {
      let holding = 0;
      let possible = 0;
      for (const part of parts) {
        const verdict = part.judge(site, isActive, memory);
        if (verdict !== false) possible++;
        if (verdict === true) holding++;
      }
      if (holding >= n) return true;
      return possible < n ? false : null;
    }
    return {
      reads: parts.flatMap(({ reads }) => reads),
      judge,
      explain(site, isActive, memory) {
        return judge(site, isActive, memory) === true ? explainParts(parts, site, isActive, memory) : NO_GROUNDS;
      },
      watch: (isActive) => watchSome(parts, n, isActive),
    };
  },
});
