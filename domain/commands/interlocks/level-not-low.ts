import { flagIn, type Interlock, judged, numberIn } from "../interlock.ts";

/** Below it the level is low, % [J, rule R06]. */
const LOW_PCT = 30;

/** Some models have the contact, some the level, some both: then both have to be good. */
export const levelNotLow: Interlock = {
  id: "level",
  title: { "zh-CN": "储液箱液位不低", en: "Tank level not low" },
  refused: {
    "zh-CN": "储液箱液位低（液位 {tank_level_pct} %，下限 {limit} %）：请先补液。",
    en: "The tank level is low (level {tank_level_pct} %, {limit} % at least): refill first.",
  },
  judge({ reading, site }) {
    const isLow = flagIn(reading, "tank_level_low");
    const levelPct = numberIn(reading, "tank_level_pct");
    const values = { tank_level_low: isLow, tank_level_pct: levelPct };
    if (isLow === true || (levelPct !== null && levelPct < LOW_PCT)) return judged(false, values, LOW_PCT);
    const reported = (["tank_level_low", "tank_level_pct"] as const).filter((point) => point in site.profile.map);
    const isKnown = reported.length > 0 && reported.every((point) => values[point] !== null);
    return judged(isKnown ? true : null, values, LOW_PCT);
  },
};
