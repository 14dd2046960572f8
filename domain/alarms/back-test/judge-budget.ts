import type { BackTestResult } from "./back-test-result.ts";

/** Whether rules keep within the alarm budget, and which of them take most of it. */
export type BudgetVerdict = {
  readonly isWithin: boolean;
  /** Announcements in 24 h of the whole fleet, and what it may have. */
  readonly perDay: number;
  readonly allowedPerDay: number;
  readonly share: number;
  /** Rules that together make up most of what is too much, the worst first; empty within the budget. */
  readonly worst: readonly { readonly ruleId: string; readonly perDay: number; readonly share: number }[];
  /** True where there is too little history to say anything. */
  readonly isUnknown: boolean;
};

/** Less history than this of each site says nothing about a day. */
const LEAST_COVERED_DAYS = 0.5;
const MOST_NAMED = 5;

/** Judges a result by its own budget: a warning for whoever deploys or reviews rules, never a lock. */
export function judgeBudget({ perDay, budget, rules, siteDays, sites }: BackTestResult): BudgetVerdict {
  const isUnknown = sites === 0 || siteDays / sites < LEAST_COVERED_DAYS;
  const isWithin = budget.share <= 1;
  const worst = isWithin
    ? []
    : rules
        .filter(({ budgetShare }) => budgetShare > 0)
        .slice(0, MOST_NAMED)
        .map(({ ruleId, perDay: own, budgetShare }) => ({ ruleId, perDay: own, share: budgetShare }));
  return { isWithin, perDay, allowedPerDay: budget.perDay, share: budget.share, worst, isUnknown };
}
