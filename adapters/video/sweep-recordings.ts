import { isoOf } from "../../domain/iso-of.ts";
import { type JobDetail, type StopSignal, stopWhenAborted } from "../../domain/jobs/job.ts";
import { initLengthOf } from "../../domain/video/recording/init-length.ts";
import { objectKey, parseObjectKey } from "../../domain/video/recording/object-key.ts";
import type { ObjectStore, StoredObject } from "../../domain/video/recording/object-store.ts";
import type { RecordedPiece } from "../../domain/video/recording/recorded-piece.ts";
import { keepPieces, pieceFrom } from "./recording-store.ts";
import { forgetPieces } from "./retain-recordings.ts";
import type { VideoDatabase } from "./stream-store.ts";

export type SweepOptions = {
  readonly database: VideoDatabase;
  readonly store: ObjectStore;
  /** False where not every object can be seen: some may wait in the spool of another process. Then no row is removed. */
  readonly seesAll: boolean;
  readonly nowMs: number;
  readonly signal: StopSignal;
};

const HOUR_MS = 3_600_000;
/** What a crash or a database that was away has left is found within a day; what is older was looked at before. */
const BACK_MS = 26 * HOUR_MS;
/** Rows of younger files may be under way. */
const SETTLED_MS = 120_000;
const BATCH = 500;
/** An initialisation section has some hundred bytes. */
const HEAD_BYTES = 65_536;
const KNOWN = `
  select s.code, v.start_at from video_segment v join site s on s.id = v.site_id
  join jsonb_to_recordset($1::jsonb) as r (code text, start_at text) on s.code = r.code and v.start_at = r.start_at::timestamptz`;
const ROWS = `
  select s.code, v.* from video_segment v join site s on s.id = v.site_id
  where v.start_at >= $1::timestamptz and v.start_at < $2::timestamptz order by s.code, v.start_at`;

/**
 * Gives files of the last day their rows, and removes rows of files that are not there.
 *
 * @throws while the database or the store is away
 */
export async function sweepRecordings({ database, store, seesAll, nowMs, signal }: SweepOptions): Promise<JobDetail> {
  const fromMs = nowMs - BACK_MS;
  const toMs = nowMs - SETTLED_MS;
  let found = 0;
  let batch: StoredObject[] = [];
  const present = new Set<string>();
  const sitesSeen = new Set<string>();
  for await (const object of store.list(fromMs, toMs)) {
    present.add(object.key);
    sitesSeen.add(object.key.slice(0, object.key.indexOf("/")));
    if (nowMs - object.changedMs < SETTLED_MS) continue;
    batch.push(object);
    if (batch.length < BATCH) continue;
    found += await giveRows(database, store, batch);
    batch = [];
    stopWhenAborted(signal);
  }
  found += await giveRows(database, store, batch);
  if (!seesAll) return { found, missing: 0 };
  return { found, missing: await forgetMissing({ database, present, sitesSeen, fromMs, toMs }) };
}

async function giveRows(
  database: VideoDatabase,
  store: ObjectStore,
  objects: readonly StoredObject[],
): Promise<number> {
  const parts = objects.flatMap((object) => {
    const key = parseObjectKey(object.key);
    return key === null ? [] : [{ object, ...key }];
  });
  const asked = parts.map(({ siteId, startMs }) => ({ code: siteId, start_at: isoOf(startMs) }));
  const rows = asked.length === 0 ? [] : await database.query(KNOWN, [JSON.stringify(asked)], { timeoutMs: 30_000 });
  const known = new Set(rows.map((row) => `${String(row["code"])} ${(row["start_at"] as Date).getTime()}`));
  const pieces: RecordedPiece[] = [];
  for (const { object, ...key } of parts) {
    if (known.has(`${key.siteId} ${key.startMs}`)) continue;
    const initBytes = key.container === "mp4" ? await initBytesOf(store, object.key) : 0;
    if (initBytes === null) continue;
    const initId = initBytes > 0 ? `found-${object.key}` : null;
    const { bytes } = object;
    pieces.push({ ...key, bytes, initBytes, initId, codec: null, isDiscontinuity: true, reason: "found" });
  }
  if (pieces.length > 0) await keepPieces(database, pieces);
  return pieces.length;
}

/** @returns null for a file that no player could play */
async function initBytesOf(store: ObjectStore, key: string): Promise<number | null> {
  const opened = await store.open(key, { first: 0, last: HEAD_BYTES - 1 });
  if (opened === null) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.stream) chunks.push(chunk);
  return initLengthOf(Buffer.concat(chunks));
}

/**
 * Only of sites of which there are files: a disk that is not mounted has none, and must not cost a single row.
 */
async function forgetMissing(options: {
  readonly database: VideoDatabase;
  readonly present: ReadonlySet<string>;
  readonly sitesSeen: ReadonlySet<string>;
  readonly fromMs: number;
  readonly toMs: number;
}): Promise<number> {
  const { database, present, sitesSeen, fromMs, toMs } = options;
  let missing = 0;
  for (let hourMs = fromMs; hourMs < toMs; hourMs += HOUR_MS) {
    const rows = await database.query(ROWS, [isoOf(hourMs), isoOf(Math.min(toMs, hourMs + HOUR_MS))], {
      timeoutMs: 30_000,
    });
    const gone = rows.map(pieceFrom).filter((piece) => sitesSeen.has(piece.siteId) && !present.has(objectKey(piece)));
    await forgetPieces(database, gone);
    missing += gone.length;
  }
  return missing;
}
