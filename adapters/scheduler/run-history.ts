import type { JobDetail, JobOutcome, JobProgress, JobRun, JobTrigger } from "../../domain/jobs/job.ts";
import type { SchedulerDatabase } from "./scheduler-database.ts";

/** Under which lease a run is begun. `fenceSql` makes a row set `fence` from $1 name, $2 holder, $3 token. */
export type Fence = { readonly name: string; readonly holder: string; readonly fenceSql: string };

export type NewRun = {
  readonly job: string;
  readonly trigger: JobTrigger;
  readonly requestedBy: string | null;
  readonly attempt: number;
  readonly attempts: number;
  readonly token: number;
};

/** What is remembered of one job. */
export type JobMemory = {
  readonly runs: readonly JobRun[];
  readonly lastSuccessAt: string | null;
  readonly lastFailure: JobRun | null;
  readonly failuresOfDay: number;
};

export interface RunHistory {
  /**
   * Writes that a run begins. A run of the same job that never ended is closed as interrupted: there is only one at a time.
   *
   * @returns its id; null when the lease is not ours any more, and nothing may be done
   */
  begin(run: NewRun): Promise<number | null>;
  /** Closes, as interrupted, what former holders of the lease left open. @returns how many runs */
  closeLeftOpen(token: number): Promise<number>;
  noteProgress(id: number, progress: JobProgress): Promise<void>;
  /** A fact, not an effect: also written by a process that has lost the lease meanwhile. */
  end(id: number, outcome: JobOutcome, more: { error?: string; detail?: JobDetail }): Promise<void>;
}

const RUN = `id, job, trigger, requested_by, attempt, attempts, started_at, ended_at, outcome, error, detail, progress, holder,
  extract(epoch from ended_at - started_at)::float8 * 1000 as duration_ms`;
const RECENT = `
  select r.* from unnest($1::text[]) as wanted (job)
  cross join lateral (select ${RUN} from job_run where job = wanted.job order by started_at desc limit $2::int) r
  order by r.started_at desc`;
const NEWEST_FAILURES = `
  select r.* from unnest($1::text[]) as wanted (job)
  cross join lateral (select ${RUN} from job_run where job = wanted.job and outcome = 'failed'
    order by started_at desc limit 1) r`;
const FIGURES = `
  select wanted.job, clock_timestamp() as at,
    (select ended_at from job_run where job = wanted.job and outcome = 'ok' order by started_at desc limit 1) as success_at,
    (select count(*)::int from job_run where job = wanted.job and outcome = 'failed'
      and started_at > clock_timestamp() - interval '1 day') as failures
  from unnest($1::text[]) as wanted (job)`;
/** The newest runs of a job stay, however old: a monthly look must find them. */
const PURGE = `
  delete from job_run where started_at < clock_timestamp() - $1::int * interval '1 day' and id not in (
    select r.id from (select distinct job from job_run) wanted
    cross join lateral (select id from job_run where job = wanted.job order by started_at desc limit 20) r)
  returning id`;

export function createRunHistory(database: SchedulerDatabase, { name, holder, fenceSql }: Fence): RunHistory {
  const begin = `
    with ${fenceSql}, left_open as (
      update job_run set ended_at = clock_timestamp(), outcome = 'interrupted'
      where job = $4::text and outcome is null and exists (select from fence) returning id)
    insert into job_run (job, trigger, requested_by, attempt, attempts, holder, token)
    select $4::text, $5::text, $6::text, $7::int, $8::int, $2::text, $3::bigint from fence returning id`;
  const close = `
    with ${fenceSql}
    update job_run set ended_at = clock_timestamp(), outcome = 'interrupted'
    where outcome is null and token < $3::bigint and exists (select from fence) returning id`;
  return {
    async begin({ job, trigger, requestedBy, attempt, attempts, token }) {
      const [row] = await database.query(begin, [name, holder, token, job, trigger, requestedBy, attempt, attempts]);
      return row ? Number(row["id"]) : null;
    },
    async closeLeftOpen(token) {
      return (await database.query(close, [name, holder, token])).length;
    },
    async noteProgress(id, progress) {
      const text = "update job_run set progress = $2::text::jsonb where id = $1::bigint and outcome is null";
      await database.query(text, [id, JSON.stringify(progress)]);
    },
    async end(id, outcome, { error, detail }) {
      const text = `update job_run set ended_at = clock_timestamp(), outcome = $2::text, error = $3::text,
        detail = $4::text::jsonb where id = $1::bigint and outcome is null`;
      await database.query(text, [id, outcome, error ?? null, detail === undefined ? null : JSON.stringify(detail)]);
    },
  };
}

/** @param runs how many of each job @returns by job, and the time of the database */
export async function readMemories(
  database: SchedulerDatabase,
  jobs: readonly string[],
  runs: number,
): Promise<{ memories: ReadonlyMap<string, JobMemory>; at: string }> {
  const [recent, failures, figures] = await Promise.all([
    database.query(RECENT, [jobs, runs]),
    database.query(NEWEST_FAILURES, [jobs]),
    database.query(FIGURES, [jobs]),
  ]);
  const memories = new Map<string, JobMemory>();
  for (const row of figures) {
    const job = String(row["job"]);
    const isOfJob = (run: Record<string, unknown>): boolean => run["job"] === job;
    const failure = failures.find(isOfJob);
    memories.set(job, {
      runs: recent.filter(isOfJob).map(runFrom),
      lastSuccessAt: isoOf(row["success_at"]),
      lastFailure: failure ? runFrom(failure) : null,
      failuresOfDay: Number(row["failures"]),
    });
  }
  return { memories, at: isoOf(figures[0]?.["at"]) ?? "" };
}

/** Forgets old runs. @returns how many */
export async function purgeRuns(database: SchedulerDatabase, olderThanDays: number): Promise<number> {
  return (await database.query(PURGE, [olderThanDays])).length;
}

function runFrom(row: Record<string, unknown>): JobRun {
  const duration = row["duration_ms"];
  return {
    id: Number(row["id"]),
    trigger: row["trigger"] as JobTrigger,
    requestedBy: (row["requested_by"] as string | null) ?? null,
    attempt: Number(row["attempt"]),
    attempts: Number(row["attempts"]),
    startedAt: isoOf(row["started_at"]) ?? "",
    endedAt: isoOf(row["ended_at"]),
    durationMs: typeof duration === "number" ? Math.round(duration) : null,
    outcome: (row["outcome"] as JobOutcome | null) ?? null,
    error: (row["error"] as string | null) ?? null,
    detail: (row["detail"] as JobDetail | null) ?? null,
    progress: (row["progress"] as JobProgress | null) ?? null,
    holder: String(row["holder"]),
  };
}

function isoOf(value: unknown): string | null {
  return value instanceof Date ? value.toISOString() : null;
}
