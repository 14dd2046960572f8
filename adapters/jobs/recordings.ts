import type { Job } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

const NOT_HERE = {
  "zh-CN": "录像在进行录像的进程的磁盘上，由该进程自行清理；本进程看不到其文件夹。",
  en: "Recordings lie on the disk of the process that records, which looks after them; this one does not see their folder.",
} as const;

export function createRecordingsJob({ retainRecordings }: Pick<JobParts, "retainRecordings">): Job {
  return {
    name: "recordings",
    title: { "zh-CN": "录像保留", en: "Retention of recordings" },
    description: {
      "zh-CN": "删除超过保留天数的录像；超出容量时先删最旧的。锁定的录像不删除。",
      en: "Removes recordings that are older than is to be kept, and the oldest while they take too much room; never locked ones.",
    },
    schedule: { every: "hour", minute: 35 },
    runsAtStart: false,
    longestS: 3_000,
    retries: { limit: 2, delayS: 120 },
    note: () => (retainRecordings === null ? NOT_HERE : null),
    run: async ({ nowMs, signal }) => (await retainRecordings?.(nowMs, signal)) ?? {},
  };
}

export function createRecordingSweepJob({ sweepRecordings }: Pick<JobParts, "sweepRecordings">): Job {
  return {
    name: "recording-sweep",
    title: { "zh-CN": "录像核对", en: "Recordings and their rows" },
    description: {
      "zh-CN": "核对最近一天的录像文件与索引：补上缺失的索引，去掉没有文件的索引。",
      en: "Compares the recordings of the last day with their rows: adds rows that are missing, removes those without a file.",
    },
    schedule: { every: "day", hour: 3, minute: 40 },
    runsAtStart: true,
    longestS: 3_600,
    retries: { limit: 2, delayS: 300 },
    note: () => (sweepRecordings === null ? NOT_HERE : null),
    run: async ({ nowMs, signal }) => (await sweepRecordings?.(nowMs, signal)) ?? {},
  };
}
