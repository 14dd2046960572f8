import { type ConstructorOptions, PgBoss } from "pg-boss";
import type { Log } from "../../domain/log.ts";
import { bossDatabase, type SchedulerDatabase } from "./scheduler-database.ts";

/** Its tables stand beside ours, in a schema of their own that belongs to pg-boss alone. */
const SCHEMA = "pgboss";
/** Chains of jobs, and index builds after an update of pg-boss: the first we have none of, the second may take its time. */
const RARELY_S = 3_600;

/**
 * pg-boss on our database. What it offers for many hosts and large queues is off: there is one active scheduler, and some
 * thousand small rows a day.
 */
export function createBoss(database: SchedulerDatabase, log: Log, own: Partial<ConstructorOptions>): PgBoss {
  const boss = new PgBoss({
    db: bossDatabase(database),
    backend: database.engine.kind === "pglite" ? "pglite" : "postgres",
    schema: SCHEMA,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
    flowIntervalSeconds: RARELY_S,
    bamIntervalSeconds: RARELY_S,
    ...own,
  });
  // Without a listener an error would end the process. Each is tried again by pg-boss itself.
  boss.on("error", (error) => log.warn({ reason: error.message }, "the job queue had an error"));
  boss.on("warning", ({ message }) => log.warn({}, message));
  return boss;
}
