import { isoOf } from "../../domain/iso-of.ts";
import { objectKey } from "../../domain/video/recording/object-key.ts";
import type { ObjectStore } from "../../domain/video/recording/object-store.ts";
import type { PlaybackRange } from "../../domain/video/recording/playback-playlist.ts";
import type { PieceKind, RecordedPiece } from "../../domain/video/recording/recorded-piece.ts";
import { createRecordingLocks, type RecordingLocks } from "./recording-locks.ts";
import { LONGEST, readPieces } from "./recording-store.ts";
import type { VideoDatabase } from "./stream-store.ts";

/** A time without a gap in which something was recorded. */
export type RecordedSpan = {
  readonly from: string;
  readonly to: string;
  readonly kind: PieceKind;
  readonly segments: number;
  readonly bytes: number;
};

/** A clip: the segments of a range behind one another, as the camera made them. */
export type Clip = { readonly container: RecordedPiece["container"]; readonly chunks: AsyncIterable<Uint8Array> };

/** What was recorded, for people. Every call rejects while the database is away. */
export interface RecordingBook {
  /** Oldest first; @param most spans */
  spans(siteId: string, range: PlaybackRange, most: number): Promise<RecordedSpan[]>;
  /** @returns null when nothing of the range was recorded, or another machine has the files */
  clip(siteId: string, range: PlaybackRange): Promise<Clip | null>;
  readonly locks: RecordingLocks;
}

/** A shorter gap is rounding. Of two kinds each has spans of its own. */
const SPANS = `
  with piece as (
    select start_at, start_at + duration_ms * interval '1 ms' as end_at, bytes, kind,
      lag(kind) over w as kind_before, lag(start_at + duration_ms * interval '1 ms') over w as end_before
    from video_segment
    where site_id = (select id from site where code = $1)
      and start_at >= $2::timestamptz - ${LONGEST} and start_at < $3::timestamptz
      and start_at + duration_ms * interval '1 ms' > $2::timestamptz
    window w as (order by start_at)
  ), numbered as (
    select *, count(*) filter (
      where end_before is null or kind <> kind_before or start_at > end_before + interval '500 ms'
    ) over (order by start_at) as span
    from piece
  )
  select min(start_at) as from_at, max(end_at) as to_at, kind, count(*)::int as segments, sum(bytes)::text as bytes
  from numbered group by span, kind order by 1 limit $4`;

export function createRecordingBook(database: VideoDatabase, store: Pick<ObjectStore, "open">): RecordingBook {
  return {
    locks: createRecordingLocks(database),
    async spans(siteId, { fromMs, toMs }, most) {
      const rows = await database.query(SPANS, [siteId, isoOf(fromMs), isoOf(toMs), most], {
        name: "video-spans",
        timeoutMs: 10_000,
      });
      return rows.map((row) => ({
        from: (row["from_at"] as Date).toISOString(),
        to: (row["to_at"] as Date).toISOString(),
        kind: row["kind"] === "key_frame" ? "key_frame" : "segment",
        segments: Number(row["segments"]),
        bytes: Number(row["bytes"]),
      }));
    },
    async clip(siteId, range) {
      const pieces = await readPieces(database, siteId, range);
      const [first] = pieces;
      const opened = first && (await store.open(objectKey(first)));
      if (!first || !opened) return null;
      opened.stream.destroy();
      // A file holds one kind: what the camera sent in another container begins another clip.
      const alike = pieces.filter(({ container }) => container === first.container);
      return { container: first.container, chunks: chunksOf(store, alike) };
    },
  };
}

/** Initialisation sections are left out while they say the same as the one before. What is gone is a gap. */
async function* chunksOf(
  store: Pick<ObjectStore, "open">,
  pieces: readonly RecordedPiece[],
): AsyncGenerator<Uint8Array> {
  let initId: string | null = null;
  for (const piece of pieces) {
    const isKnown = piece.initId !== null && piece.initId === initId;
    const range = isKnown ? { first: piece.initBytes, last: piece.bytes - 1 } : undefined;
    const opened = await store.open(objectKey(piece), range);
    if (opened === null) continue;
    initId = piece.initId;
    for await (const chunk of opened.stream) yield chunk;
  }
}
