import { type Interlock, judged, numberIn } from "../interlock.ts";

/** Sums of tenths miss whole numbers by this much at most. */
const ROUNDING = 1e-6;

/** A loop of some megawatts must not be jerked: the set-point goes in small steps [J]. */
export const mostChange: Interlock = {
  id: "most-change",
  title: { "zh-CN": "单次改变量不超限", en: "Not too large a step" },
  refused: {
    "zh-CN": "现设定值 {present}，要求 {wanted}：单次最多改变 {limit}。",
    en: "It is set to {present} now and {wanted} is wanted: {limit} at most in one step.",
  },
  judge({ limits, args, reading }) {
    if (limits.mostChange === null) return null;
    const { argument, point, by } = limits.mostChange;
    const wanted = args[argument];
    const present = numberIn(reading, point);
    const values = { wanted: wanted ?? null, present };
    if (typeof wanted !== "number" || present === null) return judged(null, values, by);
    return judged(Math.abs(wanted - present) <= by + ROUNDING, values, by);
  },
};
