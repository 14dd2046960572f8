import type { KeyFrame } from "../cut-key-frame.ts";
import { nalType, nalUnits } from "../h264.ts";
import { joinBytes } from "../join-bytes.ts";

/** Ticks of a second: times are milliseconds. */
const TIMESCALE = 1_000;
const SPS = 7;
const PPS = 8;
const DELIMITER = 9;

type Part = Uint8Array | readonly Part[];

/**
 * One picture as fragmented MP4 (ISO/IEC 14496-12, 14496-15): an initialisation section, and a fragment of one sample that
 * lasts as long as what it stands for, so that players show it for that time.
 *
 * @param startMs milliseconds since the Unix epoch: pieces that follow one another join without a gap
 */
export function keyFrameMp4(
  frame: Pick<KeyFrame, "bytes" | "width" | "height">,
  startMs: number,
  durationMs: number,
): { readonly init: Uint8Array; readonly fragment: Uint8Array } {
  const nals = [...nalUnits(frame.bytes)].map(({ nal }) => nal);
  const ofType = (type: number) => nals.filter((nal) => nalType(nal) === type);
  const sample = nals
    .filter((nal) => ![SPS, PPS, DELIMITER].includes(nalType(nal)))
    .map((nal): Part => [u32(nal.length), nal]);
  return {
    init: flat([box("ftyp", ascii("iso5"), u32(0), ascii("iso5avc1")), movie(frame, ofType(SPS), ofType(PPS))]),
    fragment: fragment(flat(sample), startMs, durationMs),
  };
}

function movie(
  { width, height }: Pick<KeyFrame, "width" | "height">,
  sequences: readonly Uint8Array[],
  pictures: readonly Uint8Array[],
): Uint8Array {
  const [first = new Uint8Array(4)] = sequences;
  const sets = (some: readonly Uint8Array[]): Part => some.map((set) => [u16(set.length), set]);
  // Lengths of four bytes; profile, constraints and level as the first set says.
  const avcC = box(
    "avcC",
    bytes(1, first[1] ?? 0, first[2] ?? 0, first[3] ?? 0, 0xff, 0xe0 | sequences.length),
    sets(sequences),
    bytes(pictures.length),
    sets(pictures),
  );
  const size = [u16(width), u16(height)];
  const avc1 = box(
    "avc1",
    zeros(6),
    u16(1),
    zeros(16),
    size,
    u32(0x480000),
    u32(0x480000),
    zeros(4),
    u16(1),
    zeros(32),
    u16(24),
    u16(0xffff),
    avcC,
  );
  const tables = ["stts", "stsc", "stco"].map((name) => full(name, 0, u32(0)));
  const stbl = box("stbl", full("stsd", 0, u32(1), avc1), tables, full("stsz", 0, u32(0), u32(0)));
  const dinf = box("dinf", full("dref", 0, u32(1), full("url ", 1)));
  const minf = box("minf", full("vmhd", 1, zeros(8)), dinf, stbl);
  const handler = full("hdlr", 0, zeros(4), ascii("vide"), zeros(12), bytes(0));
  const mdia = box("mdia", full("mdhd", 0, zeros(8), u32(TIMESCALE), u32(0), u16(0x55c4), u16(0)), handler, minf);
  const tkhd = full(
    "tkhd",
    3,
    zeros(8),
    u32(1),
    zeros(4),
    u32(0),
    zeros(8),
    zeros(8),
    MATRIX,
    u32(width << 16),
    u32(height << 16),
  );
  const mvhd = full(
    "mvhd",
    0,
    zeros(8),
    u32(TIMESCALE),
    u32(0),
    u32(0x10000),
    u16(0x100),
    zeros(10),
    MATRIX,
    zeros(24),
    u32(2),
  );
  const mvex = box("mvex", full("trex", 0, u32(1), u32(1), u32(0), u32(0), u32(0)));
  return box("moov", mvhd, box("trak", tkhd, mdia), mvex);
}

function fragment(sample: Uint8Array, startMs: number, durationMs: number): Uint8Array {
  /** Where the sample begins, from the beginning of the fragment: known only when the boxes before it are made. */
  const moof = (dataOffset: number) =>
    box(
      "moof",
      full("mfhd", 0, u32(1)),
      box(
        "traf",
        full("tfhd", 0x020000, u32(1)),
        box("tfdt", bytes(1, 0, 0, 0), u32(Math.floor(startMs / 2 ** 32)), u32(startMs % 2 ** 32)),
        // Offset, duration, size and flags (depends on no other sample).
        full("trun", 0x000701, u32(1), u32(dataOffset), u32(durationMs), u32(sample.length), u32(0x02000000)),
      ),
    );
  return flat([moof(moof(0).length + 8), box("mdat", sample)]);
}

/** No turn, no scale. */
const MATRIX: Part = [1, 0, 0, 0, 1, 0, 0, 0, 0x4000].map((value) => u32(value * 0x10000));

function box(type: string, ...parts: readonly Part[]): Uint8Array {
  const content = flat(parts);
  return flat([u32(content.length + 8), ascii(type), content]);
}

/** A box with version 0 and flags. */
function full(type: string, flags: number, ...parts: readonly Part[]): Uint8Array {
  return box(type, u32(flags), ...parts);
}

function flat(part: Part): Uint8Array {
  return part instanceof Uint8Array ? part : joinBytes(part.map(flat));
}

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function u16(value: number): Uint8Array {
  return bytes((value >>> 8) & 0xff, value & 0xff);
}

function u32(value: number): Uint8Array {
  return bytes((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}
