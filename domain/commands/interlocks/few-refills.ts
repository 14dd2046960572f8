import { type Interlock, judged, switchesOff } from "../interlock.ts";

const DAY_MS = 86_400_000;
/** One more within a day means that the coolant goes somewhere [J]. */
const MOST_REFILLS = 2;

export const fewRefills: Interlock = {
  id: "refills",
  title: { "zh-CN": "24 小时内补液少于 3 次", en: "Fewer than 3 refills in 24 h" },
  refused: {
    "zh-CN": "24 小时内已补液 {refills} 次（上限 {limit} 次）：疑似漏液，请先检查。",
    en: "There were {refills} refills within 24 h, {limit} at most: look for a leak first.",
  },
  judge({ args, kind, recent, nowMs }) {
    if (switchesOff(args)) return null;
    const refills = recent.filter(
      ({ kind: other, args: theirs, sentAt, state }) =>
        other === kind &&
        !switchesOff(theirs) &&
        state !== "failed" &&
        sentAt !== null &&
        nowMs - Date.parse(sentAt) < DAY_MS,
    ).length;
    return judged(refills < MOST_REFILLS, { refills }, MOST_REFILLS);
  },
};
