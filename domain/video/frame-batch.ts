/**
 * The newest key frames of several streams in one answer. Repeated, numbers big-endian: two bytes index into the list that
 * was asked for, one byte length of the codec string, the codec string, four bytes length of the picture, the picture.
 */
export type BatchFrame = {
  readonly index: number;
  /**
   * As WebCodecs wants it, such as `avc1.4d401f`; `jpeg`; or `busy`, `failed`: why there is no JPEG, which is then one byte
   * that means nothing.
   */
  readonly codec: string;
  /** Annex B, or a JPEG. */
  readonly bytes: Uint8Array;
};

export const JPEG_CODEC = "jpeg";
/** Stands for the picture that FFmpeg has no place for, or could not make. */
export const NO_PICTURE = Uint8Array.of(0);

/** Streams that one request may name: a wall of 9 × 9. */
export const MAX_BATCH_STREAMS = 81;
/** A key frame of 4096 × 2304 has some 0.5 MB; a larger one is left out rather than sent. */
export const MAX_FRAME_BYTES = 1_048_576;

const HEAD_BYTES = 2 + 1;
const LENGTH_BYTES = 4;
const CODEC = /^[A-Za-z0-9.]{1,64}$/;

/** Frames of the same codec stand together, since another codec costs a decoder its state; what is too large is left out. */
export function writeFrameBatch(frames: readonly BatchFrame[]): Uint8Array {
  const fit = frames
    .filter(({ codec, bytes }) => CODEC.test(codec) && bytes.length > 0 && bytes.length <= MAX_FRAME_BYTES)
    .toSorted((a, b) => (a.codec < b.codec ? -1 : Number(a.codec > b.codec)) || a.index - b.index);
  const size = ({ codec, bytes }: BatchFrame): number => HEAD_BYTES + codec.length + LENGTH_BYTES + bytes.length;
  const batch = new Uint8Array(fit.reduce((sum, frame) => sum + size(frame), 0));
  const view = new DataView(batch.buffer);
  let at = 0;
  for (const { index, codec, bytes } of fit) {
    view.setUint16(at, index);
    view.setUint8(at + 2, codec.length);
    batch.set(new TextEncoder().encode(codec), at + HEAD_BYTES);
    at += HEAD_BYTES + codec.length;
    view.setUint32(at, bytes.length);
    batch.set(bytes, at + LENGTH_BYTES);
    at += LENGTH_BYTES + bytes.length;
  }
  return batch;
}

/**
 * Reads a batch for `streams` streams that were asked for.
 *
 * @returns null when it is none: cut off, an index that was not asked for or twice, a codec or length out of bounds
 */
export function readFrameBatch(batch: Uint8Array, streams: number): BatchFrame[] | null {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const frames: BatchFrame[] = [];
  const seen = new Set<number>();
  let at = 0;
  while (at < batch.length) {
    if (at + HEAD_BYTES > batch.length) return null;
    const index = view.getUint16(at);
    const codecEnd = at + HEAD_BYTES + view.getUint8(at + 2);
    if (codecEnd + LENGTH_BYTES > batch.length) return null;
    const codec = String.fromCharCode(...batch.subarray(at + HEAD_BYTES, codecEnd));
    const begin = codecEnd + LENGTH_BYTES;
    const length = view.getUint32(codecEnd);
    const isSound = index < streams && !seen.has(index) && CODEC.test(codec) && length > 0 && length <= MAX_FRAME_BYTES;
    if (!isSound || begin + length > batch.length) return null;
    seen.add(index);
    frames.push({ index, codec, bytes: batch.subarray(begin, begin + length) });
    at = begin + length;
  }
  return frames;
}
