import { cutKeyFrame, type KeyFrame } from "../../../domain/video/cut-key-frame.ts";
import type { CachedResource } from "./resource-cache.ts";
import { wholeOf } from "./whole-of.ts";

/** The newest picture of a camera that can be decoded alone. */
export type NewestFrame = {
  readonly frame: KeyFrame;
  /** Milliseconds since the Unix epoch. */
  readonly cutAtMs: number;
};

/** Cuts the newest key frame out of the newest segment of one stream. */
export interface KeyFrameKeeper {
  readonly newest: NewestFrame | null;
  /** Of the video as it was last seen, also where no frame could be cut: `hvc1` is H.265. */
  readonly codec: string | null;
  /**
   * @param sequence of the segment: one that was cut already is not cut again
   * @param init the initialisation section of fMP4
   */
  take(sequence: number, segment: CachedResource, init: CachedResource | null): Promise<void>;
  forget(): void;
}

/** @param wallClock milliseconds since the Unix epoch */
export function createKeyFrameKeeper(wallClock: () => number): KeyFrameKeeper {
  let newest: NewestFrame | null = null;
  let codec: string | null = null;
  let parameterSets: readonly Uint8Array[] = [];
  let taken: number | null = null;

  return {
    get newest() {
      return newest;
    },
    get codec() {
      return codec;
    },
    async take(sequence, segment, init) {
      try {
        if (sequence === taken) return;
        taken = sequence;
        const [media, head] = await Promise.all([wholeOf(segment), init && wholeOf(init)]);
        if (media === null || (init !== null && head === null)) return;
        const cut = cutKeyFrame(media, { init: head ?? undefined, parameterSets });
        parameterSets = cut.parameterSets;
        codec = cut.codec;
        if (!cut.found) return;
        // A copy: the frame is a small part of a segment that would stay in memory with it.
        newest = { frame: { ...cut, bytes: Uint8Array.from(cut.bytes) }, cutAtMs: wallClock() };
      } finally {
        segment.release();
        init?.release();
      }
    },
    forget() {
      newest = null;
      taken = null;
    },
  };
}
