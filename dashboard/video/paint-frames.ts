import type { BatchFrame } from "../../domain/video/frame-batch.ts";

export type DecodedPicture = VideoFrame | ImageBitmap;
/** Draws a decoded picture into the place of its tile. Must not keep it. */
export type DrawFrame = (index: number, picture: DecodedPicture) => void;
export type FramePainter = {
  /** Decodes and draws a batch. @returns the indices that could not be decoded */
  paint(frames: readonly BatchFrame[], draw: DrawFrame): Promise<ReadonlySet<number>>;
  close(): void;
};

/** A decoder that takes longer than this for a wall of pictures has got stuck. */
const FLUSH_LIMIT_MS = 5_000;

/** False without a secure context, and in browsers without WebCodecs. */
export const canDecodeFrames = (): boolean => typeof VideoDecoder === "function";

/**
 * One decoder for all tiles: 81 of them would be 81 sets of buffers, and most graphics cards have a handful. A broken
 * picture closes it; the pictures beside it are then decoded one by one.
 */
export function createFramePainter(): FramePainter {
  let decoder: VideoDecoder | null = null;
  let codec = "";
  let draw: DrawFrame = () => undefined;

  function ready(wanted: string): VideoDecoder {
    if (!decoder || decoder.state === "closed") {
      codec = "";
      decoder = new VideoDecoder({
        output(picture) {
          draw(picture.timestamp, picture);
          // One that stays open holds up the decoder after a few more.
          picture.close();
        },
        // What is wrong shows at the flush.
        error: () => undefined,
      });
    }
    if (codec !== wanted) decoder.configure({ codec: wanted, optimizeForLatency: true });
    codec = wanted;
    return decoder;
  }

  async function decode(frames: readonly BatchFrame[]): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const current = ready(frames[0]?.codec ?? "");
      for (const { index, bytes } of frames) {
        current.decode(new EncodedVideoChunk({ type: "key", timestamp: index, data: bytes }));
      }
      const limit = new Promise<false>((resolve) => {
        timer = setTimeout(resolve, FLUSH_LIMIT_MS, false);
      });
      const isDone = await Promise.race([current.flush().then(() => true), limit]);
      if (!isDone) close();
      return isDone;
    } catch {
      close();
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  function close(): void {
    if (decoder && decoder.state !== "closed") decoder.close();
    decoder = null;
  }

  /** Together, and where that fails each alone: which one was broken does not show. */
  async function decodeGroup(group: readonly BatchFrame[], drawn: ReadonlySet<number>): Promise<void> {
    if (await decode(group)) return;
    for (const frame of group) if (!drawn.has(frame.index)) await decode([frame]);
  }

  return {
    close,
    async paint(frames, into) {
      const drawn = new Set<number>();
      draw = (index, picture) => {
        drawn.add(index);
        into(index, picture);
      };
      for (const wanted of new Set(frames.map((frame) => frame.codec))) {
        const group = frames.filter((frame) => frame.codec === wanted);
        await decodeGroup(group, drawn);
      }
      return new Set(frames.map(({ index }) => index).filter((index) => !drawn.has(index)));
    },
  };
}
