import { z } from "zod";
import { defineKind, type Ground, type Json } from "../condition.ts";
import { numberReader, pointsBehind, rangeReader, Signal, unitOf } from "../read-signal.ts";
import { addSample, forgetsWindowAfterMs, type Samples, slopePerMinute, steepestPerMinute } from "../sample-window.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD } from "../zone.ts";
import { watchHull } from "../zone-hull.ts";

/** A value that changes too fast: its slope over a window, by least squares. */
export const rateKind = defineKind({
  label: { "zh-CN": "变化率", en: "rate of change" },
  template: {
    kind: "rate",
    point: "supply_temp_c",
    direction: "rising",
    perMinute: 1,
    clearPerMinute: 0.2,
    windowS: 180,
  },
  schema: () =>
    z.strictObject({
      kind: z.literal("rate"),
      point: Signal,
      direction: z.enum(["rising", "falling", "both"]),
      perMinute: z.number().positive().describe("Holds above this slope, in units of the point per minute"),
      clearPerMinute: z.number().min(0).optional().describe("Ends below this slope"),
      windowS: z.int().min(1).max(86_400),
    }),
  compile({ point, direction, perMinute, clearPerMinute = perMinute, windowS }, compiler) {
    const read = numberReader(point);
    const windowMs = windowS * 1000;
    const samplesIn = compiler.remember<Samples>({
      spanS: windowS,
      start: [],
      observe(memory, site) {
        const value = read(site);
        return value === null ? memory : addSample(memory, site.atMs, value, windowMs);
      },
      forgetsAfterMs: () => forgetsWindowAfterMs(windowMs),
    });

    function slopeOf(site: SiteView, memory: readonly Json[]): number | null {
      if (read(site) === null) return null;
      const slope = slopePerMinute(samplesIn(memory), windowMs);
      if (slope === null) return null;
      if (direction === "both") return Math.abs(slope);
      return direction === "rising" ? slope : -slope;
    }
    function judge(site: SiteView, isActive: boolean, memory: readonly Json[]) {
      const slope = slopeOf(site, memory);
      if (slope === null) return null;
      return isActive ? slope >= clearPerMinute : slope > perMinute;
    }
    return {
      reads: pointsBehind(point),
      judge,
      explain(site, isActive, memory): readonly Ground[] {
        if (judge(site, isActive, memory) !== true) return [];
        const value = Math.round((slopeOf(site, memory) ?? 0) * 1000) / 1000;
        return [{ source: "platform", point, value, limit: perMinute, unit: `${unitOf(point)}/min` }];
      },
      watch(isActive) {
        const hullAt = watchHull(rangeReader(point), windowMs);
        return (zone) => {
          const hull = hullAt(zone);
          if (hull === null) return MAY_BE_UNKNOWN;
          const steepest = steepestPerMinute(hull, windowMs);
          const holds = isActive ? steepest >= clearPerMinute : steepest > perMinute;
          return (holds ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});
