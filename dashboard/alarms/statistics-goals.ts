import type { Schemas } from "../client/contract.ts";
import { formatNumber, NO_VALUE } from "../composables/format.ts";
import { percentText } from "./alarm-text.ts";
import type { AlarmTextKey } from "./text.ts";

export type Figures = Schemas["AlarmStatistics"];

/** `fair`: between what is good and what one can still live with. `none`: there is nothing to judge. */
export type Verdict = "good" | "fair" | "bad" | "none";
type Goal = {
  readonly name: AlarmTextKey;
  readonly value: string;
  readonly goal: AlarmTextKey;
  readonly verdict: Verdict;
};

/**
 * The figures beside what they should be, per operator position: a public extract of ISA-18.2 §16.4, as the docs quote it.
 * Six an hour is what is acceptable, twelve the most that a person can see to.
 */
export function goalsOf(figures: Figures, locale: string, durationText: (seconds: number) => string): Goal[] {
  const { perOperatorHour, crowdedShare, floodShare, topShare, chattering, fleeting, stale, medianAcknowledgeS } =
    figures;
  const least = (count: number): Verdict => (count === 0 ? "good" : "bad");
  const worst = figures.worstAcknowledgeS;
  return [
    {
      name: "stat.rate",
      value: formatNumber(perOperatorHour, 1, locale),
      goal: "goal.rate",
      verdict: perOperatorHour <= 6 ? "good" : perOperatorHour <= 12 ? "fair" : "bad",
    },
    {
      name: "stat.crowded",
      value: percentText(crowdedShare),
      goal: "goal.share",
      verdict: crowdedShare < 0.01 ? "good" : "bad",
    },
    {
      name: "stat.flood",
      value: percentText(floodShare),
      goal: "goal.share",
      verdict: floodShare < 0.01 ? "good" : "bad",
    },
    {
      name: "stat.top",
      value: percentText(topShare, 0),
      goal: "goal.top",
      verdict: topShare === null ? "none" : topShare <= 0.05 ? "good" : "bad",
    },
    { name: "stat.chattering", value: String(chattering.count), goal: "goal.none", verdict: least(chattering.count) },
    { name: "stat.fleeting", value: String(fleeting.count), goal: "goal.none", verdict: least(fleeting.count) },
    { name: "stat.stale", value: String(stale.count), goal: "goal.stale", verdict: stale.count < 5 ? "good" : "bad" },
    {
      name: "stat.acknowledge",
      value: medianAcknowledgeS === null ? NO_VALUE : durationText(medianAcknowledgeS),
      goal: "goal.acknowledge",
      verdict: "none",
    },
    {
      name: "stat.acknowledge-worst",
      value: worst === null ? NO_VALUE : durationText(worst),
      goal: "goal.acknowledge",
      verdict: "none",
    },
  ];
}

/** Shares that the priorities should have: 5 critical, 15 high, 80 of the rest. Information asks nobody to act. */
export const PRIORITY_GOALS = { critical: 0.05, high: 0.15, medium: 0.8 } as const;

/** Of what asks somebody to act, the share of each priority; null when nothing did. */
export function prioritySharesOf({
  byPriority,
}: Figures): Readonly<Record<keyof typeof PRIORITY_GOALS, number | null>> {
  const { critical, high, medium } = byPriority;
  const all = critical + high + medium;
  const share = (count: number): number | null => (all === 0 ? null : count / all);
  return { critical: share(critical), high: share(high), medium: share(medium) };
}
