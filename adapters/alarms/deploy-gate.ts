import { changedRules } from "../../domain/alarms/back-test/changed-rules.ts";
import { type BudgetVerdict, judgeBudget } from "../../domain/alarms/back-test/judge-budget.ts";
import { withParents } from "../../domain/alarms/back-test/tested-rules.ts";
import { USUAL_BUDGET } from "../../domain/alarms/back-test.ts";
import { joinRules } from "../../domain/alarms/join-rules.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import type { BackTestJob, BackTests } from "./back-tests.ts";

export type DeployGateOptions = {
  /** The rules in force; another list after a deploy that changed one. */
  readonly rules: () => readonly Rule[];
  /** Only the process that judges looks. */
  readonly isJudging: () => boolean;
  readonly siteIds: () => readonly string[];
  readonly backTests: Pick<BackTests, "start" | "get">;
  /** Told when rules that were deployed would take more than the budget. */
  readonly onWarning: (verdict: BudgetVerdict, ruleIds: readonly string[]) => void;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: Log;
  /** For tests. */
  readonly lookMs?: number;
};

const LOOK_MS = 5_000;
/** What the week before looked like; longer would keep the database busy at each deploy [J]. */
const STRETCH_MS = 7 * 86_400_000;
/** Whose back-tests these are: nobody can sign in by this name. */
const OWNER = "(deploy)";

/**
 * After a deploy that changed alarm rules: runs those over the last week, and warns when all of them together would take more
 * than the alarm budget. A warning only: it comes after the deploy, and blocks nothing.
 */
export function createDeployGate(options: DeployGateOptions): { close(): void } {
  const { rules, isJudging, siteIds, backTests, onWarning, clock, log, lookMs = LOOK_MS } = options;
  let known: readonly Rule[] | null = null;
  let job: string | null = null;
  const timer = setInterval(look, lookMs);
  timer.unref();

  function look(): void {
    if (isUnderWay()) return;
    const now = rules();
    if (!isJudging() || now === known || now.length === 0) return;
    // What is in force at the start was deployed before.
    const changed = known === null ? [] : changedRules(known, now);
    if (changed.length === 0 || start(changed, now)) known = now;
  }

  /** Looks after the back-test of the deploy before. */
  function isUnderWay(): boolean {
    const found = job === null ? null : backTests.get(job, OWNER);
    if (found?.state === "running") return true;
    job = null;
    if (found !== null) judge(found);
    return false;
  }

  /** @returns false while others have a back-test under way: it is tried again */
  function start(changed: readonly Rule[], all: readonly Rule[]): boolean {
    const nowMs = clock();
    try {
      const { id } = backTests.start({
        username: OWNER,
        siteIds: siteIds(),
        variant: { rules: joinRules([withParents(all, changed)]).rules, tested: changed.map((rule) => rule.id) },
        before: null,
        fromMs: nowMs - STRETCH_MS,
        toMs: nowMs,
        budgetPerSiteDay: USUAL_BUDGET,
      });
      job = id;
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === "backtest.busy") return false;
      throw error;
    }
  }

  function judge({ state, result, order, failure }: BackTestJob): void {
    const ruleIds = order.variant.tested;
    if (result === null) {
      log.info(
        { rules: ruleIds.length, state, code: failure?.code ?? "" },
        "deployed alarm rules could not be tried on history",
      );
      return;
    }
    const verdict = judgeBudget(result);
    const { perDay, allowedPerDay, isWithin, isUnknown } = verdict;
    const facts = {
      rules: ruleIds.length,
      perDay: Math.round(perDay * 10) / 10,
      allowedPerDay: Math.round(allowedPerDay),
    };
    if (isWithin || isUnknown) {
      log.info({ ...facts, isUnknown }, "deployed alarm rules were tried on the last week");
      return;
    }
    log.warn(
      { ...facts, worst: verdict.worst.map(({ ruleId }) => ruleId).join() },
      "deployed alarm rules exceed the alarm budget",
    );
    onWarning(verdict, ruleIds);
  }

  return { close: () => clearInterval(timer) };
}
