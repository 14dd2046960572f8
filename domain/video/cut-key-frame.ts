import { isFragmentedMp4, readVideoTrack, sampleNals, trackSamples } from "./fragmented-mp4.ts";
import {
  beginsPicture,
  isParameterSet,
  isPicture,
  MAX_NALS,
  type Nal,
  nalType,
  nalUnits,
  type PictureFormat,
  parameterSetKey,
  readSequence,
  SLICE_IDR,
  toAnnexB,
} from "./h264.ts";
import { isTransportStream, readTransportStream } from "./transport-stream.ts";

/** Why there is no picture in a segment. */
export const KEY_FRAME_MISSES = [
  /** Neither MPEG-TS nor fragmented MP4; encrypted segments look like this, too. */
  "not_a_segment",
  /** No video track. */
  "no_video",
  /** A video that is not H.264, or encrypted samples; the result names it. */
  "other_codec",
  /** No whole IDR picture in this segment. */
  "no_key_frame",
  /** A key frame, but no sequence and picture parameter sets for it that we read and accept, here or in what was kept. */
  "no_parameter_sets",
] as const;
export type KeyFrameMiss = (typeof KEY_FRAME_MISSES)[number];

export type KeyFrame = PictureFormat & {
  /** Annex B with the parameter sets in front: a decoder needs nothing else. */
  readonly bytes: Uint8Array;
  /** To be handed in with the next segment of the stream: many cameras send them once. */
  readonly parameterSets: readonly Uint8Array[];
};
export type KeyFrameCut =
  | ({ readonly found: true } & KeyFrame)
  | {
      readonly found: false;
      readonly miss: KeyFrameMiss;
      /** As far as it is known: `hvc1` is H.265. */
      readonly codec: string | null;
      readonly parameterSets: readonly Uint8Array[];
    };

/** What the segment alone does not hold. */
export type CutContext = {
  /** The initialisation segment of fMP4. */
  readonly init?: Uint8Array | undefined;
  /** Of the cut before, of the same stream and rendition. */
  readonly parameterSets?: readonly Uint8Array[] | undefined;
};

/** Names that a sample entry gives to H.264. */
const H264_ENTRIES = ["avc1", "avc3"];
/** A stream has one or two, of some 30 bytes; with scaling lists a set has some 500. */
const MAX_PARAMETER_SETS = 16;
const MAX_SET_BYTES = 1024;

type Picture = { nals: Nal[]; isKey: boolean; isDamaged: boolean; sets: readonly Nal[] };

/**
 * Cuts the newest picture that can be decoded alone out of a segment: the last IDR access unit that another one follows,
 * since only what follows shows in MPEG-TS that it has ended. A segment of one picture (an I-frame rendition, or one GOP
 * cut short) has none that is followed: then its only one is taken as it is.
 *
 * Two fields of an interlaced picture are two pictures here: the first is cut.
 *
 * @param segment a whole segment, MPEG-TS or fMP4. Linear in its size; never throws, whatever the bytes are.
 */
export function cutKeyFrame(segment: Uint8Array, context: CutContext = {}): KeyFrameCut {
  const kept = context.parameterSets ?? [];
  const miss = (why: KeyFrameMiss, codec: string | null = null): KeyFrameCut => ({
    found: false,
    miss: why,
    codec,
    parameterSets: kept,
  });
  if (isTransportStream(segment)) {
    const { codec, bytes, gaps } = readTransportStream(segment);
    if (codec === null) return miss("no_video");
    return codec === "avc1" ? newest(picturesOfStream(bytes, gaps, kept), kept) : miss("other_codec", codec);
  }
  if (!isFragmentedMp4(segment)) return miss("not_a_segment");
  const track = readVideoTrack(context.init ?? segment);
  if (!track) return miss(context.init ? "no_video" : "no_parameter_sets");
  if (!H264_ENTRIES.includes(track.entry)) return miss("other_codec", track.entry);
  const sets = withSets(kept, track.parameterSets);
  return newest(picturesOfSamples(trackSamples(segment, track), track.lengthBytes, sets), sets);
}

/** Splits an elementary stream into pictures. */
function picturesOfStream(stream: Uint8Array, gaps: readonly number[], kept: readonly Nal[]): Picture[] {
  const pictures: Picture[] = [];
  let picture: Picture = { nals: [], isKey: false, isDamaged: false, sets: kept };
  let hasSlice = false;
  let gap = 0;
  for (const { nal, at } of nalUnits(stream)) {
    if (hasSlice && beginsPicture(nal)) {
      pictures.push(picture);
      picture = { nals: [], isKey: false, isDamaged: false, sets: picture.sets };
      hasSlice = false;
    }
    take(picture, nal);
    hasSlice ||= isPicture(nal);
    for (; gap < gaps.length && (gaps[gap] as number) <= at + nal.length; gap += 1) {
      if ((gaps[gap] as number) >= at) picture.isDamaged = true;
    }
  }
  if (hasSlice) pictures.push(picture);
  return pictures;
}

function picturesOfSamples(samples: readonly Uint8Array[], lengthBytes: number, sets: readonly Nal[]): Picture[] {
  const pictures: Picture[] = [];
  let last = sets;
  let left = MAX_NALS;
  for (const sample of samples) {
    const nals = sampleNals(sample, lengthBytes, left);
    left -= nals?.length ?? 0;
    const picture: Picture = { nals: [], isKey: false, isDamaged: nals === null, sets: last };
    for (const nal of nals ?? []) take(picture, nal);
    last = picture.sets;
    pictures.push(picture);
  }
  return pictures;
}

function take(picture: Picture, nal: Nal): void {
  if (isParameterSet(nal)) picture.sets = withSets(picture.sets, [nal]);
  else picture.nals.push(nal);
  if (nalType(nal) === SLICE_IDR) picture.isKey = true;
}

/** Newer sets take the place of those with the same id. */
function withSets(kept: readonly Nal[], newer: readonly Nal[]): readonly Nal[] {
  const changed = newer.filter((nal) => nal.length <= MAX_SET_BYTES && !kept.some((old) => isSame(old, nal)));
  if (changed.length === 0) return kept;
  const sets = new Map(kept.map((nal) => [parameterSetKey(nal), nal]));
  for (const nal of changed) sets.set(parameterSetKey(nal), nal);
  return [...sets.values()].slice(-MAX_PARAMETER_SETS);
}

const isSame = (a: Nal, b: Nal): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

function newest(pictures: readonly Picture[], kept: readonly Nal[]): KeyFrameCut {
  const parameterSets = copies(pictures.at(-1)?.sets ?? kept);
  const keys = pictures.filter(({ isKey, isDamaged }) => isKey && !isDamaged);
  const key = keys.findLast((picture) => picture !== pictures.at(-1)) ?? keys[0];
  if (!key) return { found: false, miss: "no_key_frame", codec: "avc1", parameterSets };
  const sequences = key.sets.filter((nal) => readSequence(nal) !== null);
  const format = sequences.length > 0 ? readSequence(sequences.at(-1) as Nal) : null;
  if (!format || sequences.length === key.sets.length) {
    return { found: false, miss: "no_parameter_sets", codec: "avc1", parameterSets };
  }
  const inOrder = key.sets.toSorted((a, b) => nalType(a) - nalType(b));
  return { found: true, ...format, bytes: toAnnexB([...inOrder, ...key.nals]), parameterSets };
}

/** Kept sets must not keep the whole segment in memory. */
const copies = (nals: readonly Nal[]): Uint8Array[] => nals.map((nal) => nal.slice());
