import type { CameraReply } from "./camera-reply.ts";

const MIB = 1_048_576;
const BLOCK_BYTES = 65_536;

/** What a huge playlist is made of; each is repeated until the size is reached. */
const SHAPES: Readonly<Record<string, (sample: string) => { start: string; unit: string }>> = {
  segments: (sample) => ({ start: sample, unit: "#EXTINF:2.000000,\nmore.ts\n" }),
  lines: (sample) => ({ start: sample, unit: "\n" }),
  one_line: (sample) => ({ start: `${sample}#EXTINF:2.000000,\n`, unit: "a" }),
  commas: (sample) => ({ start: `${sample}#EXT-X-DATERANGE:ID=`, unit: ',"' }),
  attributes: (sample) => ({ start: `${sample}#EXT-X-DATERANGE:ID="a"`, unit: ',X-A="b"' }),
};

/** The good playlist, and so many MiB more, at the reader's pace. */
export function hugePlaylist(reply: CameraReply, mb: number, shape: string): CameraReply {
  const { start, unit } = (SHAPES[shape] ?? SHAPES["segments"])?.(reply.body.toString()) ?? { start: "", unit: "" };
  const block = Buffer.from(unit.repeat(Math.ceil(BLOCK_BYTES / unit.length)));
  const times = Math.ceil((mb * MIB) / block.length);
  const body = Buffer.from(start);
  return { ...reply, body, repeat: { block, times }, length: body.length + times * block.length };
}

const NESTED = /^\/stream\/nest-(\d{1,9})\.m3u8$/;

/** Number of a playlist of the endless chain; null when the path is none. */
export function nestedNumber(path: string): number | null {
  const match = NESTED.exec(path);
  return match === null ? null : Number(match[1]);
}

/** A multivariant playlist whose only variant is the next one of the same kind. */
export function nestedPlaylist(number: number): Buffer {
  return Buffer.from(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\n/stream/nest-${number + 1}.m3u8\n`);
}

/** A null packet of MPEG-TS. */
const NULL_PACKET = Buffer.alloc(188, 0xff);
NULL_PACKET.set([0x47, 0x1f, 0xff, 0x10]);

/** What can follow a body of this type without end. */
export function moreOf(type: string): Buffer {
  if (type.includes("mpegurl")) return Buffer.from("#EXTINF:2.000000,\nmore.ts\n".repeat(2000));
  return Buffer.concat(Array.from({ length: 300 }, () => NULL_PACKET));
}
