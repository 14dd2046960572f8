import { pieceName } from "./object-key.ts";
import { endMsOf, type RecordedPiece } from "./recorded-piece.ts";

/** One playlist names at most so much time: 10,800 segments of two seconds [J]. */
export const LONGEST_PLAYBACK_MS = 6 * 3_600_000;
/** Less than this between two pieces is rounding. */
const GAP_MS = 500;
const USUAL_TARGET_S = 2;

export type PlaybackRange = { readonly fromMs: number; readonly toMs: number };

/** @returns why nothing can be played of a range; null when it can */
export function rangeProblem({ fromMs, toMs }: PlaybackRange): "empty" | "too_long" | null {
  if (!(toMs > fromMs)) return "empty";
  return toMs - fromMs > LONGEST_PLAYBACK_MS ? "too_long" : null;
}

/**
 * A media playlist (RFC 8216) of what was recorded within a range. What is missing is not filled: a discontinuity stands
 * there, and the date and time after it, so that the gap shows on a time line. While the range still goes on it is an
 * `EVENT` to which is only added, and then a `VOD`.
 *
 * @param pieces of one site that touch the range, oldest first; those that overlap the one before by half are left out
 */
export function playbackPlaylist(pieces: readonly RecordedPiece[], range: PlaybackRange, nowMs: number): string {
  const isOver = range.toMs <= nowMs;
  const kept = withoutOverlaps(pieces);
  const targetS = Math.max(USUAL_TARGET_S, ...kept.map(({ durationMs }) => Math.ceil(durationMs / 1000)));
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${targetS}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
    `#EXT-X-PLAYLIST-TYPE:${isOver ? "VOD" : "EVENT"}`,
    ...kept.flatMap((piece, index) => linesOf(piece, kept[index - 1])),
    ...(isOver ? ["#EXT-X-ENDLIST"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function linesOf(piece: RecordedPiece, before: RecordedPiece | undefined): string[] {
  const isGap = before === undefined || piece.startMs - endMsOf(before) > GAP_MS;
  const isOther = before !== undefined && (before.initId !== piece.initId || before.codec !== piece.codec);
  const isBroken = before !== undefined && (isGap || isOther || piece.isDiscontinuity || piece.kind !== before.kind);
  const name = pieceName(piece);
  const map =
    piece.initBytes > 0 && (isBroken || before === undefined)
      ? [`#EXT-X-MAP:URI="${name}",BYTERANGE="${piece.initBytes}@0"`]
      : [];
  const range = piece.initBytes > 0 ? [`#EXT-X-BYTERANGE:${piece.bytes - piece.initBytes}@${piece.initBytes}`] : [];
  return [
    ...(isBroken ? ["#EXT-X-DISCONTINUITY"] : []),
    ...map,
    ...(isGap ? [`#EXT-X-PROGRAM-DATE-TIME:${new Date(piece.startMs).toISOString()}`] : []),
    `#EXTINF:${(piece.durationMs / 1000).toFixed(3)},`,
    ...range,
    name,
  ];
}

/** After a restart a segment may have been recorded twice, under times that differ a little. */
function withoutOverlaps(pieces: readonly RecordedPiece[]): RecordedPiece[] {
  const kept: RecordedPiece[] = [];
  for (const piece of pieces) {
    const before = kept.at(-1);
    if (before === undefined || endMsOf(before) - piece.startMs < piece.durationMs / 2) kept.push(piece);
  }
  return kept;
}
