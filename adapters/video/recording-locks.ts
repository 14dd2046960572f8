import { isoOf } from "../../domain/iso-of.ts";
import type { RecordingLock } from "../../domain/video/recording/plan-retention.ts";
import type { VideoDatabase } from "./stream-store.ts";

/** A lock as people see it. */
export type EvidenceLock = {
  readonly id: number;
  readonly siteId: string;
  readonly from: string;
  readonly to: string;
  readonly until: string;
  readonly reason: string;
  readonly lockedBy: string;
  readonly createdAt: string;
};

/** Recordings that retention leaves alone: evidence. Every call rejects while the database is away. */
export interface RecordingLocks {
  /** Those that hold, the oldest first. */
  list(siteId: string): Promise<EvidenceLock[]>;
  add(
    siteId: string,
    lock: Omit<RecordingLock, "siteId"> & { readonly reason: string },
    by: string,
  ): Promise<EvidenceLock>;
  /** @returns false when there is no such lock any more */
  remove(siteId: string, id: number, by: string): Promise<boolean>;
}

const COLUMNS = "l.id::int as id, s.code, l.from_at, l.to_at, l.until_at, l.reason, l.locked_by, l.created_at";
const HOLDS = "l.removed_at is null and l.until_at > clock_timestamp()";
const LIVING = `select ${COLUMNS} from video_lock l join site s on s.id = l.site_id where ${HOLDS} order by l.id`;
const OF_SITE = `select ${COLUMNS} from video_lock l join site s on s.id = l.site_id where ${HOLDS} and s.code = $1 order by l.id`;
const ADD = `
  with l as (
    insert into video_lock (site_id, from_at, to_at, until_at, reason, locked_by)
    select id, $2::timestamptz, $3::timestamptz, $4::timestamptz, $5, $6 from site where code = $1 returning *)
  select ${COLUMNS} from l join site s on s.id = l.site_id`;
const REMOVE = `
  update video_lock l set removed_at = clock_timestamp(), removed_by = $3 from site s
  where s.id = l.site_id and s.code = $1 and l.id = $2::bigint and ${HOLDS} returning l.id`;

/** Those that hold now, of all sites. @throws while the database is away */
export async function readLivingLocks(database: VideoDatabase): Promise<RecordingLock[]> {
  const rows = await database.query(LIVING, [], { name: "video-locks" });
  return rows.map((row) => ({
    siteId: String(row["code"]),
    fromMs: (row["from_at"] as Date).getTime(),
    toMs: (row["to_at"] as Date).getTime(),
    untilMs: (row["until_at"] as Date).getTime(),
  }));
}

export function createRecordingLocks(database: VideoDatabase): RecordingLocks {
  return {
    list: async (siteId) => (await database.query(OF_SITE, [siteId], { name: "video-locks-of" })).map(lockFrom),
    async add(siteId, { fromMs, toMs, untilMs, reason }, by) {
      const values = [siteId, isoOf(fromMs), isoOf(toMs), isoOf(untilMs), reason, by];
      const [row] = await database.query(ADD, values);
      if (row === undefined) throw new Error("the site is not in the database yet");
      return lockFrom(row);
    },
    remove: async (siteId, id, by) => (await database.query(REMOVE, [siteId, id, by])).length > 0,
  };
}

function lockFrom(row: Record<string, unknown>): EvidenceLock {
  const timeOf = (name: string) => (row[name] as Date).toISOString();
  return {
    id: Number(row["id"]),
    siteId: String(row["code"]),
    from: timeOf("from_at"),
    to: timeOf("to_at"),
    until: timeOf("until_at"),
    reason: String(row["reason"]),
    lockedBy: String(row["locked_by"]),
    createdAt: timeOf("created_at"),
  };
}
