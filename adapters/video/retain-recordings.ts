import { isoOf } from "../../domain/iso-of.ts";
import { type JobDetail, type StopSignal, stopWhenAborted } from "../../domain/jobs/job.ts";
import { objectKey } from "../../domain/video/recording/object-key.ts";
import type { ObjectStore } from "../../domain/video/recording/object-store.ts";
import { planRetention, type RecordingLock } from "../../domain/video/recording/plan-retention.ts";
import type { RecordedPiece } from "../../domain/video/recording/recorded-piece.ts";
import { readLivingLocks } from "./recording-locks.ts";
import { forgetMarks } from "./recording-marks.ts";
import { readKeptSettings } from "./recording-settings.ts";
import { pieceFrom } from "./recording-store.ts";
import type { VideoDatabase } from "./stream-store.ts";

export type RetainOptions = {
  readonly database: VideoDatabase;
  readonly store: Pick<ObjectStore, "remove">;
  readonly nowMs: number;
  readonly signal: StopSignal;
};

const DAY_MS = 86_400_000;
const GB = 1e9;
const PAGE = 2_000;
/** A store across the network takes some 30 ms for each, and a plant of 150 cameras makes 75 a second [J]. */
const AT_ONCE = 16;
const SUM = "select coalesce(sum(bytes), 0)::text as bytes from video_segment";
/** Keyset, so that what is locked is passed by once. */
const OLDEST = `
  select s.code, v.* from video_segment v join site s on s.id = v.site_id
  where (v.start_at, v.site_id) > ($1::timestamptz, $2::int) order by v.start_at, v.site_id limit ${PAGE}`;
const FORGET = `
  delete from video_segment v using jsonb_to_recordset($1::jsonb) as r (code text, start_at text), site s
  where s.code = r.code and v.site_id = s.id and v.start_at = r.start_at::timestamptz`;

/**
 * Removes recordings that are too old, and the oldest while there are too many bytes; never what is locked. The object goes
 * first, then its row: what is cut off between the two is done again.
 *
 * @throws while the database is away, and when an object cannot be removed: its row stays
 */
export async function retainRecordings({ database, store, nowMs, signal }: RetainOptions): Promise<JobDetail> {
  await forgetMarks(database);
  const settings = await readKeptSettings(database);
  if (settings === null) return { removed: 0, freedBytes: 0 };
  const locks = await readLivingLocks(database);
  const beforeMs = nowMs - settings.keepDays * DAY_MS;
  const [sum] = await database.query(SUM, [], { timeoutMs: 60_000 });
  let excessBytes = Number(sum?.["bytes"] ?? 0) - settings.maxGb * GB;
  let removed = 0;
  let freedBytes = 0;
  for await (const page of oldestFirst(database)) {
    const going = planRetention(page, locks, { beforeMs, excessBytes }, nowMs);
    for (let at = 0; at < going.length; at += AT_ONCE)
      await Promise.all(going.slice(at, at + AT_ONCE).map((piece) => store.remove(objectKey(piece))));
    await forgetPieces(database, going);
    const bytes = going.reduce((total, piece) => total + piece.bytes, 0);
    removed += going.length;
    freedBytes += bytes;
    excessBytes -= bytes;
    const last = page.at(-1);
    if (excessBytes <= 0 && last && last.startMs >= beforeMs) break;
    stopWhenAborted(signal);
  }
  return { removed, freedBytes, locks: countLiving(locks, nowMs) };
}

async function* oldestFirst(database: VideoDatabase): AsyncIterable<readonly RecordedPiece[]> {
  for (let after = { at: "-infinity", site: 0 }; ; ) {
    const rows = await database.query(OLDEST, [after.at, after.site], { timeoutMs: 30_000 });
    if (rows.length > 0) yield rows.map(pieceFrom);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = { at: isoOf((last["start_at"] as Date).getTime()), site: Number(last["site_id"]) };
  }
}

/** @throws while the database is away */
export async function forgetPieces(
  database: VideoDatabase,
  pieces: readonly Pick<RecordedPiece, "siteId" | "startMs">[],
): Promise<void> {
  if (pieces.length === 0) return;
  const rows = pieces.map(({ siteId, startMs }) => ({ code: siteId, start_at: isoOf(startMs) }));
  await database.query(FORGET, [JSON.stringify(rows)], { timeoutMs: 30_000 });
}

function countLiving(locks: readonly RecordingLock[], nowMs: number): number {
  return locks.filter(({ untilMs }) => untilMs > nowMs).length;
}
