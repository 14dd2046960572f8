import type { CommandSite } from "../command-site.ts";
import { type Interlock, judged } from "../interlock.ts";
import { leastLoadKw, loadKw } from "./load-off.ts";

/** The pump carries the heat away that is left in the miners for so long, s [J]. */
const OVERRUN_S = 300;
/** Between two polls of one stretch at most: a missed poll in between is none, two are a hole, s. */
const LONGEST_GAP_S = 150;

/** For how long, s, the load has been known to be off; `isWhole`: before that there was a load, or nobody knows. */
function unloadedStretch({ recentLoads }: CommandSite, limitKw: number, nowMs: number) {
  const newestFirst = recentLoads.filter(({ atMs }) => atMs <= nowMs).sort((a, b) => b.atMs - a.atMs);
  let sinceMs = nowMs;
  for (const { atMs, powerKw } of newestFirst) {
    if (powerKw === null || sinceMs - atMs > LONGEST_GAP_S * 1000)
      return { forS: (nowMs - sinceMs) / 1000, sawLoad: false };
    if (powerKw > limitKw) return { forS: (nowMs - sinceMs) / 1000, sawLoad: true };
    sinceMs = atMs;
  }
  return { forS: (nowMs - sinceMs) / 1000, sawLoad: false };
}

export const pumpOverrun: Interlock = {
  id: "pump-overrun",
  title: { "zh-CN": "矿机休眠后水泵已续运行 5 分钟", en: "Pump has run on for 5 min after the miners went to sleep" },
  refused: {
    "zh-CN": "负荷卸除仅 {unloaded_s} 秒：水泵须续运行 {limit} 秒带走余热。",
    en: "The load has been off for {unloaded_s} s only: the pump has to run on for {limit} s.",
  },
  judge({ reading, site, nowMs }) {
    const limit = leastLoadKw(site);
    const load = loadKw(reading);
    if (limit === null || load === null) return judged(null, { unloaded_s: null }, OVERRUN_S);
    if (load > limit) return judged(false, { unloaded_s: 0 }, OVERRUN_S);
    const { forS, sawLoad } = unloadedStretch(site, limit, nowMs);
    if (forS >= OVERRUN_S) return judged(true, { unloaded_s: forS }, OVERRUN_S);
    return judged(sawLoad ? false : null, { unloaded_s: sawLoad ? forS : null }, OVERRUN_S);
  },
};
