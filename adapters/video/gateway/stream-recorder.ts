import { createHash } from "node:crypto";
import { cutKeyFrame } from "../../../domain/video/cut-key-frame.ts";
import { keyFrameMp4 } from "../../../domain/video/recording/key-frame-mp4.ts";
import { createPreRoll, type PreRoll } from "../../../domain/video/recording/pre-roll.ts";
import type { RecordedPiece, RecordingReason } from "../../../domain/video/recording/recorded-piece.ts";
import type { RecordingMode } from "../../../domain/video/recording/recording-mode.ts";
import { NEW_SEGMENT_CLOCK, placeSegment, type SegmentClock } from "../../../domain/video/recording/segment-clock.ts";
import { type VideoCause, VideoError } from "../../../domain/video/video-cause.ts";
import type { PlaylistFacts, SegmentFacts } from "./stream-playlists.ts";
import { type OpenSegment, readClear, readWhole } from "./whole-of.ts";

/** Takes the segments of one camera out of the cache, and hands on what is to be written. */
export interface StreamRecorder {
  readonly mode: RecordingMode;
  /** Its playlist was looked at: what is new in it is recorded. */
  follow(facts: PlaylistFacts, open: OpenSegment): void;
  /** @param atMs of an alarm, milliseconds since the Unix epoch */
  freeze(atMs: number): void;
  /** Lets the oldest second or so of its memory go. @returns bytes, 0 when there are none */
  drop(): number;
  readonly heldBytes: number;
  /** Why nothing is recorded although it is asked for; null while it is. */
  readonly cause: VideoCause | null;
}

export type StreamRecorderOptions = {
  readonly siteId: string;
  readonly mode: Exclude<RecordingMode, "off">;
  readonly preRollS: number;
  readonly postRollS: number;
  readonly write: (piece: RecordedPiece, parts: readonly Uint8Array[]) => void;
  /** Milliseconds since the Unix epoch. */
  readonly wallClock: () => number;
};

type Place = Pick<RecordedPiece, "siteId" | "startMs" | "durationMs" | "isDiscontinuity" | "reason">;
type Taken = {
  readonly piece: RecordedPiece;
  readonly parts: readonly Uint8Array[];
  readonly startMs: number;
  readonly durationMs: number;
  readonly bytes: Uint8Array;
};

const NO_INIT = { bytes: Buffer.alloc(0), id: null } as const;
/** A round, its judging, the database and the look for what it says; a rule's delay is not in it [J]. */
const LATE_S = 30;
/** Segments that wait to be fetched: a camera that is too slow loses the oldest. */
const MOST_PENDING = 8;
const REASONS: Readonly<Record<StreamRecorderOptions["mode"], RecordingReason>> = {
  continuous: "continuous",
  key_frames: "key_frames",
  around_alarm: "alarm",
};

export function createStreamRecorder(options: StreamRecorderOptions): StreamRecorder {
  const { siteId, mode, preRollS, postRollS, write, wallClock } = options;
  const ring: PreRoll<Taken> | null = mode === "around_alarm" ? createPreRoll(preRollS, postRollS, LATE_S) : null;
  let clock: SegmentClock = NEW_SEGMENT_CLOCK;
  let seen: number | null = null;
  let pending: readonly SegmentFacts[] = [];
  let isTaking = false;
  let cause: VideoCause | null = null;
  let codec: string | null = null;
  let parameterSets: readonly Uint8Array[] = [];
  let isCodecKnown = false;
  let init: { readonly servedAs: string; readonly bytes: Buffer; readonly id: string } | null = null;

  function newIn({ segments }: PlaylistFacts): readonly SegmentFacts[] {
    const newest = segments.at(-1);
    if (newest === undefined) return [];
    const last = seen;
    seen = newest.sequence;
    // What was there before is not recorded: when it was made nobody knows. So it is after a camera's restart, too.
    if (last === null || newest.sequence < last) return [newest];
    return segments.filter(({ sequence }) => sequence > last);
  }

  async function take(open: OpenSegment): Promise<void> {
    if (isTaking) return;
    isTaking = true;
    try {
      for (let next = pending[0]; next; next = pending[0]) {
        pending = pending.slice(1);
        await takeOne(next, open);
      }
    } finally {
      isTaking = false;
    }
  }

  async function takeOne(segment: SegmentFacts, open: OpenSegment): Promise<void> {
    try {
      if (segment.cipher === "unknown") throw new VideoError("encrypted_not_recorded", "nobody could play it");
      // In the clear: its key is the camera's, and may be another one tomorrow.
      const media = await readClear(open, segment);
      await readInit(segment, open);
      cause = null;
      keep(segment, media);
    } catch (error) {
      cause = error instanceof VideoError ? error.videoCause : "bad_content";
    }
  }

  async function readInit({ init: named }: SegmentFacts, open: OpenSegment): Promise<void> {
    const servedAs = named === null ? null : `${named.servedAs} ${named.range ?? ""}`;
    if (named === null || servedAs === null) init = null;
    else if (init?.servedAs !== servedAs) {
      const bytes = await readWhole(open, named);
      init = { servedAs, bytes, id: idOf(bytes) };
      isCodecKnown = false;
    }
  }

  function keep(segment: SegmentFacts, media: Buffer): void {
    const durationMs = Math.max(1, Math.round(segment.durationS * 1000));
    const placed = placeSegment(clock, {
      sequence: segment.sequence,
      durationMs,
      saidMs: segment.startMs,
      arrivedMs: wallClock(),
      isDiscontinuity: segment.isDiscontinuity,
    });
    ({ clock } = placed);
    const place = { siteId, durationMs, ...placed.time, reason: REASONS[mode] };
    if (mode === "key_frames") keepPicture(place, media);
    else keepSegment(place, media);
  }

  function keepSegment(place: Place, media: Buffer): void {
    const isStream = media[0] === 0x47;
    const head = headOf(isStream);
    if (place.isDiscontinuity || !isCodecKnown) findCodec(media);
    const piece: RecordedPiece = {
      ...place,
      kind: "segment",
      container: isStream ? "ts" : "mp4",
      bytes: media.length + head.bytes.length,
      initBytes: head.bytes.length,
      initId: head.id,
      codec,
    };
    const { startMs, durationMs } = piece;
    const parts = head.id === null ? [media] : [head.bytes, media];
    if (ring === null) write(piece, parts);
    else writeAll(ring.take({ piece, parts, startMs, durationMs, bytes: media }));
  }

  function keepPicture(place: Place, media: Buffer): void {
    const cut = cutKeyFrame(media, { init: init?.bytes, parameterSets });
    ({ parameterSets } = cut);
    if (!cut.found) {
      // A segment may have no picture of its own; a camera whose video is of another kind never has one.
      if (cut.miss !== "no_key_frame") throw new VideoError("bad_content", `no picture can be cut: ${cut.miss}`);
      return;
    }
    const { init: head, fragment } = keyFrameMp4(cut, place.startMs, place.durationMs);
    write(
      {
        ...place,
        kind: "key_frame",
        container: "mp4",
        bytes: head.length + fragment.length,
        initBytes: head.length,
        initId: idOf(head),
        codec: cut.codec,
      },
      [head, fragment],
    );
  }

  /** What has to stand before the segment in its file. */
  function headOf(isStream: boolean): { readonly bytes: Buffer; readonly id: string | null } {
    if (isStream) return NO_INIT;
    if (init === null) throw new VideoError("bad_content", "a segment of MP4 without its initialisation");
    return init;
  }

  function findCodec(media: Buffer): void {
    ({ codec } = cutKeyFrame(media, { init: init?.bytes }));
    isCodecKnown = codec !== null;
  }

  function writeAll(taken: readonly Taken[]): void {
    for (const { piece, parts } of taken) write(piece, parts);
  }

  return {
    mode,
    get cause() {
      return cause;
    },
    get heldBytes() {
      return ring?.bytes ?? 0;
    },
    follow(facts, open) {
      pending = [...pending, ...newIn(facts)].slice(-MOST_PENDING);
      void take(open);
    },
    freeze: (atMs) => writeAll(ring?.freeze(atMs) ?? []),
    drop: () => ring?.drop() ?? 0,
  };
}

function idOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}
