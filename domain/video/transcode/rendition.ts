import type { PlaylistVariant } from "../playlist/rewritten-playlist.ts";

/** What FFmpeg can make of a camera's video: H.264 of at most so many lines. */
export const RENDITIONS = ["240p", "360p", "720p"] as const;
export type Rendition = (typeof RENDITIONS)[number];

/**
 * `priority`: the higher one gets the processor first. The full player asks for `720p`, tiles ask for the small ones.
 * Bit rates as x264 `ultrafast` needs them for pictures that can be looked at [J].
 */
export const RENDITION_FACTS: Readonly<
  Record<
    Rendition,
    { readonly lines: number; readonly kbps: number; readonly mostFps: number; readonly priority: number }
  >
> = {
  "240p": { lines: 240, kbps: 200, mostFps: 12, priority: 1 },
  "360p": { lines: 360, kbps: 500, mostFps: 15, priority: 1 },
  "720p": { lines: 720, kbps: 2_000, mostFps: 30, priority: 2 },
};

/** What is asked for below a stream: the playlist, or one of its segments by number. */
export type TranscodePath = { readonly rendition: Rendition; readonly sequence: number | null };

const PATH = /^x\/(240p|360p|720p)\/(?:index\.m3u8|s(\d{1,12})\.ts)$/;

/** @returns null for what is no address of a rendition that FFmpeg makes */
export function parseTranscodePath(servedAs: string): TranscodePath | null {
  // Nearly all is none.
  if (!servedAs.startsWith("x/")) return null;
  const [, rendition, sequence] = PATH.exec(servedAs) ?? [];
  if (rendition === undefined) return null;
  return { rendition: rendition as Rendition, sequence: sequence === undefined ? null : Number(sequence) };
}

/** Renditions as somebody writes them: names with commas or blanks between. @returns null when one is not known */
export function parseRenditions(text: string): readonly Rendition[] | null {
  const names = text.split(/[\s,，、]+/).filter((name) => name !== "");
  const known = names.flatMap((name) => RENDITIONS.find((one) => one === name) ?? []);
  return known.length === names.length ? RENDITIONS.filter((one) => known.includes(one)) : null;
}

/** A source of more lines costs more to decode than anybody sees in the result. */
const MOST_SOURCE_LINES = 1080;

/**
 * Which of a camera's renditions FFmpeg reads: for a small one the smallest that has enough lines, for `720p` the best up to
 * 1080 lines. A variant that does not tell its size counts by its bit rate.
 *
 * @returns null when there is none: the camera has one playlist only
 */
export function sourceFor(rendition: Rendition, variants: readonly PlaylistVariant[]): PlaylistVariant | null {
  const { lines } = RENDITION_FACTS[rendition];
  const rising = variants
    .filter(({ isIframe }) => !isIframe)
    .toSorted((a, b) => (a.height ?? 0) - (b.height ?? 0) || (a.bandwidth ?? 0) - (b.bandwidth ?? 0));
  const enough = rising.find(({ height }) => (height ?? 0) >= lines);
  const best = rising.findLast(({ height }) => (height ?? 0) <= MOST_SOURCE_LINES);
  const wanted = rendition === "720p" ? best : (enough ?? rising.at(-1));
  return wanted ?? rising[0] ?? null;
}
