import { endMsOf, type RecordedPiece } from "./recorded-piece.ts";

/** Evidence: what lies within, even in part, is not removed before `untilMs`. Milliseconds since the Unix epoch. */
export type RecordingLock = {
  readonly siteId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly untilMs: number;
};

export type RetentionLimits = {
  /** What ended before is too old, milliseconds since the Unix epoch. */
  readonly beforeMs: number;
  /** So many bytes are too many. */
  readonly excessBytes: number;
};

type Stored = Pick<RecordedPiece, "siteId" | "startMs" | "durationMs" | "bytes">;

/**
 * Which pieces have to go: what is too old, then the oldest until there is room; never what is locked.
 *
 * @param pieces oldest first
 */
export function planRetention<Piece extends Stored>(
  pieces: readonly Piece[],
  locks: readonly RecordingLock[],
  { beforeMs, excessBytes }: RetentionLimits,
  nowMs: number,
): readonly Piece[] {
  const bySite = Map.groupBy(
    locks.filter(({ untilMs }) => untilMs > nowMs),
    ({ siteId }) => siteId,
  );
  let excess = excessBytes;
  return pieces.filter((piece) => {
    if (endMsOf(piece) > beforeMs && excess <= 0) return false;
    if (bySite.get(piece.siteId)?.some((lock) => isWithin(piece, lock))) return false;
    excess -= piece.bytes;
    return true;
  });
}

function isWithin(piece: Stored, { fromMs, toMs }: RecordingLock): boolean {
  return piece.startMs < toMs && endMsOf(piece) > fromMs;
}
