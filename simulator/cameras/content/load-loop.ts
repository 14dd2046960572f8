import { readFile } from "node:fs/promises";
import path from "node:path";
import { splitFragments } from "./fragments.ts";
import { videoCodec } from "./mpeg-ts.ts";
import { PARTS_PER_SEGMENT, RENDITIONS, type RenditionName, SEGMENT_S } from "./renditions.ts";

export type LoopSegment = {
  readonly bytes: Buffer;
  readonly durationS: number;
  /** Parts that make up the segment, each of the same length; empty without low latency. */
  readonly parts: readonly Buffer[];
};

/** What one rendition shows over and over. */
export type Loop = {
  readonly segments: readonly LoopSegment[];
  /** fMP4 only: what is read before the first segment. */
  readonly init: Buffer | null;
  /** As `CODECS` of a multivariant playlist names it. */
  readonly codecs: string;
};

const AAC_LOW_COMPLEXITY = "mp4a.40.2";

/** Reads a folder that FFmpeg wrote as MPEG-TS. Durations are those that FFmpeg measured. */
export async function loadTransportLoop(folder: string, isVideo = true): Promise<Loop> {
  const segments = await loadSegments(folder);
  const [first] = segments;
  if (first === undefined) throw new Error(`${folder} has no segments`);
  return { segments, init: null, codecs: isVideo ? videoCodec(first.bytes) : AAC_LOW_COMPLEXITY };
}

/** Reads a folder that FFmpeg wrote as fMP4. `codecs` are those of the loop it was made of. */
async function loadFragmentedLoop(folder: string, codecs: string): Promise<Loop> {
  return { segments: await loadSegments(folder), init: await readFile(path.join(folder, "init.mp4")), codecs };
}

/** Reads one file of fragments, and takes as many of them for a segment as the recipe wants. */
async function loadParts(file: string, name: keyof typeof PARTS_PER_SEGMENT, codecs: string): Promise<Loop> {
  const { init, fragments } = splitFragments(await readFile(file));
  const perSegment = PARTS_PER_SEGMENT[name];
  const segments: LoopSegment[] = [];
  for (let at = 0; at < fragments.length; at += perSegment) {
    const parts = fragments.slice(at, at + perSegment);
    segments.push({ bytes: Buffer.concat(parts), durationS: SEGMENT_S, parts });
  }
  return { segments, init, codecs };
}

async function loadSegments(folder: string): Promise<LoopSegment[]> {
  const playlist = await readFile(path.join(folder, "index.m3u8"), "utf8");
  const entries = playlist.matchAll(/^#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)$/gm);
  return Promise.all(
    [...entries].map(async ([, duration, name = ""]) => ({
      bytes: await readFile(path.join(folder, name)),
      durationS: Number(duration),
      parts: [],
    })),
  );
}

/** Everything that is shared by all cameras. A part that is null is not to be had without FFmpeg. */
export type BaseContent = {
  readonly video: Readonly<Partial<Record<RenditionName, Loop>>>;
  readonly sound: Loop | null;
  readonly fmp4: Loop | null;
  readonly parts: Readonly<Partial<Record<keyof typeof PARTS_PER_SEGMENT, Loop>>>;
};

/** @param folder as the recipe fills it */
export async function loadBase(folder: string): Promise<BaseContent> {
  const load = async (name: RenditionName) => [name, await loadTransportLoop(path.join(folder, name))] as const;
  const loops = await Promise.all(Object.values(RENDITIONS).map(({ name }) => load(name)));
  const video = Object.fromEntries(loops) as Record<RenditionName, Loop>;
  const partLoops = Object.keys(PARTS_PER_SEGMENT) as (keyof typeof PARTS_PER_SEGMENT)[];
  const parts = await Promise.all(
    partLoops.map(
      async (name) =>
        [name, await loadParts(path.join(folder, `ll-${name}`, "all.mp4"), name, video[name].codecs)] as const,
    ),
  );
  return {
    video,
    sound: await loadTransportLoop(path.join(folder, "sound"), false),
    fmp4: await loadFragmentedLoop(path.join(folder, "fmp4"), video["240p"].codecs),
    parts: Object.fromEntries(parts),
  };
}
