import type { BackTestResult } from "../../domain/alarms/back-test/back-test-result.ts";
import { canLookFirst, judgedFirst } from "../../domain/alarms/back-test/first-look.ts";
import type { FlagPeriod, LabSample } from "../../domain/alarms/back-test/history-facts.ts";
import { pointsJudgedBy, pointsReadBy, warmUpMsOf } from "../../domain/alarms/back-test/tested-rules.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import type { SiteFacts } from "../../domain/alarms/site-facts.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { PointName } from "../../domain/points/catalogue.ts";
import { startBackTestThread } from "./back-test-thread.ts";
import { readFlagPeriods, readLabSamples } from "./read-history-facts.ts";
import { type HistoryChunk, type HistoryDatabase, type HistoryPlan, openHistory } from "./read-history-slots.ts";

/** Rules to be judged together, and the ids of those that are under test. */
export type BackTestVariant = { readonly rules: readonly Rule[]; readonly tested: readonly string[] };

export type BackTestTask = {
  /** One, or the old and the new rules over the same readings. */
  readonly variants: readonly BackTestVariant[];
  /** The rules under test are judged by themselves first, and all of them where those have fired. */
  readonly looksFirst: boolean;
  readonly plan: HistoryPlan;
  readonly facts: readonly SiteFacts[];
  readonly flags: readonly FlagPeriod[];
  readonly lab: readonly LabSample[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly budgetPerSiteDay: number;
  readonly timeZone: string;
};
export type ToBackTest = HistoryChunk | { readonly plan: HistoryPlan } | "looked" | "end";
export type BackTestReply =
  | { readonly doneMs: number; readonly snapshots: number }
  | { readonly sites: readonly string[] }
  | { readonly results: readonly BackTestResult[] }
  | { readonly code: ErrorCode; readonly reason: string };

export type BackTestRun = Omit<BackTestTask, "plan" | "flags" | "lab" | "looksFirst"> & {
  readonly database: HistoryDatabase;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: { readonly share: number; readonly snapshots: number }) => void;
  /** So many values about are read by one statement; few where others wait for the same database and event loop. */
  readonly valuesPerStatement?: number;
};

/** Of the whole, a first look: the second one is about some of the sites. */
const FIRST_SHARE = 0.8;

/**
 * Runs rules over stored history: reads here, judges in a thread. What the rules have to know at the begin of the stretch
 * they hear from the time before it.
 *
 * @returns a result for each variant
 * @throws {AppError} `rule.invalid`, `rule.expression-invalid`, `storage.unavailable`; the signal's reason when it is aborted
 */
export async function runBackTest(run: BackTestRun): Promise<readonly BackTestResult[]> {
  const { database, signal, onProgress, valuesPerStatement, ...given } = run;
  const { variants, facts, fromMs, toMs } = given;
  const rules = variants.flatMap((variant) => variant.rules);
  const earliestMs = fromMs - warmUpMsOf(rules);
  const looksFirst = variants.every(looksFirstAt);
  const historyOf = (siteIds: readonly string[], points: readonly PointName[]) =>
    openHistory(database, {
      siteIds,
      points,
      fromMs: earliestMs,
      toMs,
      intervalS: facts.reduce((least, own) => Math.min(least, own.intervalS), 3600),
      ...(valuesPerStatement === undefined ? {} : { valuesPerStatement }),
    });
  const siteIds = facts.map(({ siteId }) => siteId);
  const [flags, lab, history] = await Promise.all([
    readFlagPeriods(database, siteIds, earliestMs, toMs),
    readLabSamples(database, siteIds, toMs),
    historyOf(siteIds, looksFirst ? pointsJudgedBy(variants.flatMap(judgedFirstIn)) : pointsReadBy(rules)),
  ]);
  signal.throwIfAborted();
  const thread = startBackTestThread({ ...given, looksFirst, plan: history.plan, flags, lab });
  const abort = () => void thread.end(signal.reason);
  signal.addEventListener("abort", abort);
  let snapshots = 0;
  async function feed({ chunks }: Awaited<ReturnType<typeof historyOf>>, begin: number, share: number): Promise<void> {
    const isFirst = begin === 0;
    for await (const chunk of chunks()) {
      signal.throwIfAborted();
      await thread.send(chunk, (taken) => {
        if (isFirst) snapshots += taken.snapshots;
        const done = Math.max(0, (taken.doneMs - earliestMs) / (toMs - earliestMs));
        onProgress?.({ share: begin + share * done, snapshots });
      });
    }
  }
  try {
    await feed(history, 0, looksFirst ? FIRST_SHARE : 1);
    if (looksFirst) {
      const again = await historyOf(await thread.lookAgain(), pointsReadBy(rules));
      thread.change(again.plan);
      if (again.plan.sites.length > 0) await feed(again, FIRST_SHARE, 1 - FIRST_SHARE);
    }
    return await thread.finish();
  } finally {
    signal.removeEventListener("abort", abort);
    await thread.end(new Error("the back-test is over"));
  }
}

/** Rules that do not work together are refused by the thread, with their reason. */
function looksFirstAt({ rules, tested }: BackTestVariant): boolean {
  try {
    return canLookFirst({ rules, tested: new Set(tested) });
  } catch {
    return false;
  }
}

function judgedFirstIn({ rules, tested }: BackTestVariant): readonly Rule[] {
  return judgedFirst({ rules, tested: new Set(tested) });
}
