import { type Job, stopWhenAborted } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

const RUNS_KEPT_DAYS = 30;

export function createRetentionJob({ applyRetention, purgeRuns }: Pick<JobParts, "applyRetention" | "purgeRuns">): Job {
  return {
    name: "retention",
    title: { "zh-CN": "数据保留", en: "Retention" },
    description: {
      "zh-CN": "删除超过保留期限的原始数据和各级汇总；尚未汇总的原始数据不会删除。",
      en: "Drops raw data and roll-ups that are older than is to be kept; never raw data that is not rolled up yet.",
    },
    schedule: { every: "day", hour: 2, minute: 17 },
    runsAtStart: false,
    longestS: 3_600,
    retries: { limit: 3, delayS: 60 },
    note: () => null,
    async run({ nowMs, signal }) {
      const detail = await applyRetention(nowMs);
      stopWhenAborted(signal);
      return { ...detail, jobRuns: await purgeRuns(RUNS_KEPT_DAYS) };
    },
  };
}
