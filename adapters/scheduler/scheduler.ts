import type { Job } from "../../domain/jobs/job.ts";
import type { Log } from "../../domain/log.ts";
import { createJobRunner, type JobStats } from "./job-runner.ts";
import { createRunHistory, readMemories } from "./run-history.ts";
import type { SchedulerDatabase } from "./scheduler-database.ts";
import { type Pace, startTerm, type Term } from "./term.ts";

/** The lease that makes one process the active scheduler. */
export interface SchedulerLease {
  readonly name: string;
  readonly holder: string;
  /** Makes a row set `fence` from $1 name, $2 holder, $3 token: no row when the lease is not held. */
  readonly fenceSql: string;
  /** Fencing token while the lease is held; null otherwise, also before the database says so. */
  token(): number | null;
  onChange(listener: () => void): () => void;
}

export type SchedulerOptions = {
  readonly database: SchedulerDatabase;
  readonly jobs: readonly Job[];
  readonly lease: SchedulerLease;
  /**
   * The embedded database lets in no other process: a lease that runs out while its store is being copied has not gone to
   * anybody, and the copy goes on.
   */
  readonly isSoleProcess: boolean;
  /** IANA name: in which nights are told. */
  readonly timeZone: string;
  readonly log: Log;
  readonly clock?: () => number;
  readonly pace?: Pace;
};

export interface Scheduler {
  /** True while this process runs the jobs. */
  isActive(): boolean;
  stats(): JobStats;
  /** Looks for queued runs of a job now, while this process runs the jobs; another one finds them by itself. */
  wake(job: string): void;
  /** Ends the term: jobs under way are told to stop. Give the lease back afterwards. */
  stop(): Promise<void>;
}

/** Each look is a statement, day and night. What is ordered in this process is looked for at once. */
const PACE: Pace = { cronS: 20, pollS: 10, sweepS: 60 };
/** The lease runs out by our own clock while the database is away, and nobody calls us then. */
const LOOK_MS = 500;
const RETRY_MS = 2_000;

/** Runs the jobs while the lease is held. Several processes may have one each: the lease decides which is active. */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { database, lease, log, isSoleProcess, clock = Date.now, pace = PACE } = options;
  const history = createRunHistory(database, lease);
  const runner = createJobRunner({ history, log, clock });
  let term: { readonly token: number; readonly running: Term } | null = null;
  let isStopped = false;
  let notBeforeMs = 0;
  let turning: Promise<void> | null = null;

  /** Only what the embedded database's one process has lost cannot have been taken by anybody. */
  function mustEnd(): boolean {
    if (term === null) return false;
    return isStopped || (!isSoleProcess && lease.token() !== term.token);
  }

  function look(): void {
    if (mustEnd()) term?.running.abort();
    else if (term !== null || isStopped || lease.token() === null || performance.now() < notBeforeMs) return;
    turning ??= turn().finally(() => {
      turning = null;
    });
  }

  async function turn(): Promise<void> {
    try {
      if (mustEnd()) await endTerm();
      const token = lease.token();
      if (term !== null || isStopped || token === null) return;
      await database.whenReady();
      const running = await startTerm({ ...options, history, runner, pace, token: currentToken }, token);
      term = { token, running };
      log.info({ token, jobs: options.jobs.length }, "this process runs the jobs");
      await learnSuccesses();
    } catch (error) {
      notBeforeMs = performance.now() + RETRY_MS;
      const reason = error instanceof Error ? error.message : String(error);
      if (!isStopped) log.warn({ reason }, "the scheduler could not start or stop; it is tried again");
    }
  }

  async function endTerm(): Promise<void> {
    const ending = term;
    term = null;
    await ending?.running.end();
    log.info({}, "this process runs no jobs any more");
  }

  /** A metric of the last success must not start at nothing with each restart. */
  async function learnSuccesses(): Promise<void> {
    const { memories } = await readMemories(
      database,
      options.jobs.map(({ name }) => name),
      1,
    );
    for (const [job, { lastSuccessAt }] of memories) {
      if (lastSuccessAt !== null) runner.rememberSuccess(job, Date.parse(lastSuccessAt));
    }
  }

  const currentToken = (): number | null => lease.token();
  const stopListening = lease.onChange(look);
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  look();
  return {
    isActive: () => term !== null && !mustEnd(),
    stats: runner.stats,
    wake: (job) => term?.running.wake(job),
    async stop() {
      isStopped = true;
      clearInterval(timer);
      stopListening();
      term?.running.abort();
      await turning;
      if (term !== null) await endTerm();
    },
  };
}
