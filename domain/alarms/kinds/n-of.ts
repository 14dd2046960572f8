import { z } from "zod";
import { type CompiledCondition, defineKind } from "../condition.ts";
import type { Truth } from "../truth.ts";
import { watchSome } from "../zone.ts";

type View = Parameters<CompiledCondition["judge"]>;

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
    const judge = (...view: View): Truth => {
      let holding = 0;
      let possible = 0;
      for (const part of parts) {
        const verdict = part.judge(...view);
        if (verdict !== false) possible++;
        if (verdict === true) holding++;
      }
      if (holding >= n) return true;
      return possible < n ? false : null;
    };
    return {
      reads: parts.flatMap(({ reads }) => reads),
      judge,
      explain(...view) {
        return judge(...view) === true ? parts.flatMap((part) => part.explain(...view)) : [];
      },
      watch: (isActive) => watchSome(parts, n, isActive),
    };
  },
});
