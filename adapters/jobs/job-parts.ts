import type { JobDetail } from "../../domain/jobs/job.ts";

/** What the jobs do, handed in: each of these works on one thing and knows nothing of schedules. */
export type JobParts = {
  /** Known once the database was reached. */
  readonly engine: () => { readonly kind: "pglite" | "postgres"; readonly ownPartitions: boolean };
  /** Computes at most so many due buckets, or some more. @returns zeros when nothing is due any more */
  readonly rollUp: (nowMs: number, limit: number) => Promise<{ readonly buckets: number; readonly rows: number }>;
  readonly applyRetention: (nowMs: number) => Promise<JobDetail>;
  /** Forgets runs of jobs. @returns how many */
  readonly purgeRuns: (olderThanDays: number) => Promise<number>;
  /** Makes the partitions of the coming days. */
  readonly ensurePartitions: () => Promise<void>;
  readonly listTables: () => Promise<readonly string[]>;
  readonly vacuumTable: (table: string) => Promise<void>;
  /** Copies the embedded database, unless its newest copy is younger than that; null where it is no embedded one. */
  readonly copyStore: ((nowMs: number, youngerThanMs: number) => Promise<JobDetail>) | null;
};
