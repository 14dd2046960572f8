import type { JobSchedule } from "./schedule.ts";

/** Words for people, in both languages. */
export type JobText = { readonly "zh-CN": string; readonly en: string };

/** What a job says about its work, as it is kept with the run and shown: counts and short words, nothing private. */
export type JobDetail = Readonly<Record<string, string | number | boolean | null>>;

/** Why a run was started: by the clock, because a scheduler became active, or by a person. */
export const JOB_TRIGGERS = ["schedule", "start", "manual"] as const;
export type JobTrigger = (typeof JOB_TRIGGERS)[number];

/** `interrupted`: the process stopped or lost its lease before the run was over. */
export const JOB_OUTCOMES = ["ok", "failed", "interrupted"] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** `total` null: nobody knows how much there is. */
export type JobProgress = { readonly done: number; readonly total: number | null };

/** As much of an `AbortSignal` as a job needs; `domain/` knows no platform's types. */
export type StopSignal = { readonly aborted: boolean };

export type JobContext = {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Aborted when the process stops or another scheduler has taken over: to be looked at between two steps. */
  readonly signal: StopSignal;
  readonly trigger: JobTrigger;
  /** Cheap to call often: at most one note a second reaches the database. */
  progress(done: number, total: number | null): void;
};

/**
 * Work that the platform does by the clock. Every job may run twice, or be cut off anywhere and run again: it leaves the
 * same result.
 */
export type Job = {
  /** Lower-case letters; the key of its history. */
  readonly name: string;
  readonly title: JobText;
  readonly description: JobText;
  readonly schedule: JobSchedule;
  /** Also whenever a scheduler becomes active. */
  readonly runsAtStart: boolean;
  /** A run that takes longer counts as failed, seconds. */
  readonly longestS: number;
  /** After a failure: how often it is tried again, and how long after the first failure; the waits double. */
  readonly retries: { readonly limit: number; readonly delayS: number };
  /** Why there is nothing to do for it on this database; null where it runs. Known once the database was reached. */
  note(): JobText | null;
  /** @throws whatever went wrong: its message is kept with the run */
  run(context: JobContext): Promise<JobDetail>;
};

/** One run as it is remembered. Times are ISO 8601 in UTC; `outcome` null while it runs. */
export type JobRun = {
  readonly id: number;
  readonly trigger: JobTrigger;
  readonly requestedBy: string | null;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly attempts: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  readonly outcome: JobOutcome | null;
  readonly error: string | null;
  readonly detail: JobDetail | null;
  readonly progress: JobProgress | null;
  readonly holder: string;
};

/** What is known of one job. `lastRuns` newest first. */
export type JobState = {
  readonly name: string;
  readonly title: JobText;
  readonly description: JobText;
  readonly schedule: JobSchedule;
  readonly note: JobText | null;
  readonly isRunning: boolean;
  readonly nextRunAt: string | null;
  readonly lastRuns: readonly JobRun[];
  readonly lastSuccessAt: string | null;
  readonly lastFailure: JobRun | null;
  readonly failuresOfDay: number;
  readonly holder: string | null;
};

/** All jobs. `holder` null: no process runs jobs at this moment. */
export type JobStates = {
  readonly items: readonly JobState[];
  readonly holder: string | null;
  readonly timeZone: string;
  /** Time of the database at which this was true. */
  readonly at: string;
};

/** Thrown by a job that saw its signal: nothing is wrong with it. */
export class JobInterrupted extends Error {
  override readonly name = "JobInterrupted";
}

/** For between two steps of a job. @throws {JobInterrupted} */
export function stopWhenAborted(signal: StopSignal): void {
  if (signal.aborted) throw new JobInterrupted("the process stopped, or another scheduler has taken over");
}
