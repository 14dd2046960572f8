import { z } from "zod";
import { PointName } from "../../points/catalogue.ts";
import { fittedBeside, isBesideReadings, valueBeside } from "../beside-readings.ts";
import { defineKind } from "../condition.ts";
import { oncePerView } from "../once-per-view.ts";
import { POINT_READERS } from "../point-readers.ts";
import type { SiteView } from "../site-view.ts";
import type { Truth } from "../truth.ts";
import { ANYTHING, MAY_BE_UNKNOWN, MAY_FAIL } from "../zone.ts";

/** A site answers, but a point that its profile maps has no value that can be trusted. A point that it lacks is no fault. */
export const noReadingKind = defineKind({
  label: { "zh-CN": "无数据", en: "no reading" },
  template: { kind: "no-reading", points: ["supply_temp_c"] },
  schema: () => z.strictObject({ kind: z.literal("no-reading"), points: z.array(PointName).min(1).max(64) }),
  compile({ points }) {
    const beside = points.filter(isBesideReadings);
    const read = points.filter((point) => !isBesideReadings(point));
    const lackingBeside = ({ facts }: Pick<SiteView, "facts">) =>
      beside.filter((point) => fittedBeside(point)(facts) && valueBeside(facts, point) === null);
    function lackingIn(site: SiteView): readonly PointName[] {
      const { reading } = site;
      return reading === null
        ? []
        : [...read.filter((point) => reading.values[point] === null), ...lackingBeside(site)];
    }
    // `held` asks twice for each sample, and there are many points to look at.
    const readers = read.map((point) => POINT_READERS[point]);
    const judge = oncePerView((site): Truth => {
      const { reading } = site;
      if (reading === null) return null;
      const { values } = reading;
      for (const readPoint of readers) if (readPoint(values) === null) return true;
      return beside.length > 0 && lackingBeside(site).length > 0;
    }, null);
    return {
      reads: [],
      judge,
      explain: (site) =>
        lackingIn(site).map((point) => ({ source: "platform", point, value: null, limit: null, unit: null })),
      watch: () => (zone) =>
        zone.lacksReadings || lackingBeside(zone).length > 0 ? ANYTHING : MAY_FAIL | MAY_BE_UNKNOWN,
    };
  },
});
