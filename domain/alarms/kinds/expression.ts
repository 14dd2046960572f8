import { z } from "zod";
import { POINTS } from "../../points/catalogue.ts";
import { defineKind } from "../condition.ts";
import { compileExpression } from "../expression/compile-expression.ts";
import type { PointReading } from "../expression/point-reading.ts";
import type { SiteView } from "../site-view.ts";

/** A condition in CEL syntax over the points. It has no deadband: a rule with one names its own clear condition. */
export const expressionKind = defineKind({
  label: { "zh-CN": "表达式 (CEL)", en: "expression (CEL)" },
  template: { kind: "expression", text: "supply_temp_c >= 40 && circulation_pump_running" },
  schema: () => z.strictObject({ kind: z.literal("expression"), text: z.string().min(1).max(4000) }),
  compile({ text }) {
    const expression = compileExpression(text);
    const manual = expression.points.filter((point) => POINTS[point].origin === "manual");

    function readingOf({ reading, facts }: SiteView): PointReading | null {
      if (reading === null || manual.length === 0) return reading;
      const lab = Object.fromEntries(manual.map((point) => [point, facts.lab[point]?.value ?? null]));
      return { ...reading, values: { ...reading.values, ...lab } };
    }
    function judge(site: SiteView) {
      const reading = readingOf(site);
      return reading === null ? null : expression.evaluate(reading);
    }
    return {
      reads: expression.points,
      judge,
      explain: (site) =>
        judge(site) === true ? [{ source: "platform", point: null, value: null, limit: null, unit: null }] : [],
      watch: () => expression.watch,
    };
  },
});
