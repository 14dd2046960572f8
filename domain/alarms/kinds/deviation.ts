import { z } from "zod";
import { defineKind } from "../condition.ts";
import { compileLimit, LimitValue, limitRange } from "../limit-value.ts";
import { minusRange } from "../range.ts";
import { numberReader, pointsBehind, rangeReader, Signal, unitOf } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD } from "../zone.ts";

/** A value far from a reference: from the set-point, a baseline, the sister sites or a number. */
export const deviationKind = defineKind({
  label: { "zh-CN": "偏差", en: "deviation" },
  template: {
    kind: "deviation",
    point: "supply_temp_c",
    from: { relativeTo: "setpoint" },
    by: 3,
    side: "above",
    deadband: 1,
  },
  schema: () =>
    z.strictObject({
      kind: z.literal("deviation"),
      point: Signal,
      from: LimitValue,
      by: z.number().positive().describe("In the unit of the point"),
      side: z.enum(["both", "above", "below"]).default("both"),
      deadband: z.number().min(0).default(0),
    }),
  compile({ point, from, by, side, deadband }, compiler) {
    const read = numberReader(point);
    const unit = unitOf(point);
    const referenceOf = compileLimit(from, point, compiler);

    function deviationOf(site: SiteView): number | null {
      const value = read(site);
      const reference = referenceOf(site);
      if (value === null || reference === null) return null;
      if (side === "both") return Math.abs(value - reference);
      return side === "above" ? value - reference : reference - value;
    }
    function judge(site: SiteView, isActive: boolean) {
      const deviation = deviationOf(site);
      if (deviation === null) return null;
      return isActive ? deviation > by - deadband : deviation > by;
    }
    return {
      reads: pointsBehind(point),
      judge,
      explain(site, isActive) {
        if (judge(site, isActive) !== true) return [];
        const value = read(site);
        const reference = referenceOf(site) ?? 0;
        const limit = value !== null && value < reference ? reference - by : reference + by;
        return [{ source: "platform", point, value, limit, unit }];
      },
      watch(isActive) {
        const rangeOf = rangeReader(point);
        const fromRange = limitRange(from, point);
        const least = isActive ? by - deadband : by;
        return (zone) => {
          const apart = minusRange(rangeOf(zone), fromRange(zone));
          if (apart === null) return MAY_BE_UNKNOWN;
          const most = { both: Math.max(apart.high, -apart.low), above: apart.high, below: -apart.low }[side];
          return (most > least ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});
