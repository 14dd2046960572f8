import type { JobDetail, StopSignal } from "../../domain/jobs/job.ts";

/** What the jobs do, handed in: each of these works on one thing and knows nothing of schedules. */
export type JobParts = {
  /** Known once the database was reached. */
  readonly engine: () => { readonly kind: "pglite" | "postgres"; readonly ownPartitions: boolean };
  /** Computes at most so many due buckets, or some more. @returns zeros when nothing is due any more */
  readonly rollUp: (nowMs: number, limit: number) => Promise<{ readonly buckets: number; readonly rows: number }>;
  readonly applyRetention: (nowMs: number) => Promise<JobDetail>;
  /** Forgets runs of jobs. @returns how many */
  readonly purgeRuns: (olderThanDays: number) => Promise<number>;
  /** Removes what is older than is to be kept of the audit trail. @returns how many entries */
  readonly cutAudit: (nowMs: number) => Promise<number>;
  /** Removes commands that ended longer ago than is to be kept. @returns how many */
  readonly forgetCommands: () => Promise<number>;
  /** Makes the partitions of the coming days. */
  readonly ensurePartitions: () => Promise<void>;
  readonly listTables: () => Promise<readonly string[]>;
  readonly vacuumTable: (table: string) => Promise<void>;
  /** Writes closed days anew, site by site. @returns their names */
  readonly sortDays: (
    nowMs: number,
    signal: StopSignal,
  ) => Promise<{ readonly sorted: readonly string[]; readonly skipped: readonly string[] }>;
  /** Seals what a former key has sealed with the present one; null where there is no former key. */
  readonly resealSecrets: ((signal: StopSignal) => Promise<JobDetail>) | null;
  /** Removes recorded video that is not to be kept; null where another process has the files. */
  readonly retainRecordings: ((nowMs: number, signal: StopSignal) => Promise<JobDetail>) | null;
  /** Compares recorded files with their rows; null where another process has the files. */
  readonly sweepRecordings: ((nowMs: number, signal: StopSignal) => Promise<JobDetail>) | null;
  /** Copies the embedded database, unless its newest copy is younger than that; null where it is no embedded one. */
  readonly copyStore: ((nowMs: number, youngerThanMs: number) => Promise<JobDetail>) | null;
};
