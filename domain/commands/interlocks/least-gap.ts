import type { RecentCommand } from "../command-site.ts";
import { type Interlock, judged, switchesOff } from "../interlock.ts";

/** Times at which commands of a kind left for the plant, ms. One that failed did nothing there: it never left, or was refused. */
export function sentTimes(recent: readonly RecentCommand[], kind: string): number[] {
  return recent.flatMap((command) =>
    command.kind === kind && command.sentAt !== null && command.state !== "failed" ? [Date.parse(command.sentAt)] : [],
  );
}

export const leastGap: Interlock = {
  id: "least-gap",
  title: { "zh-CN": "与上次命令间隔足够", en: "Long enough after the last one" },
  refused: {
    "zh-CN": "距上次同类命令 {since_last_s} 秒，至少须间隔 {limit} 秒。",
    en: "The last command of this kind was sent {since_last_s} s ago; {limit} s have to lie between two.",
  },
  judge({ limits, args, recent, kind, nowMs }) {
    if (limits.leastGapS === null || switchesOff(args)) return null;
    const times = sentTimes(recent, kind);
    if (times.length === 0) return judged(true, { since_last_s: null }, limits.leastGapS);
    const sinceS = (nowMs - Math.max(...times)) / 1000;
    return judged(sinceS >= limits.leastGapS, { since_last_s: sinceS }, limits.leastGapS);
  },
};
