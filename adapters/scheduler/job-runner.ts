import type { Job, JobOutcome, JobProgress, JobTrigger } from "../../domain/jobs/job.ts";
import { JobInterrupted } from "../../domain/jobs/job.ts";
import type { Log } from "../../domain/log.ts";
import type { RunHistory } from "./run-history.ts";

/** What pg-boss says of the run that is due. */
export type DueRun = {
  readonly trigger: JobTrigger;
  readonly requestedBy: string | null;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly signal: AbortSignal;
};

/** Counted since the start of the process. */
export type JobStats = {
  readonly runs: readonly { readonly job: string; readonly outcome: JobOutcome; readonly count: number }[];
  /** Seconds since the Unix epoch, of jobs that ever succeeded as far as this process knows. */
  readonly lastSuccess: readonly { readonly job: string; readonly atS: number }[];
};

export interface JobRunner {
  /**
   * Runs a job once, with its history.
   *
   * @returns false when the lease is not held with that token: then nothing was done
   * @throws {Error} of the job, so that it is tried again
   */
  run(job: Job, due: DueRun, token: number): Promise<boolean>;
  rememberSuccess(job: string, atMs: number): void;
  stats(): JobStats;
}

type Options = { readonly history: RunHistory; readonly log: Log; readonly clock: () => number };

const MOST_ERROR_LETTERS = 2_000;
const PROGRESS_EVERY_MS = 1_000;
/** The database may be away just when a run ends; that it failed should not be forgotten for that. */
const END_WAITS_MS = [500, 1_000, 2_000, 4_000];

export function createJobRunner({ history, log, clock }: Options): JobRunner {
  const counts = new Map<string, { job: string; outcome: JobOutcome; count: number }>();
  const successes = new Map<string, number>();

  function count(job: string, outcome: JobOutcome): void {
    const key = `${job}|${outcome}`;
    const known = counts.get(key) ?? { job, outcome, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }

  /** At most one note a second, one after another; the newest wins. */
  function progressOf(id: number): (done: number, total: number | null) => void {
    let notedMs = Number.NEGATIVE_INFINITY;
    let underWay = false;
    return (done, total) => {
      const now = performance.now();
      if (underWay || now - notedMs < PROGRESS_EVERY_MS) return;
      notedMs = now;
      underWay = true;
      const progress: JobProgress = { done, total };
      history
        .noteProgress(id, progress)
        .catch((error) => log.warn({ reason: String(error) }, "the progress of a job could not be noted"))
        .finally(() => {
          underWay = false;
        });
    };
  }

  async function end(...given: Parameters<RunHistory["end"]>): Promise<void> {
    for (const waitMs of [...END_WAITS_MS, null]) {
      try {
        return await history.end(...given);
      } catch (error) {
        if (waitMs === null) {
          log.warn({ reason: String(error) }, "the end of a job's run could not be noted; the next run closes it");
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  return {
    async run(job, { trigger, requestedBy, attempt, signal }, token) {
      const attempts = job.retries.limit + 1;
      const id = await history.begin({ job: job.name, trigger, requestedBy, attempt, attempts, token });
      if (id === null) return false;
      try {
        const detail = await job.run({ nowMs: clock(), signal, trigger, progress: progressOf(id) });
        count(job.name, "ok");
        successes.set(job.name, clock());
        await end(id, "ok", { detail });
        return true;
      } catch (error) {
        const outcome = error instanceof JobInterrupted ? "interrupted" : "failed";
        const reason = storable(error instanceof Error ? error.message : String(error));
        count(job.name, outcome);
        if (outcome === "failed") log.error({ job: job.name, attempt, attempts, reason }, "a job failed");
        await end(id, outcome, { error: reason });
        // Without its cause: pg-boss stores all of it, and what is in there may be refused.
        throw new Error(reason);
      }
    },
    rememberSuccess(job, atMs) {
      successes.set(job, Math.max(atMs, successes.get(job) ?? 0));
    },
    stats: () => ({
      runs: [...counts.values()],
      lastSuccess: [...successes].map(([job, atMs]) => ({ job, atS: Math.round(atMs / 1000) })),
    }),
  };
}

/** A text that PostgreSQL takes, also inside jsonb: otherwise the failure could not be noted, and its queue would hang. */
function storable(text: string): string {
  return text.slice(0, MOST_ERROR_LETTERS).replaceAll("\u0000", "�").toWellFormed();
}
