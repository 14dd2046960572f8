const PACKET_BYTES = 188;
/** The PID that FFmpeg gives to the first stream of a file; enough for content that FFmpeg made. */
const VIDEO_PID = 0x100;

/**
 * Bytes from the start of a segment to the end of its first picture, tables included: what an I-frame playlist names.
 * @throws when there are fewer than two pictures
 */
export function endOfFirstPicture(segment: Buffer): number {
  let starts = 0;
  for (let at = 0; at + PACKET_BYTES <= segment.length; at += PACKET_BYTES) {
    const pid = segment.readUInt16BE(at + 1) & 0x1fff;
    const isStart = ((segment[at + 1] ?? 0) & 0x40) !== 0;
    if (pid !== VIDEO_PID || !isStart) continue;
    starts += 1;
    if (starts === 2) return at;
  }
  throw new Error("a segment without a second picture");
}

const SPS = 7;

/** `avc1.` with profile, constraints and level of the first sequence parameter set. @throws when there is none */
export function videoCodec(segment: Buffer): string {
  for (let at = segment.indexOf("\0\0\x01", 0, "latin1"); at >= 0; at = segment.indexOf("\0\0\x01", at + 3, "latin1")) {
    if (((segment[at + 3] ?? 0) & 0x1f) === SPS) return `avc1.${segment.toString("hex", at + 4, at + 7)}`;
  }
  throw new Error("a segment without a sequence parameter set");
}
