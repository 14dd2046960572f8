import type { Job } from "../../domain/jobs/job.ts";
import { createBackupJob } from "./backup.ts";
import type { JobParts } from "./job-parts.ts";
import { createMaintainJob } from "./maintain.ts";
import { createPartitionsJob } from "./partitions.ts";
import { createRecordingSweepJob, createRecordingsJob } from "./recordings.ts";
import { createResealJob } from "./reseal.ts";
import { createRetentionJob } from "./retention.ts";
import { createRollupJob } from "./rollup.ts";
import { createSortDaysJob } from "./sort-days.ts";

/** Every job of the platform, in the order in which people see them. A new job is a new file here, and a line below. */
export function createJobs(parts: JobParts): readonly Job[] {
  return [
    createRollupJob(parts),
    createRetentionJob(parts),
    createPartitionsJob(parts),
    createBackupJob(parts),
    createMaintainJob(parts),
    createSortDaysJob(parts),
    createRecordingsJob(parts),
    createRecordingSweepJob(parts),
    createResealJob(parts),
  ];
}
