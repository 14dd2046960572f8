import { type Interlock, judged } from "../interlock.ts";

export const reasonGiven: Interlock = {
  id: "reason",
  title: { "zh-CN": "已填写原因", en: "A reason is given" },
  refused: {
    "zh-CN": "该命令可能造成停机，必须填写原因。",
    en: "This command can cause an outage: it needs a reason.",
  },
  judge({ limits, reason }) {
    if (!limits.needsReason) return null;
    const isGiven = reason !== null && reason.trim() !== "";
    return judged(isGiven, { reason_given: isGiven });
  },
};
