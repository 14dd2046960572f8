import { AppError } from "../../domain/errors.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { JobParts } from "./job-parts.ts";

/** A try again, after a copy was made but its run was cut off, must not make another one. */
const SAME_NIGHT_MS = 12 * 3_600_000;

export function createBackupJob({ copyStore }: Pick<JobParts, "copyStore">): Job {
  return {
    name: "backup",
    title: { "zh-CN": "数据库备份", en: "Backup" },
    description: {
      "zh-CN": "将内置数据库复制到数据目录的 backup 文件夹，保留最近两份；之后采集日志可释放已备份的内容。",
      en: "Copies the embedded database into backup/ of the data folder, keeping the newest two; the journal may then forget what is in the copy.",
    },
    schedule: { every: "day", hour: 3, minute: 7 },
    runsAtStart: false,
    longestS: 3_600,
    retries: { limit: 3, delayS: 60 },
    note: () =>
      copyStore === null
        ? {
            "zh-CN": "平台不备份 PostgreSQL：请使用 pg_basebackup 和 WAL 归档，见运维手册。",
            en: "PostgreSQL is not backed up by the platform: use pg_basebackup and WAL archiving, see the operating manual.",
          }
        : null,
    async run({ nowMs, trigger }) {
      if (copyStore === null)
        throw new AppError("job.not-here", "only the embedded database is copied by the platform");
      return copyStore(nowMs, trigger === "manual" ? 0 : SAME_NIGHT_MS);
    },
  };
}
