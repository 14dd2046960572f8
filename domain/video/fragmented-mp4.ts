import type { Nal } from "./h264.ts";

/** ISO/IEC 14496-12 and -15: what an initialisation segment says about the first video track. */
export type VideoTrack = {
  readonly trackId: number;
  /** Type of the sample entry: `avc1`, `avc3`, `hvc1`, `hev1`, `encv`, … */
  readonly entry: string;
  /** Bytes of the length before each NAL unit. */
  readonly lengthBytes: number;
  readonly parameterSets: readonly Nal[];
  readonly defaultSampleBytes: number;
};

type Box = { readonly type: string; readonly begin: number; readonly body: Uint8Array };

/** More boxes than any level of a segment has. */
const MAX_BOXES = 4096;
/** More samples than any segment has: 1 min at 60 pictures a second, thrice. Ends the walk over a made-up count. */
const MAX_SAMPLES = 10_800;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const u16 = (bytes: Uint8Array, at: number): number => (at + 2 <= bytes.length ? view(bytes).getUint16(at) : 0);
const u32 = (bytes: Uint8Array, at: number): number => (at + 4 <= bytes.length ? view(bytes).getUint32(at) : 0);
const typeAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** The boxes of a body, `from` bytes into it; ends at one that is too long or too short. `begin` counts from its start. */
function* boxes(bytes: Uint8Array, from = 0): Generator<Box> {
  let at = from;
  for (let n = 0; n < MAX_BOXES && at + 8 <= bytes.length; n += 1) {
    const short = u32(bytes, at);
    const isLong = short === 1;
    const head = isLong ? 16 : 8;
    const size = short === 0 ? bytes.length - at : isLong ? u32(bytes, at + 8) * 2 ** 32 + u32(bytes, at + 12) : short;
    if (size < head || at + size > bytes.length) return;
    yield { type: typeAt(bytes, at + 4), begin: at, body: bytes.subarray(at + head, at + size) };
    at += size;
  }
}

function inside(bytes: Uint8Array, ...path: string[]): Uint8Array | null {
  let found: Uint8Array | null = bytes;
  for (const type of path) found = found && bodyOf(boxes(found), type);
  return found;
}

function bodyOf(level: Iterable<Box>, type: string): Uint8Array | null {
  for (const box of level) if (box.type === type) return box.body;
  return null;
}

/** Whether the bytes begin like a file of this kind. */
export const isFragmentedMp4 = (segment: Uint8Array): boolean =>
  ["ftyp", "styp", "moof", "moov", "sidx", "emsg", "prft"].includes(typeAt(segment, 4));

/** The first video track of an initialisation segment; null when there is none. Never throws. */
export function readVideoTrack(init: Uint8Array): VideoTrack | null {
  const movie = inside(init, "moov");
  if (!movie) return null;
  for (const { type, body } of boxes(movie)) {
    if (type === "trak" && isVideo(body)) return describeTrack(body, movie);
  }
  return null;
}

function isVideo(track: Uint8Array): boolean {
  const handler = inside(track, "mdia", "hdlr");
  return handler !== null && typeAt(handler, 8) === "vide";
}

function describeTrack(track: Uint8Array, movie: Uint8Array): VideoTrack | null {
  const header = inside(track, "tkhd");
  const description = inside(track, "mdia", "minf", "stbl", "stsd");
  const [entry] = description ? boxes(description, 8) : [];
  if (!header || !entry) return null;
  const trackId = u32(header, header[0] === 1 ? 20 : 12);
  // A visual sample entry has 78 bytes before its boxes.
  const configuration = bodyOf(boxes(entry.body, 78), "avcC");
  return {
    trackId,
    entry: entry.type,
    lengthBytes: ((configuration?.[4] ?? 3) & 3) + 1,
    parameterSets: configuration ? configuredSets(configuration) : [],
    defaultSampleBytes: defaultSampleBytes(movie, trackId),
  };
}

function configuredSets(configuration: Uint8Array): Nal[] {
  const sets: Nal[] = [];
  let at = 6;
  let left = (configuration[5] ?? 0) & 0x1f;
  for (const isLast of [false, true]) {
    for (; left > 0 && at + 2 <= configuration.length; left -= 1) {
      const end = at + 2 + u16(configuration, at);
      if (end > configuration.length) return sets;
      if (end > at + 2) sets.push(configuration.subarray(at + 2, end));
      at = end;
    }
    if (isLast) break;
    left = configuration[at] ?? 0;
    at += 1;
  }
  return sets;
}

function defaultSampleBytes(movie: Uint8Array, trackId: number): number {
  const extension = inside(movie, "mvex") ?? new Uint8Array(0);
  const defaults = [...boxes(extension)].find(({ type, body }) => type === "trex" && u32(body, 4) === trackId);
  return defaults ? u32(defaults.body, 16) : 0;
}

/**
 * The samples of a track in a segment of one or more fragments, in order; those that reach past its end are left out.
 * Together they are never longer than the segment, as samples do not overlap.
 */
export function trackSamples(segment: Uint8Array, track: VideoTrack): Uint8Array[] {
  const walk: Walk = { segment, begin: 0, samples: [], bytesLeft: segment.length };
  for (const fragment of boxes(segment)) {
    if (fragment.type !== "moof") continue;
    walk.begin = fragment.begin;
    for (const { type, body } of boxes(fragment.body)) {
      if (type === "traf") takeRuns(walk, body, track);
    }
  }
  return walk.samples;
}

type Walk = {
  readonly segment: Uint8Array;
  /** Where the fragment begins: what offsets count from. */
  begin: number;
  readonly samples: Uint8Array[];
  bytesLeft: number;
};

function takeRuns(walk: Walk, fragment: Uint8Array, track: VideoTrack): void {
  const header = inside(fragment, "tfhd");
  if (!header || u32(header, 4) !== track.trackId) return;
  const flags = u32(header, 0) & 0xffffff;
  let at = 8;
  // An absolute base is an offset in a file that a segment is no longer part of: the fragment's begin is what is meant.
  if (flags & 0x1) at += 8;
  if (flags & 0x2) at += 4;
  if (flags & 0x8) at += 4;
  const defaultBytes = flags & 0x10 ? u32(header, at) : track.defaultSampleBytes;
  let offset = walk.begin;
  for (const { type, body } of boxes(fragment)) {
    if (type === "trun") offset = takeRun(walk, offset, body, defaultBytes);
  }
}

/** @returns where a run without an offset of its own goes on */
function takeRun(walk: Walk, from: number, run: Uint8Array, defaultBytes: number): number {
  const { segment, samples } = walk;
  const flags = u32(run, 0) & 0xffffff;
  const count = u32(run, 4);
  let at = flags & 0x1 ? 12 : 8;
  let offset = flags & 0x1 ? walk.begin + (u32(run, 8) | 0) : from;
  if (flags & 0x4) at += 4;
  const entryBytes = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const sizeAt = flags & 0x100 ? 4 : 0;
  for (let n = 0; n < count && samples.length < MAX_SAMPLES; n += 1, at += entryBytes) {
    const bytes = flags & 0x200 ? u32(run, at + sizeAt) : defaultBytes;
    if (at + entryBytes > run.length || bytes === 0 || bytes > walk.bytesLeft) break;
    if (offset < 0 || offset + bytes > segment.length) break;
    samples.push(segment.subarray(offset, offset + bytes));
    walk.bytesLeft -= bytes;
    offset += bytes;
  }
  return offset;
}

/** The NAL units of a sample; null when the lengths do not add up, or when there are more than `most`. */
export function sampleNals(sample: Uint8Array, lengthBytes: number, most: number): Nal[] | null {
  const nals: Nal[] = [];
  let at = 0;
  while (at < sample.length) {
    let length = 0;
    for (let n = 0; n < lengthBytes; n += 1) length = length * 256 + (sample[at + n] ?? 0);
    const end = at + lengthBytes + length;
    if (length === 0 || end > sample.length || nals.length >= most) return null;
    nals.push(sample.subarray(at + lengthBytes, end));
    at = end;
  }
  return nals;
}
