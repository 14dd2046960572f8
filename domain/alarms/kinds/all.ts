import { z } from "zod";
import { type CompiledCondition, defineKind } from "../condition.ts";
import type { Truth } from "../truth.ts";
import { watchSome } from "../zone.ts";

type View = Parameters<CompiledCondition["judge"]>;

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
    const judge = (...[site, isActive, memory]: View): Truth => {
      let truth: Truth = true;
      for (const part of parts) {
        const verdict = part.judge(site, isActive, memory);
        if (verdict === false) return false;
        if (verdict === null) truth = null;
      }
      return truth;
    };
    return {
      reads: parts.flatMap(({ reads }) => reads),
      judge,
      explain(...view) {
        return judge(...view) === true ? parts.flatMap((part) => part.explain(...view)) : [];
      },
      watch: (isActive) => watchSome(parts, parts.length, isActive),
    };
  },
});
