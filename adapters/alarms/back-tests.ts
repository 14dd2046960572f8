import { randomUUID } from "node:crypto";
import type { BackTestResult } from "../../domain/alarms/back-test/back-test-result.ts";
import { compareFirings, type FiringDifference } from "../../domain/alarms/back-test/compare-firings.ts";
import type { SiteFacts } from "../../domain/alarms/site-facts.ts";
import { AppError, type ErrorCode } from "../../domain/errors.ts";
import { keepNewest } from "../../domain/keep-newest.ts";
import type { Log } from "../../domain/log.ts";
import type { BackTestVariant } from "./back-test-messages.ts";
import type { HistoryDatabase } from "./read-history-slots.ts";
import { runBackTest } from "./run-back-test.ts";

/** What is to be run. Times: ms since the epoch. */
export type BackTestOrder = {
  readonly username: string;
  /** Sites that the rules see. */
  readonly siteIds: readonly string[];
  readonly variant: BackTestVariant;
  /** The old rules, over the same history. */
  readonly before: BackTestVariant | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly budgetPerSiteDay: number;
};

/** A back-test under way, or one that has ended lately. */
export type BackTestJob = {
  readonly id: string;
  readonly username: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
  readonly startedMs: number;
  readonly endedMs: number | null;
  /** 0 to 1. */
  readonly progress: number;
  readonly snapshots: number;
  readonly order: BackTestOrder;
  readonly result: BackTestResult | null;
  readonly before: BackTestResult | null;
  readonly difference: FiringDifference | null;
  readonly failure: { readonly code: ErrorCode; readonly reason: string } | null;
};

/** Back-tests of this process: one of each person and two in all at a time, each ended after some minutes. */
export interface BackTests {
  /** @throws {AppError} `backtest.busy` */
  start(order: BackTestOrder): BackTestJob;
  /** @returns null when there is none any more, or it is somebody else's */
  get(id: string, username: string): BackTestJob | null;
  /** Ends it; one that has ended stays as it is. @returns null as for `get` */
  cancel(id: string, username: string): BackTestJob | null;
  /** Ends all of them. */
  close(): Promise<void>;
}

export type BackTestsOptions = {
  readonly database: HistoryDatabase;
  readonly facts: () => ReadonlyMap<string, SiteFacts>;
  /** A name of the IANA data base. */
  readonly timeZone: string;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: Log;
  /** For tests. */
  readonly withinMs?: number;
};

const MOST_AT_ONCE = 2;
const WITHIN_MS = 10 * 60_000;
/** Results that are kept. */
const MOST_KEPT = 20;
/** Of the firings of a result; the counts are of all of them. */
const MOST_ITEMS = 1_000;

class Cancelled extends Error {}

export function createBackTests(options: BackTestsOptions): BackTests {
  const { database, facts, timeZone, clock, log, withinMs = WITHIN_MS } = options;
  const jobs = new Map<string, BackTestJob>();
  const running = new Map<string, { readonly controller: AbortController; readonly ended: Promise<void> }>();

  function change(id: string, changes: Partial<BackTestJob>): void {
    const job = jobs.get(id);
    if (job !== undefined) jobs.set(id, { ...job, ...changes });
  }

  async function run(id: string, order: BackTestOrder, controller: AbortController): Promise<void> {
    const { variant, before, siteIds, fromMs, toMs, budgetPerSiteDay } = order;
    const tooLong = setTimeout(() => controller.abort(takesTooLong(withinMs)), withinMs);
    try {
      const known = facts();
      const [first, second] = await runBackTest({
        database,
        variants: before === null ? [variant] : [before, variant],
        facts: siteIds.flatMap((siteId) => known.get(siteId) ?? []),
        fromMs,
        toMs,
        budgetPerSiteDay,
        timeZone,
        signal: controller.signal,
        onProgress: ({ share, snapshots }) => change(id, { progress: share, snapshots }),
      });
      if (first === undefined) throw new Error("the back-test gave no result");
      change(id, { state: "done", progress: 1, ...outcomeOf(first, second) });
    } catch (error) {
      change(id, failed(error));
    } finally {
      clearTimeout(tooLong);
      running.delete(id);
      change(id, { endedMs: clock() });
    }
  }

  function failed(error: unknown): Partial<BackTestJob> {
    if (error instanceof Cancelled) return { state: "cancelled" };
    if (!(error instanceof AppError)) log.warn({ reason: String(error) }, "a back-test of alarm rules failed");
    return { state: "failed", failure: failureOf(error) };
  }

  return {
    start(order) {
      const isOwn = [...running.keys()].some((id) => jobs.get(id)?.username === order.username);
      if (isOwn || running.size >= MOST_AT_ONCE) {
        const which = isOwn ? "you have one under way already" : `${MOST_AT_ONCE} are under way already`;
        throw new AppError("backtest.busy", `no further back-test now: ${which}`, { retryable: true });
      }
      const id = randomUUID();
      const job: BackTestJob = {
        id,
        username: order.username,
        state: "running",
        startedMs: clock(),
        endedMs: null,
        progress: 0,
        snapshots: 0,
        order,
        result: null,
        before: null,
        difference: null,
        failure: null,
      };
      // Never one that runs: there are fewer of those than are kept.
      keepNewest(jobs, MOST_KEPT, id, job);
      const controller = new AbortController();
      running.set(id, { controller, ended: Promise.resolve().then(() => run(id, order, controller)) });
      return job;
    },
    get: (id, username) => ownJob(id, username),
    cancel(id, username) {
      const job = ownJob(id, username);
      if (job === null) return null;
      running.get(id)?.controller.abort(new Cancelled("cancelled"));
      return job;
    },
    async close() {
      const ends = [...running.values()].map(({ controller, ended }) => {
        controller.abort(new Cancelled("the platform ends"));
        return ended;
      });
      await Promise.all(ends);
    },
  };

  function ownJob(id: string, username: string): BackTestJob | null {
    const job = jobs.get(id);
    return job?.username === username ? job : null;
  }
}

/** @param second of the new rules, where old ones were run beside them */
function outcomeOf(
  first: BackTestResult,
  second: BackTestResult | undefined,
): Pick<BackTestJob, "result" | "before" | "difference"> {
  if (second === undefined) return { result: shorten(first), before: null, difference: null };
  return { result: shorten(second), before: shorten(first), difference: compareFirings(first, second) };
}

function takesTooLong(withinMs: number): AppError {
  const minutes = Math.round(withinMs / 60_000);
  return new AppError("backtest.too-long", `ended after ${minutes} min: ask for a shorter stretch or fewer rules`);
}

function failureOf(error: unknown): BackTestJob["failure"] {
  if (error instanceof AppError) return { code: error.code, reason: error.message };
  return { code: "internal.unexpected", reason: "the back-test failed; the log says why" };
}

function shorten(result: BackTestResult): BackTestResult {
  return {
    ...result,
    items: result.items.slice(0, MOST_ITEMS),
    isCut: result.isCut || result.items.length > MOST_ITEMS,
  };
}
