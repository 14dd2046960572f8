import type { JobRun, JobState, JobStates } from "../../../domain/jobs/job.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Jobs in every state: fine, running, failed and tried again, cut off, never run, nothing to do. */
export function fakeJobs(nowMs: number): JobStates & { nextCursor: null; total: number } {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const run = (id: number, startedMs: number, own: Partial<JobRun> = {}): JobRun => ({
    id,
    trigger: "schedule",
    requestedBy: null,
    attempt: 1,
    attempts: 3,
    startedAt: iso(startedMs),
    endedAt: iso(startedMs + 412),
    durationMs: 412,
    outcome: "ok",
    error: null,
    detail: { buckets: 1, rows: 150 },
    progress: null,
    holder: "mine-a-4711-5c0ffee1",
    ...own,
  });
  const job = (name: string, en: string, zh: string, own: Partial<JobState>): JobState => ({
    name,
    title: { en, "zh-CN": zh },
    description: {
      en: "Computes the 5-minute, hour and day levels of new and late data, from which trends are drawn.",
      "zh-CN": "将新到和补录的数据汇总为 5 分钟、1 小时和 1 天三级，供趋势图使用。",
    },
    schedule: { every: "day", hour: 2, minute: 17 },
    note: null,
    isRunning: false,
    nextRunAt: iso(nowMs + 7 * HOUR_MS),
    lastRuns: [],
    lastSuccessAt: null,
    lastFailure: null,
    failuresOfDay: 0,
    holder: "mine-a-4711-5c0ffee1",
    ...own,
  });
  const failed = run(31, nowMs - 17 * HOUR_MS, {
    outcome: "failed",
    detail: null,
    attempt: 1,
    durationMs: 30_214,
    error: "canceling statement due to lock timeout: relation sample_20261118 is in use by a long query",
  });
  const items = [
    job("rollup", "Roll-up", "数据汇总", {
      schedule: { every: "minute" },
      nextRunAt: iso(nowMs + 41_000),
      lastSuccessAt: iso(nowMs - 19_000),
      lastRuns: Array.from({ length: 8 }, (_, n) => run(90 - n, nowMs - 19_412 - n * MINUTE_MS)),
    }),
    job("retention", "Retention", "数据保留", {
      lastSuccessAt: iso(nowMs - 41 * HOUR_MS),
      lastFailure: failed,
      failuresOfDay: 1,
      lastRuns: [
        failed,
        run(12, nowMs - 41 * HOUR_MS, { detail: { dropped: 2, kept: 0, rows: 5_400, jobRuns: 1_440 } }),
      ],
    }),
    job("partitions", "Partitions", "分区准备", {
      schedule: { every: "hour", minute: 5 },
      note: { en: "TimescaleDB makes its own partitions.", "zh-CN": "由 TimescaleDB 自行管理分区。" },
      nextRunAt: null,
    }),
    job("backup", "Backup", "数据库备份", {
      isRunning: true,
      lastSuccessAt: iso(nowMs - 24 * HOUR_MS),
      lastRuns: [
        run(92, nowMs - 4_000, {
          outcome: null,
          endedAt: null,
          durationMs: null,
          detail: null,
          trigger: "manual",
          requestedBy: "wang.fang",
          progress: { done: 12, total: 64 },
        }),
        run(60, nowMs - 24 * HOUR_MS, { outcome: "interrupted", detail: null, durationMs: 4_120 }),
      ],
    }),
    job("maintain", "Maintenance", "数据库整理", {}),
  ];
  const holder = "mine-a-4711-5c0ffee1";
  return { items, nextCursor: null, total: items.length, holder, timeZone: "Asia/Dubai", at: iso(nowMs) };
}
