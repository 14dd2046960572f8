import { MAX_FRAME_BYTES } from "../frame-batch.ts";
import { joinBytes } from "../join-bytes.ts";

/** Cuts JPEGs apart that come one after the other. @throws {Error} when something else comes */
export type PictureCutter = (chunk: Uint8Array) => readonly Uint8Array[];

const MARK = 0xff;
const BEGIN = 0xd8;
const END = 0xd9;

/** Within the picture itself 0xff is followed by 0 or a restart mark (ITU-T T.81 §B.1.1): the end mark stands at the end only. */
export function createPictureCutter(): PictureCutter {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let before = 0;
  return (chunk) => {
    const pictures: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (before === MARK && byte === END) {
        parts.push(chunk.slice(from, at + 1));
        pictures.push(picture(parts));
        parts = [];
        bytes = 0;
        from = at + 1;
      }
      before = byte;
    }
    if (from < chunk.length) parts.push(chunk.slice(from));
    bytes += chunk.length - from;
    if (bytes > MAX_FRAME_BYTES) throw new Error("a picture without an end");
    return pictures;
  };
}

function picture(parts: readonly Uint8Array[]): Uint8Array {
  const whole = joinBytes(parts);
  if (whole[0] !== MARK || whole[1] !== BEGIN) throw new Error("no JPEG");
  return whole;
}
