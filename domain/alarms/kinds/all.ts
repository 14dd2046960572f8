import { z } from "zod";
import { defineKind, explainParts, type Json, NO_GROUNDS } from "../condition.ts";
import type { SiteView } from "../site-view.ts";
import type { Truth } from "../truth.ts";
import { watchSome } from "../zone.ts";

/** Every one of several conditions. */
export const allKind = defineKind({
  label: { "zh-CN": "全部成立", en: "all of" },
  template: {
    kind: "all",
    of: [
      { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
      { kind: "not", of: { kind: "flag", point: "circulation_pump_running", is: false } },
    ],
  },
  schema: (nested) => z.strictObject({ kind: z.literal("all"), of: z.array(nested).min(1).max(32) }),
  compile({ of }, compiler) {
    const parts = of.map((part) => compiler.nested(part));
    function judge(site: SiteView, isActive: boolean, memory: readonly Json[]): Truth {
      let truth: Truth = true;
      for (const part of parts) {
        const verdict = part.judge(site, isActive, memory);
        if (verdict === false) return false;
        if (verdict === null) truth = null;
      }
      return truth;
    }
    return {
      reads: parts.flatMap(({ reads }) => reads),
      judge,
      explain(site, isActive, memory) {
        return judge(site, isActive, memory) === true ? explainParts(parts, site, isActive, memory) : NO_GROUNDS;
      },
      watch: (isActive) => watchSome(parts, parts.length, isActive),
    };
  },
});
