import { type Job, stopWhenAborted } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

/** PGlite says that autovacuum is on, but has no background workers. */
export function createMaintainJob({
  engine,
  listTables,
  vacuumTable,
}: Pick<JobParts, "engine" | "listTables" | "vacuumTable">): Job {
  return {
    name: "maintain",
    title: { "zh-CN": "数据库整理", en: "Maintenance" },
    description: {
      "zh-CN": "回收已删除数据占用的空间并更新统计信息（VACUUM ANALYZE），逐表进行。",
      en: "Reclaims the space of deleted rows and renews statistics (VACUUM ANALYZE), table by table.",
    },
    schedule: { every: "day", hour: 3, minute: 37 },
    runsAtStart: false,
    longestS: 3_600,
    retries: { limit: 2, delayS: 300 },
    note: () =>
      engine().kind === "pglite"
        ? null
        : { "zh-CN": "由 PostgreSQL 的 autovacuum 完成。", en: "PostgreSQL does this itself, by autovacuum." },
    async run({ signal, progress }) {
      const tables = await listTables();
      for (const [done, table] of tables.entries()) {
        stopWhenAborted(signal);
        progress(done, tables.length);
        await vacuumTable(table);
      }
      return { tables: tables.length };
    },
  };
}
