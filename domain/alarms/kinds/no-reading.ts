import { z } from "zod";
import { PointName } from "../../points/catalogue.ts";
import { defineKind } from "../condition.ts";
import { oncePerView } from "../once-per-view.ts";
import type { SiteView } from "../site-view.ts";
import type { Truth } from "../truth.ts";
import { ANYTHING, MAY_BE_UNKNOWN, MAY_FAIL } from "../zone.ts";

/** A site answers, but a point that its profile maps has no value that can be trusted. A point that it lacks is no fault. */
export const noReadingKind = defineKind({
  label: { "zh-CN": "无数据", en: "no reading" },
  template: { kind: "no-reading", points: ["supply_temp_c"] },
  schema: () => z.strictObject({ kind: z.literal("no-reading"), points: z.array(PointName).min(1).max(64) }),
  compile({ points }) {
    function lackingIn({ reading }: SiteView): readonly PointName[] {
      return reading === null ? [] : points.filter((point) => reading.values[point] === null);
    }
    // `held` asks twice for each sample, and there are many points to look at.
    const judge = oncePerView(({ reading }): Truth => {
      if (reading === null) return null;
      for (let place = 0; place < points.length; place++) {
        if (reading.values[points[place] as PointName] === null) return true;
      }
      return false;
    }, null);
    return {
      reads: [],
      judge,
      explain: (site) =>
        lackingIn(site).map((point) => ({ source: "platform", point, value: null, limit: null, unit: null })),
      watch: () => (zone) => (zone.lacksReadings ? ANYTHING : MAY_FAIL | MAY_BE_UNKNOWN),
    };
  },
});
