import { z } from "zod";
import { POINTS, PointName } from "../../points/catalogue.ts";
import { defineKind, type Ground } from "../condition.ts";
import { POINT_READERS } from "../point-readers.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_FAIL, MAY_HOLD } from "../zone.ts";

const DAY_MS = 86_400_000;

/** A point that people measure was not measured for too long. Where it never was, nobody has begun to: that is no alarm. */
export const overdueKind = defineKind({
  label: { "zh-CN": "逾期", en: "overdue" },
  template: { kind: "overdue", point: "coolant_ph", afterDays: 190 },
  schema: () =>
    z.strictObject({
      kind: z.literal("overdue"),
      point: PointName.refine((point) => POINTS[point].origin === "manual", "must be a point that people measure"),
      afterDays: z.number().positive().max(3650),
    }),
  compile({ point, afterDays }) {
    const read = POINT_READERS[point];
    function ageDays({ facts, atMs }: SiteView): number | null {
      const newest = read(facts.lab);
      return newest === undefined ? null : (atMs - newest.takenAtMs) / DAY_MS;
    }
    const judge = (site: SiteView) => (ageDays(site) ?? 0) > afterDays;
    return {
      reads: [],
      judge,
      explain(site): readonly Ground[] {
        if (!judge(site)) return [];
        return [{ source: "platform", point, value: Math.floor(ageDays(site) ?? 0), limit: afterDays, unit: "d" }];
      },
      watch: () => (zone) => {
        const newest = zone.facts.lab[point];
        const isLate = newest !== undefined && (zone.toMs - newest.takenAtMs) / DAY_MS > afterDays;
        return (isLate ? MAY_HOLD : 0) | MAY_FAIL;
      },
    };
  },
});
