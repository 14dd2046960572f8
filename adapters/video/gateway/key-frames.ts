import { cutKeyFrame, type KeyFrame } from "../../../domain/video/cut-key-frame.ts";

/** The newest picture of a camera that can be decoded alone. */
export type NewestFrame = {
  readonly frame: KeyFrame;
  /** Milliseconds since the Unix epoch. */
  readonly cutAtMs: number;
};

/** `init`: the initialisation section of fMP4. */
export type SegmentBytes = { readonly media: Uint8Array; readonly init: Uint8Array | null };

/** Cuts the newest key frame out of the newest segment of one stream. */
export interface KeyFrameKeeper {
  readonly newest: NewestFrame | null;
  /** Of the video as it was last seen, also where no frame could be cut: `hvc1` is H.265. */
  readonly codec: string | null;
  /**
   * @param sequence of the segment: one that was cut already is not read again
   * @returns bytes of the segment; null when it was not read
   */
  take(sequence: number, read: () => Promise<SegmentBytes>): Promise<number | null>;
  /** There is video, and no frame can be cut from it. @param as what is told for its codec */
  lock(as: string): void;
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
    async take(sequence, read) {
      if (sequence === taken) return null;
      taken = sequence;
      const { media, init } = await read();
      const cut = cutKeyFrame(media, { init: init ?? undefined, parameterSets });
      parameterSets = cut.parameterSets;
      codec = cut.codec;
      // A copy: the frame is a small part of a segment that would stay in memory with it.
      if (cut.found) newest = { frame: { ...cut, bytes: Uint8Array.from(cut.bytes) }, cutAtMs: wallClock() };
      return media.length;
    },
    lock(as) {
      newest = null;
      codec = as;
    },
    forget() {
      newest = null;
      taken = null;
    },
  };
}
