import { isoOf } from "../../domain/iso-of.ts";
import type { PlaybackRange } from "../../domain/video/recording/playback-playlist.ts";
import {
  CONTAINERS,
  PIECE_KINDS,
  RECORDING_REASONS,
  type RecordedPiece,
} from "../../domain/video/recording/recorded-piece.ts";
import type { VideoDatabase } from "./stream-store.ts";

// One statement for all of them. A piece whose site was removed meanwhile has no row: retention by age never meets it, the sweep does.
const KEEP = `
  insert into video_segment (site_id, start_at, duration_ms, kind, container, bytes, init_bytes, init_id, codec,
    is_discontinuity, reason)
  select s.id, r.start_at::timestamptz, r.duration_ms, r.kind, r.container, r.bytes, r.init_bytes, r.init_id, r.codec,
    r.is_discontinuity, r.reason
  from jsonb_to_recordset($1::jsonb) as r (code text, start_at text, duration_ms int, kind text, container text, bytes int,
    init_bytes int, init_id text, codec text, is_discontinuity boolean, reason text)
  join site s on s.code = r.code
  on conflict (site_id, start_at) do nothing`;
const COLUMNS = `s.code, v.start_at, v.duration_ms, v.kind, v.container, v.bytes, v.init_bytes, v.init_id, v.codec,
  v.is_discontinuity, v.reason`;
/** No segment is longer: what touches a range begins at most so much before it. */
export const LONGEST = "interval '10 minutes'";
const IN_RANGE = `
  select ${COLUMNS} from video_segment v join site s on s.id = v.site_id
  where s.code = $1 and v.start_at >= $2::timestamptz - ${LONGEST} and v.start_at < $3::timestamptz
    and v.start_at + v.duration_ms * interval '1 ms' > $2::timestamptz
  order by v.start_at limit $4`;
/** A day of segments of two seconds. */
const MOST_PIECES = 43_200;

/** Stores rows of files; those that are known already stay as they are. @throws while the database is away */
export async function keepPieces(database: VideoDatabase, pieces: readonly RecordedPiece[]): Promise<void> {
  const rows = pieces.map((piece) => ({
    code: piece.siteId,
    start_at: isoOf(piece.startMs),
    duration_ms: piece.durationMs,
    kind: piece.kind,
    container: piece.container,
    bytes: piece.bytes,
    init_bytes: piece.initBytes,
    init_id: piece.initId,
    codec: piece.codec,
    is_discontinuity: piece.isDiscontinuity,
    reason: piece.reason,
  }));
  await database.query(KEEP, [JSON.stringify(rows)], { lane: "ingest" });
}

/** What touches a range, oldest first. @throws while the database is away */
export async function readPieces(
  database: VideoDatabase,
  siteId: string,
  { fromMs, toMs }: PlaybackRange,
): Promise<RecordedPiece[]> {
  const rows = await database.query(IN_RANGE, [siteId, isoOf(fromMs), isoOf(toMs), MOST_PIECES], {
    name: "video-pieces",
  });
  return rows.map(pieceFrom);
}

export function pieceFrom(row: Record<string, unknown>): RecordedPiece {
  return {
    siteId: String(row["code"]),
    startMs: (row["start_at"] as Date).getTime(),
    durationMs: Number(row["duration_ms"]),
    kind: PIECE_KINDS.find((kind) => kind === row["kind"]) ?? "segment",
    container: CONTAINERS.find((container) => container === row["container"]) ?? "ts",
    bytes: Number(row["bytes"]),
    initBytes: Number(row["init_bytes"]),
    initId: typeof row["init_id"] === "string" ? row["init_id"] : null,
    codec: typeof row["codec"] === "string" ? row["codec"] : null,
    isDiscontinuity: row["is_discontinuity"] === true,
    reason: RECORDING_REASONS.find((reason) => reason === row["reason"]) ?? "found",
  };
}
