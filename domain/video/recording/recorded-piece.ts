/** Containers that segments come in. */
export const CONTAINERS = ["ts", "mp4"] as const;
export type Container = (typeof CONTAINERS)[number];

/** `key_frame`: one picture that stands for the whole duration. */
export const PIECE_KINDS = ["segment", "key_frame"] as const;
export type PieceKind = (typeof PIECE_KINDS)[number];

/** Why something was recorded. */
export const RECORDING_REASONS = ["continuous", "key_frames", "alarm", "found"] as const;
export type RecordingReason = (typeof RECORDING_REASONS)[number];

/**
 * One file of a recording: a segment as the camera made it, in fMP4 with its initialisation section in front, so that each
 * file can be played by itself.
 */
export type RecordedPiece = {
  readonly siteId: string;
  /** Milliseconds since the Unix epoch. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly kind: PieceKind;
  readonly container: Container;
  /** Of the whole file. */
  readonly bytes: number;
  /** Of the initialisation section at its beginning; 0 in MPEG-TS. */
  readonly initBytes: number;
  /** Another text for another initialisation section; null in MPEG-TS. */
  readonly initId: string | null;
  readonly codec: string | null;
  /** Its time stamps do not go on from the piece before. */
  readonly isDiscontinuity: boolean;
  readonly reason: RecordingReason;
};

export function endMsOf({ startMs, durationMs }: Pick<RecordedPiece, "startMs" | "durationMs">): number {
  return startMs + durationMs;
}
