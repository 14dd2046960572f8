import { type Job, stopWhenAborted } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

/** After a back-fill many thousand are due: in steps, so that a process that stops does not wait for all of them. */
const BUCKETS_PER_STEP = 200;

export function createRollupJob({ rollUp }: Pick<JobParts, "rollUp">): Job {
  return {
    name: "rollup",
    title: { "zh-CN": "数据汇总", en: "Roll-up" },
    description: {
      "zh-CN": "将新到和补录的数据汇总为 5 分钟、1 小时和 1 天三级，供趋势图使用。",
      en: "Computes the 5-minute, hour and day levels of new and late data, from which trends are drawn.",
    },
    schedule: { every: "minute" },
    runsAtStart: true,
    longestS: 900,
    retries: { limit: 2, delayS: 5 },
    note: () => null,
    async run({ nowMs, signal, progress }) {
      let buckets = 0;
      let rows = 0;
      for (;;) {
        stopWhenAborted(signal);
        const step = await rollUp(nowMs, BUCKETS_PER_STEP);
        if (step.buckets === 0) return { buckets, rows };
        buckets += step.buckets;
        rows += step.rows;
        progress(buckets, null);
      }
    },
  };
}
