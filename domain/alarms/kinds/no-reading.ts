import { z } from "zod";
import { PointName } from "../../points/catalogue.ts";
import { defineKind } from "../condition.ts";
import type { SiteView } from "../site-view.ts";

/** A site answers, but a point that its profile maps has no value that can be trusted. A point that it lacks is no fault. */
export const noReadingKind = defineKind({
  schema: () => z.strictObject({ kind: z.literal("no-reading"), points: z.array(PointName).min(1).max(64) }),
  compile({ points }) {
    function lackingIn({ reading }: SiteView): readonly PointName[] {
      return reading === null ? [] : points.filter((point) => reading.values[point] === null);
    }
    return {
      reads: [],
      judge: (site) => (site.reading === null ? null : lackingIn(site).length > 0),
      explain: (site) =>
        lackingIn(site).map((point) => ({ source: "platform", point, value: null, limit: null, unit: null })),
    };
  },
});
