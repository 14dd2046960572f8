import { copyStore } from "./adapters/database/copy-store.ts";
import type { Database } from "./adapters/database/database.ts";
import { isEmbedded } from "./adapters/database/open-database.ts";
import { ensureUpcomingPartitions } from "./adapters/database/partitions.ts";
import { applyRetention, retentionFor } from "./adapters/database/retention.ts";
import { rollUp } from "./adapters/database/rollup/roll-up.ts";
import { sortClosedDays } from "./adapters/database/sort-days.ts";
import { listTables, vacuumTable } from "./adapters/database/vacuum.ts";
import type { JobParts } from "./adapters/jobs/job-parts.ts";
import { createJobs } from "./adapters/jobs/registry.ts";
import type { LeaseKeeper } from "./adapters/leases/lease-keeper.ts";
import { FENCE_SQL } from "./adapters/leases/lease-store.ts";
import { createJobBoard, type JobBoard } from "./adapters/scheduler/job-board.ts";
import type { JobStats } from "./adapters/scheduler/job-runner.ts";
import { purgeRuns } from "./adapters/scheduler/run-history.ts";
import { type SchedulerLease, startScheduler } from "./adapters/scheduler/scheduler.ts";
import type { Pace } from "./adapters/scheduler/term.ts";
import type { ConfiguredRetention } from "./config.ts";
import type { Job } from "./domain/jobs/job.ts";
import type { Log } from "./domain/log.ts";
import type { JournalSafekeeping } from "./domain/telemetry/journal-entry.ts";

/** Whoever holds this lease runs the jobs. */
const SCHEDULER_LEASE = "scheduler";

export type JobServiceOptions = {
  readonly database: Database;
  readonly journal: Pick<JournalSafekeeping, "purgeAcknowledged">;
  readonly dataDir: string;
  readonly retention: ConfiguredRetention;
  readonly timeZone: string;
  /** Names this start of this process in the lease. */
  readonly holder: string;
  /** Of a process with the role `scheduler`: it may run jobs. Null in others, which see and order them. */
  readonly keeper: LeaseKeeper | null;
  /** Seals secrets with the present key; absent or null where there is no former one. */
  readonly resealSecrets?: JobParts["resealSecrets"];
  /** Removes the oldest entries of the audit trail; absent: it is kept. */
  readonly cutAudit?: JobParts["cutAudit"];
  /** Removes the oldest commands; absent: they are kept. */
  readonly forgetCommands?: JobParts["forgetCommands"];
  /** Of recorded video; absent where another process has the files. */
  readonly retainRecordings?: JobParts["retainRecordings"];
  readonly sweepRecordings?: JobParts["sweepRecordings"];
  readonly log: Log;
  /** For tests: more jobs, and how often it looks. */
  readonly moreJobs?: readonly Job[];
  readonly pace?: Pace;
};

export type JobServices = JobBoard & {
  /** The lease that makes this process the one that acts; its token is null elsewhere. */
  readonly lease: Pick<SchedulerLease, "name" | "holder" | "fenceSql" | "token">;
  /** True while this process runs the jobs. */
  isActive(): boolean;
  stats(): JobStats;
  /** Ends the jobs under way, then gives the lease back. */
  stop(): Promise<void>;
};

/** The jobs of the platform: seen and ordered from every process, run by the one that holds the lease. */
export function startJobs(options: JobServiceOptions): JobServices {
  const { database, timeZone, holder, keeper, log } = options;
  const jobs = [...createJobs(partsOf(options)), ...(options.moreJobs ?? [])];
  const board = createJobBoard({ database, jobs, leaseName: SCHEDULER_LEASE, timeZone, log });
  if (keeper === null) {
    return {
      ...board,
      lease: { name: SCHEDULER_LEASE, holder, fenceSql: FENCE_SQL, token: () => null },
      isActive: () => false,
      stats: () => ({ runs: [], lastSuccess: [] }),
      stop: async () => undefined,
    };
  }
  const lease: SchedulerLease = {
    name: SCHEDULER_LEASE,
    holder,
    fenceSql: FENCE_SQL,
    token: () => keeper.held().get(SCHEDULER_LEASE) ?? null,
    onChange: keeper.onChange,
  };
  const scheduler = startScheduler({
    database,
    jobs,
    lease,
    isSoleProcess: isEmbedded(database),
    timeZone,
    log,
    ...(options.pace ? { pace: options.pace } : {}),
  });
  keeper.want([SCHEDULER_LEASE]);
  return {
    ...board,
    lease,
    async order(name, requestedBy) {
      const place = await board.order(name, requestedBy);
      scheduler.wake(name);
      return place;
    },
    isActive: scheduler.isActive,
    stats: scheduler.stats,
    async stop() {
      await scheduler.stop();
      await keeper.close();
    },
  };
}

function partsOf({
  database,
  journal,
  dataDir,
  retention,
  resealSecrets = null,
  cutAudit = async () => 0,
  forgetCommands = async () => 0,
  retainRecordings = null,
  sweepRecordings = null,
}: JobServiceOptions): JobParts {
  return {
    engine: () => database.engine,
    rollUp: (nowMs, limit) => rollUp(database, { nowMs, limit }),
    async applyRetention(nowMs) {
      const report = await applyRetention(database, { nowMs, retention: retentionFor(database.engine, retention) });
      const rows = Object.values(report.deleted).reduce((sum, count) => sum + count, 0);
      return { dropped: report.dropped.length, kept: report.kept.length, rows };
    },
    purgeRuns: (olderThanDays) => purgeRuns(database, olderThanDays),
    cutAudit,
    forgetCommands,
    ensurePartitions: () => ensureUpcomingPartitions(database),
    listTables: () => listTables(database),
    vacuumTable: (table) => vacuumTable(database, table),
    sortDays: (nowMs, signal) => sortClosedDays(database, { nowMs, signal }),
    resealSecrets,
    retainRecordings,
    sweepRecordings,
    copyStore: isEmbedded(database)
      ? (nowMs, youngerThanMs) => copyStore(database, { dataDir, journal, nowMs, youngerThanMs })
      : null,
  };
}
