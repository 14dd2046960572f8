import { z } from "zod";
import { defineKind, type Ground } from "../condition.ts";
import { compileLimit, LimitValue, limitRange } from "../limit-value.ts";
import { numberReader, pointsBehind, rangeReader, Signal, unitOf } from "../read-signal.ts";
import type { SiteView } from "../site-view.ts";
import type { Truth } from "../truth.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, possiblyAbove, type ZoneWatch } from "../zone.ts";

const Operator = z.enum([">", ">=", "<", "<="]);

/** A value beyond a limit. It ends past `clearAt`, else a deadband inside the limit; on that edge it goes on. */
export const limitKind = defineKind({
  label: { "zh-CN": "限值", en: "limit" },
  template: { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
  schema: () =>
    z.strictObject({
      kind: z.literal("limit"),
      point: Signal,
      op: Operator,
      limit: LimitValue,
      deadband: z.number().min(0).default(0),
      clearAt: LimitValue.optional().describe("In the place of a deadband"),
      withoutLimit: z
        .enum(["unknown", "false"])
        .default("unknown")
        .describe("What it says where the reference of its limit is not known"),
    }),
  compile({ point, op, limit, deadband, clearAt, withoutLimit }, compiler) {
    const read = numberReader(point);
    const limitOf = compileLimit(limit, point, compiler);
    // Most limits are plain numbers: they need not be asked for.
    const fixed = typeof limit === "number" ? limit : null;
    const clearLimitOf = clearAt === undefined ? null : compileLimit(clearAt, point, compiler);
    const unit = unitOf(point);
    const isHigh = op === ">" || op === ">=";
    const includesLimit = op === ">=" || op === "<=";
    const otherwise: Truth = withoutLimit === "false" ? false : null;
    const band = isHigh ? -deadband : deadband;

    function judgeIdle(site: SiteView): Truth {
      const value = read(site);
      if (value === null) return null;
      const bound = fixed ?? limitOf(site);
      if (bound === null) return otherwise;
      return value === bound ? includesLimit : value > bound === isHigh;
    }
    function judgeInBand(site: SiteView): Truth {
      const value = read(site);
      if (value === null) return null;
      const bound = clearLimitOf === null ? limitOf(site) : clearLimitOf(site);
      if (bound === null) return otherwise;
      const edge = clearLimitOf === null ? bound + band : bound;
      return value === edge || value > edge === isHigh;
    }
    const judgeActive = clearLimitOf !== null || deadband > 0 ? judgeInBand : judgeIdle;
    const judge = (site: SiteView, isActive: boolean): Truth => (isActive ? judgeActive(site) : judgeIdle(site));
    return {
      reads: pointsBehind(point),
      judge,
      explain(site, isActive): readonly Ground[] {
        if (judge(site, isActive) !== true) return [];
        return [{ source: "platform", point, value: read(site), limit: limitOf(site), unit }];
      },
      watch(isActive): ZoneWatch {
        const rangeOf = rangeReader(point);
        const boundOf = limitRange(isActive && clearAt !== undefined ? clearAt : limit, point);
        const shift = isActive && clearAt === undefined ? band : 0;
        const without = MAY_BE_UNKNOWN | (withoutLimit === "false" ? MAY_FAIL : 0);
        const orEqual = isActive || includesLimit;
        return (zone) => {
          const range = rangeOf(zone);
          if (range === null) return MAY_BE_UNKNOWN;
          const bound = boundOf(zone);
          if (bound === null) return without;
          const edge = { low: bound.low + shift, high: bound.high + shift };
          return without | (isHigh ? possiblyAbove(range, edge, orEqual) : possiblyAbove(edge, range, orEqual));
        };
      },
    };
  },
});
