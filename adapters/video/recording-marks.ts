import { isoOf } from "../../domain/iso-of.ts";
import type { VideoDatabase } from "./stream-store.ts";

/** Moments around which video is to be kept. They pass through the database, for another process may have the gateway. */
export interface Marks {
  /** @param atMs milliseconds since the Unix epoch @returns false for a site that is not there @throws while the database is away */
  mark(siteId: string, atMs: number, reason: string): Promise<boolean>;
}

export type Mark = { readonly id: bigint; readonly siteId: string; readonly atMs: number };

const MARK = `
  insert into video_mark (site_id, at, reason)
  select id, $2::timestamptz, $3::text from site where code = $1
  returning id`;
/** What is older was taken by the gateway that was there, or nothing of it is in any memory any more. */
const READ = `
  select m.id, s.code, m.at from video_mark m join site s on s.id = m.site_id
  where m.id > $1::bigint and m.marked_at > clock_timestamp() - interval '10 minutes' order by m.id limit 1000`;
const FORGET = "delete from video_mark where marked_at < clock_timestamp() - interval '1 day'";

export async function markMoment(
  database: VideoDatabase,
  siteId: string,
  atMs: number,
  reason: string,
): Promise<boolean> {
  return (await database.query(MARK, [siteId, isoOf(atMs), reason])).length > 0;
}

/** Those after a mark that is known, in order. @throws while the database is away */
export async function readMarks(database: VideoDatabase, after: bigint): Promise<Mark[]> {
  const rows = await database.query(READ, [String(after)], { name: "video-marks" });
  return rows.map((row) => ({
    id: BigInt(String(row["id"])),
    siteId: String(row["code"]),
    atMs: (row["at"] as Date).getTime(),
  }));
}

/** @throws while the database is away */
export async function forgetMarks(database: VideoDatabase): Promise<void> {
  await database.query(FORGET);
}
