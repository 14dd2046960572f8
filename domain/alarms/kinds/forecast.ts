import { z } from "zod";
import { defineKind, type Ground, type Json } from "../condition.ts";
import { compileLimit, LimitValue, limitRange } from "../limit-value.ts";
import { minusRange } from "../range.ts";
import { numberReader, pointsBehind, rangeReader, Signal, unitOf } from "../read-signal.ts";
import { addSample, forgetsWindowAfterMs, type Samples, slopePerMinute, steepestPerMinute } from "../sample-window.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD } from "../zone.ts";
import { watchHull } from "../zone-hull.ts";

/** A value that will reach a limit within a time if it goes on as it does. */
export const forecastKind = defineKind({
  label: { "zh-CN": "趋势预测", en: "forecast" },
  template: { kind: "forecast", point: "supply_temp_c", op: ">=", limit: 40, withinS: 900, windowS: 600, deadband: 1 },
  schema: () =>
    z.strictObject({
      kind: z.literal("forecast"),
      point: Signal,
      op: z.enum([">=", "<="]),
      limit: LimitValue,
      withinS: z
        .int()
        .min(1)
        .max(30 * 86_400),
      windowS: z
        .int()
        .min(1)
        .max(7 * 86_400)
        .describe("The slope is that of this time"),
      deadband: z.number().min(0).default(0),
    }),
  compile({ point, op, limit, withinS, windowS, deadband }, compiler) {
    const read = numberReader(point);
    const limitOf = compileLimit(limit, point, compiler);
    const windowMs = windowS * 1000;
    const sign = op === ">=" ? 1 : -1;
    const samplesIn = compiler.remember<Samples>({
      spanS: windowS,
      start: [],
      observe(memory, site) {
        const value = read(site);
        return value === null ? memory : addSample(memory, site.atMs, value, windowMs);
      },
      forgetsAfterMs: () => forgetsWindowAfterMs(windowMs),
    });

    function judge(site: SiteView, isActive: boolean, memory: readonly Json[]) {
      const value = read(site);
      const bound = limitOf(site);
      if (value === null || bound === null) return null;
      const missing = sign * (bound - value) - (isActive ? deadband : 0);
      if (missing <= 0) return true;
      const slope = slopePerMinute(samplesIn(memory), windowMs);
      if (slope === null) return null;
      return missing <= sign * slope * (withinS / 60);
    }
    return {
      reads: pointsBehind(point),
      judge,
      explain(site, isActive, memory): readonly Ground[] {
        if (judge(site, isActive, memory) !== true) return [];
        return [{ source: "platform", point, value: read(site), limit: limitOf(site), unit: unitOf(point) }];
      },
      watch(isActive) {
        const rangeOf = rangeReader(point);
        const boundOf = limitRange(limit, point);
        const hullAt = watchHull(rangeOf, windowMs);
        return (zone) => {
          const hull = hullAt(zone);
          const [range, bound] = [rangeOf(zone), boundOf(zone)];
          const missing = sign > 0 ? minusRange(bound, range) : minusRange(range, bound);
          if (missing === null || hull === null) return MAY_BE_UNKNOWN;
          const reached = steepestPerMinute(hull, windowMs) * (withinS / 60);
          const holds = missing.low - (isActive ? deadband : 0) <= reached;
          return (holds ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});
