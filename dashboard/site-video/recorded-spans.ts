import type { Schemas } from "../client/contract.ts";

/** A stretch of time, milliseconds since the Unix epoch: from inclusive, to exclusive. */
export type Stretch = { readonly fromMs: number; readonly toMs: number };
/** In it something was recorded without a gap. */
export type Recorded = Stretch & { readonly kind: Schemas["RecordedSpan"]["kind"]; readonly bytes: number };

/** A playlist names this much before and after the moment that is asked for: going back a little needs no other one. */
const BEFORE_MS = 60_000;
const AFTER_MS = 840_000;
/** What was filmed just now is not written yet. */
export const WRITTEN_AFTER_MS = 4_000;

export function recordedOf(items: readonly Schemas["RecordedSpan"][]): readonly Recorded[] {
  return items.map(({ from, to, kind, bytes }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to), kind, bytes }));
}

const holds = ({ fromMs, toMs }: Stretch, atMs: number): boolean => fromMs <= atMs && atMs < toMs;

/** @param recorded oldest first */
export function recordedAt(recorded: readonly Recorded[], atMs: number): Recorded | null {
  return recorded.find((one) => holds(one, atMs)) ?? null;
}

/** When something is recorded again after a moment; null = not within what is known. */
export function nextRecordedMs(recorded: readonly Recorded[], atMs: number): number | null {
  return recorded.find(({ fromMs }) => fromMs > atMs)?.fromMs ?? null;
}

/** What a player asks for to show a moment. @returns null when nothing of it can be written yet */
export function windowAround(atMs: number, nowMs: number): Stretch | null {
  const toMs = Math.min(atMs + AFTER_MS, nowMs - WRITTEN_AFTER_MS);
  return atMs < toMs ? { fromMs: Math.floor(atMs - BEFORE_MS), toMs: Math.floor(toMs) } : null;
}

/** How much was recorded of a stretch: its time, and about how many bytes that is. */
export function recordedWithin(
  recorded: readonly Recorded[],
  { fromMs, toMs }: Stretch,
): { ms: number; bytes: number } {
  let [ms, bytes] = [0, 0];
  for (const one of recorded) {
    const shared = Math.max(0, Math.min(one.toMs, toMs) - Math.max(one.fromMs, fromMs));
    ms += shared;
    bytes += (one.bytes * shared) / Math.max(1, one.toMs - one.fromMs);
  }
  return { ms, bytes: Math.round(bytes) };
}

/** A piece of a playlist: where it stands in the player's time, seconds, and when it was filmed. */
export type PlayedPiece = {
  readonly start: number;
  readonly duration: number;
  readonly programDateTime: number | null;
};

/** Less than this before a piece is rounding, or the end of a segment that came late. */
const SLACK_MS = 1_500;

/** Where in the player's time a moment stands. @returns null when nothing was recorded then */
export function mediaTimeAt(pieces: readonly PlayedPiece[], atMs: number): number | null {
  for (const { start, duration, programDateTime } of pieces) {
    if (programDateTime === null || programDateTime + duration * 1000 <= atMs) continue;
    return programDateTime - atMs > SLACK_MS ? null : start + Math.max(0, (atMs - programDateTime) / 1000);
  }
  return null;
}

/** When the picture at a place of the player's time was filmed. */
export function momentAt(pieces: readonly PlayedPiece[], mediaTimeS: number): number | null {
  const piece = pieces.findLast(({ start }) => start <= mediaTimeS + 0.001);
  if (!piece || piece.programDateTime === null) return null;
  return piece.programDateTime + Math.min(piece.duration, Math.max(0, mediaTimeS - piece.start)) * 1000;
}
