import type { PgBoss, Job as QueuedJob } from "pg-boss";
import { JOB_TRIGGERS, type Job, JobInterrupted, type JobTrigger } from "../../domain/jobs/job.ts";
import { cronOf } from "../../domain/jobs/schedule.ts";
import type { Log } from "../../domain/log.ts";
import { createBoss } from "./create-boss.ts";
import type { DueRun, JobRunner } from "./job-runner.ts";
import type { RunHistory } from "./run-history.ts";
import type { SchedulerDatabase } from "./scheduler-database.ts";

/** How often it looks, seconds: for what is due by the clock, for what is queued, for runs that got lost. */
export type Pace = { readonly cronS: number; readonly pollS: number; readonly sweepS: number };

export type TermOptions = {
  readonly database: SchedulerDatabase;
  readonly jobs: readonly Job[];
  readonly history: RunHistory;
  readonly runner: JobRunner;
  readonly timeZone: string;
  readonly pace: Pace;
  readonly log: Log;
  readonly token: () => number | null;
};

/** The time in which this process is the active scheduler. */
export interface Term {
  /** Jobs under way see their signal at once. */
  abort(): void;
  /** Looks for queued runs of a job now. No effect on a job that is not run here. */
  wake(job: string): void;
  /** No new run; those under way get some seconds to stop. What does not is left to its own end. */
  end(): Promise<void>;
}

/** What is put into the queue with a run. */
export type Order = { readonly trigger: JobTrigger; readonly requestedBy: string | null };

const STOP_WITHIN_MS = 4_000;
/** Our own history is kept instead. */
const FORGET_AFTER_S = 3_600;
const SUPERVISE_S = 30;
const HELD_WITHIN_MS = 30_000;
const HELD_AGAIN_MS = 250;
/** What comes once an hour or a night is looked for less often. */
const RARER = 2;

/** Queues, schedules and workers of all jobs. @throws {SqlError} when the database fails meanwhile */
export async function startTerm(options: TermOptions, token: number): Promise<Term> {
  const { database, jobs, pace, log, history } = options;
  const stopped = new AbortController();
  const inHand = new Set<string>();
  const workers = new Map<string, string>();
  const boss = createBoss(database, log, {
    cronMonitorIntervalSeconds: pace.cronS,
    cronWorkerIntervalSeconds: pace.pollS,
    superviseIntervalSeconds: SUPERVISE_S,
  });
  const sweeper = createSweeper(boss, inHand, pace.sweepS, log);
  const term: Term = {
    abort: () => stopped.abort(),
    wake(job) {
      const worker = workers.get(job);
      if (worker !== undefined) boss.notifyWorker(worker);
    },
    async end() {
      stopped.abort();
      await sweeper.stop();
      await boss.stop({ close: false, graceful: true, timeout: STOP_WITHIN_MS });
    },
  };
  try {
    await boss.start();
    const closed = await history.closeLeftOpen(token);
    if (closed > 0) log.warn({ runs: closed }, "runs of jobs had been cut off; they are run again");
    for (const job of jobs) {
      const worker = await setUp(job, boss, options, { inHand, stopped: stopped.signal });
      if (worker !== null) workers.set(job.name, worker);
    }
    sweeper.start(jobs.map(({ name }) => name));
  } catch (error) {
    await term.end().catch(() => undefined);
    throw error;
  }
  return term;
}

type Hands = { readonly inHand: Set<string>; readonly stopped: AbortSignal };

/** @returns the id of its worker, null for a job that has nothing to do here */
async function setUp(job: Job, boss: PgBoss, options: TermOptions, hands: Hands): Promise<string | null> {
  const { name, schedule, retries } = job;
  const queue = {
    retryLimit: retries.limit,
    retryDelay: retries.delayS,
    retryBackoff: true,
    expireInSeconds: job.longestS,
    deleteAfterSeconds: FORGET_AFTER_S,
  };
  await boss.createQueue(name, { ...queue, policy: "exclusive" });
  await boss.updateQueue(name, queue);
  await requeue(boss, name, await activeJobs(boss, name));
  if (job.note() !== null) {
    await boss.unschedule(name);
    return null;
  }
  const scheduled: Order = { trigger: "schedule", requestedBy: null };
  // A night in which the machine was off is made up for; a missed minute is not: the next one does its work.
  const missed = schedule.every === "minute" ? "skip" : "once";
  await boss.schedule(name, cronOf(schedule), scheduled, { tz: options.timeZone, missed });
  const pollingIntervalSeconds = options.pace.pollS * (schedule.every === "minute" ? 1 : RARER);
  const worker = await boss.work<Order>(name, { batchSize: 1, pollingIntervalSeconds }, (batch) =>
    runBatch(batch, job, options, hands),
  );
  const atStart: Order = { trigger: "start", requestedBy: null };
  if (job.runsAtStart) await boss.send(name, atStart);
  return worker;
}

async function activeJobs(boss: PgBoss, name: string): Promise<string[]> {
  const found = await boss.findJobs(name);
  return found.filter(({ state }) => state === "active").map(({ id }) => id);
}

/** Failed, they are due again after the usual wait; left active, they would block their queue until they expire. */
async function requeue(boss: PgBoss, name: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await boss.fail(name, [...ids], { reason: "whoever ran it is gone" });
}

/**
 * Looks for runs that count as active and are not in hand: their end could not be noted, because the database was away
 * just then. Twice seen is enough: a run is in hand a moment after it was taken, and noted a moment after it ended.
 */
function createSweeper(boss: PgBoss, inHand: ReadonlySet<string>, everyS: number, log: Log) {
  let suspects: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  async function sweep(names: readonly string[]): Promise<void> {
    const next = new Set<string>();
    for (const name of names) {
      const lost = (await activeJobs(boss, name)).filter((id) => !inHand.has(id));
      await requeue(
        boss,
        name,
        lost.filter((id) => suspects.has(id)),
      );
      for (const id of lost) next.add(id);
    }
    suspects = next;
  }
  return {
    start(names: readonly string[]) {
      timer = setInterval(() => {
        sweeping = sweep(names).catch((error) => log.warn({ reason: String(error) }, "the job queue cannot be swept"));
      }, everyS * 1000).unref();
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

async function runBatch(
  batch: readonly QueuedJob<Order>[],
  job: Job,
  options: TermOptions,
  { inHand, stopped }: Hands,
): Promise<void> {
  for (const { id, data, retryCount, signal } of batch) {
    const due: DueRun = {
      trigger: JOB_TRIGGERS.find((word) => word === data?.trigger) ?? "schedule",
      requestedBy: typeof data?.requestedBy === "string" ? data.requestedBy : null,
      attempt: retryCount + 1,
      signal: AbortSignal.any([signal, stopped]),
    };
    inHand.add(id);
    try {
      await runWhenHeld(job, due, options);
    } finally {
      inHand.delete(id);
    }
  }
}

/**
 * The lease of the embedded database's one process runs out while the store is copied, and comes back a moment later: no
 * reason to count a failure, and to wait as long as after one.
 */
async function runWhenHeld(job: Job, due: DueRun, { token, runner }: TermOptions): Promise<void> {
  for (let waitedMs = 0; !due.signal.aborted && waitedMs < HELD_WITHIN_MS; waitedMs += HELD_AGAIN_MS) {
    const held = token();
    if (held !== null && (await runner.run(job, due, held))) return;
    await new Promise((resolve) => setTimeout(resolve, HELD_AGAIN_MS));
  }
  throw new JobInterrupted("the scheduler's lease is not held: another one may have taken over");
}
