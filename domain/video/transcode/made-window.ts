import { DISCONTINUITIES } from "../playlist/media-tags.ts";

/** A segment of a rendition that FFmpeg has made. */
export type MadeSegment = {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly durationMs: number;
  /** Its times do not follow those of the one before. */
  readonly isDiscontinuity: boolean;
};

/** What can be played of a rendition now, oldest first. */
export type MadeWindow = { readonly segments: readonly MadeSegment[]; readonly discontinuities: number };

/** Six segments of two seconds are in the playlist, and two more are kept for those who have an older one. */
const SHOWN = 6;
const KEPT = 8;

/**
 * @param firstSequence of a window that is empty: greater than any that players may still remember of this address, for they
 *   keep what they have loaded. Seconds since the Unix epoch are, as long as segments last a second or more.
 */
export function withSegment(
  { segments, discontinuities }: MadeWindow,
  segment: Pick<MadeSegment, "bytes" | "durationMs" | "isDiscontinuity">,
  firstSequence: number,
): MadeWindow {
  const sequence = (segments.at(-1)?.sequence ?? firstSequence - 1) + 1;
  const all = [...segments, { ...segment, sequence }];
  const kept = all.slice(-KEPT);
  const gone = all.slice(0, -KEPT);
  return { segments: kept, discontinuities: discontinuities + gone.filter((one) => one.isDiscontinuity).length };
}

/** The playlist of a window (RFC 8216 §4.3). */
export function madePlaylist({ segments, discontinuities }: MadeWindow): string {
  const shown = segments.slice(-SHOWN);
  const before = segments.slice(0, -SHOWN).filter(({ isDiscontinuity }) => isDiscontinuity).length;
  const longestS = Math.max(1, ...shown.map(({ durationMs }) => Math.round(durationMs / 1000)));
  const lines = [
    "#EXTM3U",
    "#EXT-X-VERSION:6",
    `#EXT-X-TARGETDURATION:${longestS}`,
    `#EXT-X-MEDIA-SEQUENCE:${shown[0]?.sequence ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${(discontinuities + before) % DISCONTINUITIES}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
  ];
  for (const { sequence, durationMs, isDiscontinuity } of shown) {
    if (isDiscontinuity) lines.push("#EXT-X-DISCONTINUITY");
    lines.push(`#EXTINF:${(durationMs / 1000).toFixed(3)},`, `s${sequence}.ts`);
  }
  return `${lines.join("\n")}\n`;
}
