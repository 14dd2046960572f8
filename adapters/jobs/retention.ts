import { type Job, stopWhenAborted } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

const RUNS_KEPT_DAYS = 30;

export function createRetentionJob({
  applyRetention,
  purgeRuns,
  cutAudit,
  forgetCommands,
}: Pick<JobParts, "applyRetention" | "purgeRuns" | "cutAudit" | "forgetCommands">): Job {
  return {
    name: "retention",
    title: { "zh-CN": "数据保留", en: "Retention" },
    description: {
      "zh-CN": "删除超过保留期限的原始数据、各级汇总、审计日志和命令记录；尚未汇总的原始数据不会删除。",
      en: "Drops raw data, roll-ups, audit entries and commands that are older than is to be kept; never raw data that is not rolled up yet.",
    },
    schedule: { every: "day", hour: 2, minute: 17 },
    runsAtStart: false,
    longestS: 3_600,
    retries: { limit: 3, delayS: 60 },
    note: () => null,
    async run({ nowMs, signal }) {
      const detail = await applyRetention(nowMs);
      stopWhenAborted(signal);
      const auditRows = await cutAudit(nowMs);
      stopWhenAborted(signal);
      const commands = await forgetCommands();
      stopWhenAborted(signal);
      return { ...detail, auditRows, commands, jobRuns: await purgeRuns(RUNS_KEPT_DAYS) };
    },
  };
}
