import { z } from "zod";
import { isPointName } from "../../points/catalogue.ts";
import { fittedBeside, isBesideReadings } from "../beside-readings.ts";
import { defineKind } from "../condition.ts";
import { POINT_READERS, type PointReader } from "../point-readers.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, watchPart } from "../zone.ts";

/**
 * A condition on equipment that not every site has: false where the profile has none of its points, or where people have
 * never measured them. Without this an absent point would keep a combination unknown for ever.
 */
export const fittedKind = defineKind({
  label: { "zh-CN": "仅限具备该测点的站点", en: "where fitted" },
  template: { kind: "fitted", of: { kind: "flag", point: "plc_disconnect" } },
  schema: (nested) => z.strictObject({ kind: z.literal("fitted"), of: nested }),
  compile({ of }, compiler) {
    const part = compiler.nested(of);
    const points = part.reads.filter(isPointName);
    const beside = points.filter(isBesideReadings).map(fittedBeside);
    const readers = points.filter((point) => !isBesideReadings(point)).map((point) => POINT_READERS[point]);
    const isFitted = (site: SiteView) => points.length === 0 || hasAny(site, readers, beside);
    return {
      reads: part.reads,
      judge(site, isActive, memory) {
        if (site.reading === null && beside.length === 0) return null;
        return isFitted(site) ? part.judge(site, isActive, memory) : false;
      },
      explain: (site, isActive, memory) => (isFitted(site) ? part.explain(site, isActive, memory) : []),
      watch(isActive) {
        const watch = watchPart(part, isActive);
        return (zone) => watch(zone) | MAY_FAIL | MAY_BE_UNKNOWN;
      },
    };
  },
});

function hasAny(
  { reading, facts }: SiteView,
  readers: readonly PointReader[],
  beside: readonly ReturnType<typeof fittedBeside>[],
): boolean {
  if (reading !== null) for (const read of readers) if (read(reading.values) !== undefined) return true;
  for (const isFitted of beside) if (isFitted(facts)) return true;
  return false;
}
