/** One NAL unit of an H.264 stream, without its start code or length; the first byte is its header. */
export type Nal = Uint8Array;

const SLICE = 1;
export const SLICE_IDR = 5;
const SPS = 7;
const PPS = 8;
const ACCESS_UNIT_DELIMITER = 9;

export const nalType = (nal: Nal): number => (nal[0] ?? 0) & 0x1f;
export const isPicture = (nal: Nal): boolean => nalType(nal) >= SLICE && nalType(nal) <= SLICE_IDR;
export const isParameterSet = (nal: Nal): boolean => nalType(nal) === SPS || nalType(nal) === PPS;

/** What a decoder must be told before the first picture, and what a screen says about the stream. */
export type PictureFormat = { readonly codec: string; readonly width: number; readonly height: number };

/**
 * The largest frame of levels 5.1 and 5.2 in macroblocks (H.264, table A-1): 4096 × 2304. A camera that announces more would
 * make every browser set aside memory for it.
 */
const MAX_FRAME_MACROBLOCKS = 36_864;

/** Profiles whose sequence parameter set begins with the chroma format (H.264, 7.3.2.1.1). */
const WITH_CHROMA_FORMAT = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads bits and Exp-Golomb numbers; past the end it reads zeros and is `isSpent`, so that a loop over it ends. */
class BitReader {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isSpent(): boolean {
    return this.at > this.bytes.length * 8;
  }

  bit(): number {
    const byte = this.bytes[this.at >> 3] ?? 0;
    const bit = (byte >> (7 - (this.at & 7))) & 1;
    this.at += 1;
    return bit;
  }

  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 31 || this.isSpent) return Number.NaN;
    }
    let value = 1;
    for (let n = 0; n < zeros; n += 1) value = value * 2 + this.bit();
    return value - 1;
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? -value / 2 : (value + 1) / 2;
  }
}

/** Undoes the emulation prevention (00 00 03 → 00 00) of the first bytes; what follows them is not needed here. */
function withoutGuards(nal: Nal): Uint8Array {
  const plain: number[] = [];
  for (let at = 0; at < Math.min(nal.length, 512); at += 1) {
    const isGuard = nal[at] === 3 && nal[at - 1] === 0 && nal[at - 2] === 0;
    if (!isGuard) plain.push(nal[at] ?? 0);
  }
  return Uint8Array.from(plain);
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let n = 0; n < size && !bits.isSpent; n += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function readChroma(bits: BitReader): number {
  const chromaFormat = bits.unsigned();
  if (chromaFormat === 3) bits.bit();
  bits.unsigned();
  bits.unsigned();
  bits.bit();
  if (bits.bit() === 0) return chromaFormat;
  const lists = chromaFormat === 3 ? 12 : 8;
  for (let list = 0; list < lists; list += 1) {
    if (bits.bit() === 1) skipScalingList(bits, list < 6 ? 16 : 64);
  }
  return chromaFormat;
}

function skipPictureOrder(bits: BitReader): void {
  const kind = bits.unsigned();
  if (kind === 0) bits.unsigned();
  if (kind !== 1) return;
  bits.bit();
  bits.signed();
  bits.signed();
  const cycle = bits.unsigned();
  for (let n = 0; n < cycle && !bits.isSpent; n += 1) bits.signed();
}

/** What a sequence parameter set says about its pictures; null when it is none, or announces more than 4096 × 2304. */
export function readSequence(sps: Nal): PictureFormat | null {
  if (nalType(sps) !== SPS || sps.length < 5) return null;
  const plain = withoutGuards(sps);
  const [, profile = 0, constraints = 0, level = 0] = plain;
  const bits = new BitReader(plain.subarray(4));
  bits.unsigned();
  const chromaFormat = WITH_CHROMA_FORMAT.has(profile) ? readChroma(bits) : 1;
  bits.unsigned();
  skipPictureOrder(bits);
  bits.unsigned();
  bits.bit();
  const columns = bits.unsigned() + 1;
  const mapRows = bits.unsigned() + 1;
  const isFrames = bits.bit();
  if (isFrames === 0) bits.bit();
  bits.bit();
  const rows = mapRows * (2 - isFrames);
  const crop = bits.bit() === 1 ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const width = columns * 16 - (left + right) * (chromaFormat === 1 || chromaFormat === 2 ? 2 : 1);
  const height = rows * 16 - (top + bottom) * (chromaFormat === 1 ? 2 : 1) * (2 - isFrames);
  if (bits.isSpent || !(columns * rows <= MAX_FRAME_MACROBLOCKS) || !(width > 0 && height > 0)) return null;
  const hex = [profile, constraints, level].map((byte) => byte.toString(16).padStart(2, "0"));
  return { codec: `avc1.${hex.join("")}`, width, height };
}

/** Parameter sets with the same key replace each other. */
export function parameterSetKey(nal: Nal): string {
  const bits = new BitReader(withoutGuards(nal).subarray(nalType(nal) === SPS ? 4 : 1));
  return `${nalType(nal)}/${bits.unsigned()}`;
}

/**
 * Whether a NAL unit begins another picture than the one that the last `isPicture` unit belongs to (H.264, 7.4.1.2.3): a
 * delimiter, something that stands before a picture, or a slice that begins at its first macroblock.
 */
export function beginsPicture(nal: Nal): boolean {
  const type = nalType(nal);
  if (type >= SLICE && type <= SLICE_IDR) return ((nal[1] ?? 0) & 0x80) !== 0;
  return (type >= 6 && type <= ACCESS_UNIT_DELIMITER) || (type >= 14 && type <= 18);
}

/**
 * More units than a segment has: 10 s at 60 pictures a second in 32 slices. What comes after is not looked at, so that a
 * segment made of nothing but start codes costs no more than another.
 */
export const MAX_NALS = 20_000;

/** The NAL units between start codes, in order, with the offset of each in the stream. Linear; one look at each byte. */
export function* nalUnits(stream: Uint8Array): Generator<{ nal: Nal; at: number }> {
  let begin = -1;
  let at = 0;
  let left = MAX_NALS;
  while (at + 2 < stream.length && left > 0) {
    // A third byte above 1 rules out a start code at this place and the next two.
    if ((stream[at + 2] as number) > 1) at += 3;
    else if (stream[at] === 0 && stream[at + 1] === 0 && stream[at + 2] === 1) {
      if (begin >= 0) yield { nal: trimZeros(stream.subarray(begin, at)), at: begin };
      left -= 1;
      begin = at + 3;
      at += 3;
    } else at += 1;
  }
  if (left > 0 && begin >= 0 && begin < stream.length) yield { nal: trimZeros(stream.subarray(begin)), at: begin };
}

/** The zero before a four-byte start code is no part of the unit. */
function trimZeros(nal: Nal): Nal {
  let end = nal.length;
  while (end > 1 && nal[end - 1] === 0) end -= 1;
  return nal.subarray(0, end);
}

/** Annex B: each unit behind a four-byte start code. */
export function toAnnexB(nals: readonly Nal[]): Uint8Array {
  const bytes = new Uint8Array(nals.reduce((sum, nal) => sum + nal.length + 4, 0));
  let at = 0;
  for (const nal of nals) {
    bytes[at + 3] = 1;
    bytes.set(nal, at + 4);
    at += nal.length + 4;
  }
  return bytes;
}
