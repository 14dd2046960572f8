import type { PointReading } from "../../alarms/expression/point-reading.ts";
import type { CommandSite } from "../command-site.ts";
import { type Interlock, judged, numberIn } from "../interlock.ts";

/** Share of the rated power up to which the miners are asleep [API, rule R02]. */
const LOAD_SHARE = 0.05;

/** The power up to which a site carries no load, kW; null = its rated power is not known. */
export function leastLoadKw({ ratedPowerKw }: CommandSite): number | null {
  return ratedPowerKw !== null && ratedPowerKw > 0 ? LOAD_SHARE * ratedPowerKw : null;
}

/**
 * The load, kW, on the safe side: the whole power where it is known. The miners' own is an estimate, because whether the
 * meters of the boxes include the cooling differs from site to site.
 */
export function loadKw(reading: PointReading | null): number | null {
  return numberIn(reading, "total_power_kw") ?? numberIn(reading, "it_power_kw");
}

/** Miners without coolant overheat within seconds: they sleep first. */
export const loadOff: Interlock = {
  id: "it-power",
  title: { "zh-CN": "矿机功率 ≤ 额定的 5 %", en: "IT power ≤ 5 % of rated" },
  refused: {
    "zh-CN": "负荷 {load_kw} kW，超过 {limit} kW：请先让矿机休眠。",
    en: "The load is {load_kw} kW, above {limit} kW: put the miners to sleep first.",
  },
  judge({ reading, site }) {
    const load = loadKw(reading);
    const limit = leastLoadKw(site);
    const values = { load_kw: load, rated_power_kw: site.ratedPowerKw };
    return judged(load === null || limit === null ? null : load <= limit, values, limit);
  },
};
