import { AppError } from "../../domain/errors.ts";
import type { Job, JobState, JobStates } from "../../domain/jobs/job.ts";
import { nextRunAfter } from "../../domain/jobs/schedule.ts";
import type { Log } from "../../domain/log.ts";
import { createBoss } from "./create-boss.ts";
import { type JobMemory, readMemories } from "./run-history.ts";
import type { SchedulerDatabase } from "./scheduler-database.ts";
import type { Order } from "./term.ts";

/** What is known of all jobs, and a way to order a run: in any process, also one that never runs jobs itself. */
export interface JobBoard {
  /** @throws {SqlError} when the database is away */
  read(): Promise<JobStates>;
  /**
   * Puts a run into the queue for whichever process is the active scheduler.
   *
   * @returns `waiting` when a run of it was queued already, or is under way
   * @throws {AppError} `job.not-found`, `job.not-here`, `storage.unavailable`
   */
  order(name: string, requestedBy: string): Promise<"queued" | "waiting">;
}

export type BoardOptions = {
  readonly database: SchedulerDatabase;
  readonly jobs: readonly Job[];
  readonly leaseName: string;
  readonly timeZone: string;
  readonly log: Log;
};

const RUNS_SHOWN = 8;
const HOLDER = "select holder from lease where name = $1::text and expires_at > clock_timestamp()";

export function createJobBoard({ database, jobs, leaseName, timeZone, log }: BoardOptions): JobBoard {
  function stateOf(job: Job, memory: JobMemory, holder: string | null, at: string): JobState {
    const { name, title, description, schedule } = job;
    const note = job.note();
    const newest = memory.runs[0];
    const isDue = note === null && holder !== null;
    return {
      name,
      title,
      description,
      schedule,
      note,
      isRunning: newest !== undefined && newest.outcome === null && newest.holder === holder,
      nextRunAt: isDue ? new Date(nextRunAfter(schedule, Date.parse(at), timeZone)).toISOString() : null,
      lastRuns: memory.runs,
      lastSuccessAt: memory.lastSuccessAt,
      lastFailure: memory.lastFailure,
      failuresOfDay: memory.failuresOfDay,
      holder,
    };
  }

  return {
    async read() {
      const names = jobs.map(({ name }) => name);
      const [{ memories, at }, [row]] = await Promise.all([
        readMemories(database, names, RUNS_SHOWN),
        database.query(HOLDER, [leaseName]),
      ]);
      const holder = typeof row?.["holder"] === "string" ? row["holder"] : null;
      const items = jobs.flatMap((job) => {
        const memory = memories.get(job.name);
        return memory ? [stateOf(job, memory, holder, at)] : [];
      });
      return { items, holder, timeZone, at };
    },
    async order(name, requestedBy) {
      const job = jobs.find((one) => one.name === name);
      if (!job) {
        throw new AppError("job.not-found", `there is no job "${name.slice(0, 40)}"; allowed: ${names(jobs)}`);
      }
      const note = job.note();
      if (note !== null) throw new AppError("job.not-here", note.en);
      return sendOrder(database, log, name, { trigger: "manual", requestedBy });
    },
  };
}

function names(jobs: readonly Job[]): string {
  return jobs.map(({ name }) => name).join(", ");
}

/** Orders are rare: a queue client of its own, for a moment, needs nothing to be kept up. */
async function sendOrder(
  database: SchedulerDatabase,
  log: Log,
  name: string,
  order: Order,
): Promise<"queued" | "waiting"> {
  const boss = createBoss(database, log, { supervise: false, schedule: false, migrate: false });
  try {
    await boss.start();
    if ((await boss.send(name, order, { priority: 1 })) !== null) return "queued";
    // After a failure the next try waits some time; who asks for it now does not want to.
    const queued = await boss.findJobs(name, { queued: true });
    for (const { id } of queued) await boss.update(name, order, { id, startAfter: new Date(0) });
    return "waiting";
  } catch (error) {
    const text = "the run could not be ordered: the database is away, or no scheduler has run yet";
    throw new AppError("storage.unavailable", text, { cause: error, retryable: true });
  } finally {
    await boss.stop({ close: false, graceful: false }).catch(() => undefined);
  }
}
