import path from "node:path";
import type { Database } from "./adapters/database/database.ts";
import type { JobParts } from "./adapters/jobs/job-parts.ts";
import type { LeaseKeeper } from "./adapters/leases/lease-keeper.ts";
import { createDiskStore } from "./adapters/objects/disk-store.ts";
import { createS3Store } from "./adapters/objects/s3-store.ts";
import { createSpooledStore } from "./adapters/objects/spooled-store.ts";
import type { GatewayControlOptions } from "./adapters/video/gateway-control.ts";
import { moveRecordings } from "./adapters/video/move-recordings.ts";
import { RECORDER_LEASE, type RecorderShare } from "./adapters/video/recorder-share.ts";
import { retainRecordings } from "./adapters/video/retain-recordings.ts";
import { sweepRecordings } from "./adapters/video/sweep-recordings.ts";
import type { Config } from "./config.ts";
import type { Log } from "./domain/log.ts";
import type { ObjectStore } from "./domain/video/recording/object-store.ts";

const MIB = 1024 * 1024;
const LOOK_AFTER_MS = 3_600_000;

type RecordingJobs = Pick<JobParts, "retainRecordings" | "sweepRecordings">;

/** Where recordings lie: on the disk, or on the disk until they are in the bucket. */
export function recordingStore(config: Config): ObjectStore {
  const disk = createDiskStore(recordingsFolder(config));
  return config.video.objects ? createSpooledStore(disk, createS3Store(config.video.objects)) : disk;
}

export function recordingsFolder({ dataDir }: Pick<Config, "dataDir">): string {
  return path.join(dataDir, "recordings");
}

/** Moves what is recorded here to the bucket; null without one. */
export function recordingMover(config: Config, log: Log): GatewayControlOptions["objects"] {
  const { objects } = config.video;
  if (objects === null) return null;
  const bucket = createS3Store(objects);
  const spool = createDiskStore(recordingsFolder(config));
  return (tellRoom) => {
    const mover = moveRecordings({ spool, objects: bucket, mostBytes: objects.spoolMb * MIB, tellRoom, log });
    return { readUrl: bucket.readUrl, add: mover.add, close: mover.close };
  };
}

/** The jobs that look after recordings: everywhere with a bucket, else where the role `video` is, for there the files are. */
export function recordingJobs(config: Config, database: Database): RecordingJobs {
  const hasBucket = config.video.objects !== null;
  if (!hasBucket && !config.roles.includes("video")) return { retainRecordings: null, sweepRecordings: null };
  const store = recordingStore(config);
  return {
    retainRecordings: (nowMs, signal) => retainRecordings({ database, store, nowMs, signal }),
    sweepRecordings: (nowMs, signal) => sweepRecordings({ database, store, seesAll: !hasBucket, nowMs, signal }),
  };
}

/**
 * Whoever records to its disk looks after it by itself each hour where it runs no jobs, for no other process sees the files.
 *
 * @returns ends it
 */
export function lookAfterDisk(config: Config, database: Database, share: RecorderShare, log: Log): () => void {
  if (config.video.objects !== null || config.roles.includes("scheduler")) return () => undefined;
  const { retainRecordings: retain, sweepRecordings: sweep } = recordingJobs(config, database);
  const signal = { aborted: false };
  async function look(): Promise<void> {
    if (!share.isOurs()) return;
    await retain?.(Date.now(), signal);
    await sweep?.(Date.now(), signal);
  }
  const timer = setInterval(() => {
    void look().catch((error: unknown) => log.warn({ reason: String(error) }, "recordings could not be looked after"));
  }, LOOK_AFTER_MS);
  return () => {
    signal.aborted = true;
    clearInterval(timer);
  };
}

/** Asks for the lease of whoever records. */
export function recorderShare(keeper: LeaseKeeper): RecorderShare {
  keeper.want([RECORDER_LEASE]);
  return { isOurs: () => keeper.keeps(RECORDER_LEASE), onChange: keeper.onChange };
}
