import { z } from "zod";
import { isBesideReadings, valueBeside } from "../beside-readings.ts";
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
    const beside = expression.points.filter(isBesideReadings);

    function readingOf({ reading, facts }: SiteView): PointReading | null {
      if (reading === null || beside.length === 0) return reading;
      const known = Object.fromEntries(beside.map((point) => [point, valueBeside(facts, point)]));
      return { ...reading, values: { ...reading.values, ...known } };
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
