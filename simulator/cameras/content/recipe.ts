import { createHash } from "node:crypto";
import {
  LOOP_S,
  OWN_RENDITION,
  PARTS_PER_SEGMENT,
  RENDITIONS,
  type Rendition,
  type RenditionName,
  SEGMENT_S,
} from "./renditions.ts";

/** Arguments of one run of FFmpeg; paths are relative to the folder it runs in. */
export type FfmpegArguments = readonly string[];

const QUIET = ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"] as const;
/** 32,000 samples per second: 1,024 of them, one AAC frame, take 32 ms, and a loop is whole frames. The encoder adds one. */
const AAC_FRAME_S = 0.032;
const SOUND = `sine=frequency=440:sample_rate=32000:duration=${LOOP_S - AAC_FRAME_S}`;

/** The moving test picture with a text and a clock that runs through the loop. */
function picture({ width, height, fps, fontSize }: Rendition, text: string): string {
  const written = `${text}  %{pts\\:hms}`;
  const style = `fontsize=${fontSize}:x=${fontSize / 2}:y=${height - 2 * fontSize}:fontcolor=white:box=1:boxcolor=black`;
  return `testsrc2=size=${width}x${height}:rate=${fps}:duration=${LOOP_S},drawtext=text='${written}':${style}`;
}

/** H.264 as cameras send it: one key frame at the start of each segment. */
function encoder({ fps, kbitPerS, bFrames }: Rendition): string[] {
  const gop = String(fps * SEGMENT_S);
  const rate = ["-b:v", `${kbitPerS}k`, "-maxrate", `${kbitPerS * 1.1}k`, "-bufsize", `${kbitPerS * 2}k`];
  const pictures = [
    "-profile:v",
    "main",
    "-pix_fmt",
    "yuv420p",
    "-sc_threshold",
    "0",
    "-g",
    gop,
    "-keyint_min",
    gop,
    "-bf",
    String(bFrames),
  ];
  return ["-c:v", "libx264", "-preset", "superfast", ...pictures, ...rate];
}

function segments(folder: string, extension: string): string[] {
  const list = ["-f", "hls", "-hls_time", String(SEGMENT_S), "-hls_list_size", "0", "-hls_playlist_type", "vod"];
  return [...list, "-hls_segment_filename", `${folder}/%d.${extension}`, `${folder}/index.m3u8`];
}

/** One loop of MPEG-TS segments, encoded. */
function encodeLoop(rendition: Rendition, text: string, folder: string): FfmpegArguments {
  const source = ["-f", "lavfi", "-i", picture(rendition, text)];
  return [...QUIET, ...source, ...encoder(rendition), ...segments(folder, "mpegts")];
}

/** The loop that is committed: small enough for that, and otherwise like the shared one. */
export function encodeSmallLoop(folder: string): FfmpegArguments {
  return encodeLoop({ ...OWN_RENDITION, kbitPerS: 90 }, "camera", folder);
}

/** What a site's own loop shows; about 0.4 s of CPU. An id has letters, digits and hyphens only, none of which means anything to FFmpeg. */
export function encodeOwnLoop(siteId: string, folder: string): FfmpegArguments {
  return encodeLoop(OWN_RENDITION, siteId, folder);
}

/** The folders of the shared loops, some 6 s of CPU in all, each made by one run, in this order: later ones repack what earlier ones encoded. */
export const BASE_RUNS: Readonly<Record<string, FfmpegArguments>> = {
  ...Object.fromEntries(
    Object.values(RENDITIONS).map((rendition) => [rendition.name, encodeLoop(rendition, "camera", rendition.name)]),
  ),
  sound: [...QUIET, "-f", "lavfi", "-i", SOUND, "-c:a", "aac", "-b:a", "48k", ...segments("sound", "mpegts")],
  fmp4: [
    ...[...QUIET, "-i", "240p/index.m3u8", "-c", "copy", "-hls_segment_type", "fmp4"],
    ...["-hls_fmp4_init_filename", "init.mp4", ...segments("fmp4", "m4s")],
  ],
  ...Object.fromEntries(
    Object.entries(PARTS_PER_SEGMENT).map(([name, parts]) => [`ll-${name}`, inFragments(name as RenditionName, parts)]),
  ),
};

/** One file of fragments, each as long as a part. */
function inFragments(name: RenditionName, parts: number): FfmpegArguments {
  const fragments = ["-movflags", "empty_moov+default_base_moof", "-frag_duration"];
  const partUs = String((SEGMENT_S * 1_000_000) / parts);
  const copy = ["-i", `${name}/index.m3u8`, "-c", "copy", ...fragments, partUs, "-min_frag_duration", partUs];
  return [...QUIET, ...copy, "-f", "mp4", `ll-${name}/all.mp4`];
}

/** Changes with anything in the recipe: content of another recipe is never taken for this one's. */
export const RECIPE_HASH = createHash("sha256")
  .update(JSON.stringify([BASE_RUNS, encodeOwnLoop("site", "folder")]))
  .digest("hex")
  .slice(0, 12);
