import { type Interlock, judged } from "../interlock.ts";

/** Where nobody has entered what the miners stand: the edge of the critical band, °C [MOS]. */
const USUAL_LIMIT_C = 40;

export const withinMinerLimit: Interlock = {
  id: "miner-limit",
  title: { "zh-CN": "不超过矿机允许水温", en: "≤ the miners' limit" },
  refused: {
    "zh-CN": "矿机允许的最高供液温度为 {limit} °C，要求 {temp_c} °C。",
    en: "The miners take {limit} °C at most; {temp_c} °C is wanted.",
  },
  judge({ args, site }) {
    const wanted = args["temp_c"];
    const limit = site.minerLimitC ?? USUAL_LIMIT_C;
    return judged(typeof wanted === "number" ? wanted <= limit : null, { temp_c: wanted ?? null }, limit);
  },
};
