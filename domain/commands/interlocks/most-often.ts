import { type Interlock, judged } from "../interlock.ts";
import { sentTimes } from "./least-gap.ts";

export const mostOften: Interlock = {
  id: "most-often",
  title: { "zh-CN": "未超过次数上限", en: "Not too often" },
  refused: {
    "zh-CN": "{within_h} 小时内已下发 {sent} 次同类命令，上限 {limit} 次：请先查明原因。",
    en: "{sent} commands of this kind were sent within {within_h} h, {limit} at most: find the cause first.",
  },
  judge({ limits, recent, kind, nowMs }) {
    if (limits.mostOften === null) return null;
    const { count, perS } = limits.mostOften;
    const sent = sentTimes(recent, kind).filter((atMs) => nowMs - atMs < perS * 1000).length;
    return judged(sent < count, { sent, within_h: perS / 3600 }, count);
  },
};
