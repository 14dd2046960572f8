import { z } from "zod";
import { defineKind, explainParts } from "../condition.ts";
import type { Truth } from "../truth.ts";
import { watchSome } from "../zone.ts";

/** At least one of several conditions. */
export const anyKind = defineKind({
  label: { "zh-CN": "任一成立", en: "any of" },
  template: {
    kind: "any",
    of: [
      { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
      { kind: "flag", point: "circulation_pump_running", is: false },
    ],
  },
  schema: (nested) => z.strictObject({ kind: z.literal("any"), of: z.array(nested).min(1).max(32) }),
  compile({ of }, compiler) {
    const parts = of.map((part) => compiler.nested(part));
    return {
      reads: parts.flatMap(({ reads }) => reads),
      judge(site, isActive, memory) {
        let truth: Truth = false;
        for (const part of parts) {
          const verdict = part.judge(site, isActive, memory);
          if (verdict === true) return true;
          if (verdict === null) truth = null;
        }
        return truth;
      },
      explain: (site, isActive, memory) => explainParts(parts, site, isActive, memory),
      watch: (isActive) => watchSome(parts, 1, isActive),
      alternatives: parts,
    };
  },
});
