import type { Job } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

/** PGlite has one session: some seconds in which it does nothing else are worse than a slow trend. */
export function createSortDaysJob({ engine, sortDays }: Pick<JobParts, "engine" | "sortDays">): Job {
  return {
    name: "sort-days",
    title: { "zh-CN": "历史数据排序", en: "Sort closed days" },
    description: {
      "zh-CN": "将已结束的日期按站点重新排列，使单站点趋势只需读取少量数据页；期间该日期短暂不可读写。",
      en: "Writes closed days anew site by site, so that a trend of one site reads few pages; meanwhile that day can be neither read nor written.",
    },
    schedule: { every: "day", hour: 2, minute: 47 },
    runsAtStart: false,
    longestS: 3_600,
    retries: { limit: 2, delayS: 300 },
    note: () =>
      engine().kind === "pglite"
        ? { "zh-CN": "内置数据库数据量小，无需排序。", en: "The embedded database is small: nothing is to be gained." }
        : null,
    async run({ nowMs, signal }) {
      const { sorted, skipped } = await sortDays(nowMs, signal);
      return { sorted: sorted.length, skipped: skipped.length };
    },
  };
}
