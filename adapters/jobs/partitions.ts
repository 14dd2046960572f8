import type { Job } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

/** New days would have nowhere to go without it; the writer makes a missing day too, but only when it stumbles on it. */
export function createPartitionsJob({ engine, ensurePartitions }: Pick<JobParts, "engine" | "ensurePartitions">): Job {
  return {
    name: "partitions",
    title: { "zh-CN": "分区准备", en: "Partitions" },
    description: {
      "zh-CN": "提前建立未来 7 天的数据分区。",
      en: "Makes the partitions of the coming 7 days ahead of time.",
    },
    schedule: { every: "hour", minute: 5 },
    runsAtStart: true,
    longestS: 300,
    retries: { limit: 5, delayS: 5 },
    note: () =>
      engine().ownPartitions
        ? null
        : { "zh-CN": "由 TimescaleDB 自行管理分区。", en: "TimescaleDB makes its own partitions." },
    async run() {
      await ensurePartitions();
      return {};
    },
  };
}
