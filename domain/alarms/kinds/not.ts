import { z } from "zod";
import { defineKind } from "../condition.ts";
import { not } from "../truth.ts";
import { contraryOf, watchPart } from "../zone.ts";

/** The contrary of a condition. What is unknown stays unknown. */
export const notKind = defineKind({
  label: { "zh-CN": "不成立", en: "not" },
  template: { kind: "not", of: { kind: "flag", point: "circulation_pump_running", is: false } },
  schema: (nested) => z.strictObject({ kind: z.literal("not"), of: nested }),
  compile({ of }, compiler) {
    const part = compiler.nested(of);
    return {
      reads: part.reads,
      // The deadband of the part must hold while the part is false, that is while this is active.
      judge: (site, isActive, memory) => not(part.judge(site, !isActive, memory)),
      explain: () => [],
      watch(isActive) {
        const watch = watchPart(part, !isActive);
        return (zone) => contraryOf(watch(zone));
      },
    };
  },
});
