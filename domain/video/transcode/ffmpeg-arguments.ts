import { RENDITION_FACTS, type Rendition } from "./rendition.ts";

/** Said to FFmpeg, never guessed by it: what a camera sends decides nothing about how it is read. */
export type InputFormat = "mpegts" | "mov";

/** Segments that are made begin with a key frame, and last so long. */
const MADE_SEGMENT_S = 2;
/** Pictures of a tile, within this frame. */
const TILE = { width: 320, height: 180 };
const KEY_FRAMES = `expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+${MADE_SEGMENT_S}))`;

/**
 * Input is a pipe that the gateway fills with segments that it has fetched and looked at; no other protocol is opened,
 * whatever stands in them (an address within MP4, a playlist that calls itself a segment). The format is fixed for the same
 * reason.
 */
function inputArguments(format: InputFormat): readonly string[] {
  return [
    ...["-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", "-filter_threads", "1"],
    // What is needed to begin stands in the first kilobytes of a segment; by default FFmpeg waits for 5 MB.
    ...["-protocol_whitelist", "pipe", "-probesize", "32768", "-analyzeduration", "0"],
    ...["-flags", "low_delay"],
    // Read as the container says, and nothing beside the video.
    ...["-f", format, "-i", "pipe:0", "-map", "0:v:0", "-an", "-sn", "-dn"],
  ];
}

/** Arguments of FFmpeg that makes one rendition: MPEG-TS with H.264 on its output, a key frame every two seconds. */
export function renditionArguments(rendition: Rendition, format: InputFormat): readonly string[] {
  const { lines, kbps, mostFps } = RENDITION_FACTS[rendition];
  return [
    ...inputArguments(format),
    ...["-vf", `scale=-2:min(${lines}\\,ih):flags=fast_bilinear`, "-fpsmax", `${mostFps}`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "main", "-pix_fmt", "yuv420p"],
    ...["-g", "600", "-sc_threshold", "0", "-force_key_frames", KEY_FRAMES],
    ...["-b:v", `${kbps}k`, "-maxrate", `${Math.round(kbps * 1.1)}k`, "-bufsize", `${kbps * 2}k`, "-threads", "1"],
    ...["-f", "mpegts", "-muxdelay", "0", "-flush_packets", "1", "pipe:1"],
  ];
}

/** Arguments of FFmpeg that makes a small JPEG of each key frame: one picture after the other on its output. */
export function pictureArguments(format: InputFormat): readonly string[] {
  const { width, height } = TILE;
  return [
    // Decoding the key frames only costs a third of decoding all.
    ...["-skip_frame", "nokey"],
    ...inputArguments(format),
    ...["-vf", `scale=w=${width}:h=${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`],
    ...["-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "7", "-pix_fmt", "yuvj420p", "-threads", "1"],
    ...["-f", "image2pipe", "-flush_packets", "1", "pipe:1"],
  ];
}

/** Programs that start another one with less: util-linux. null = not on this machine. */
export type ConfiningPrograms = { readonly setpriv: string | null; readonly prlimit: string | null };

/** A 4K picture has 12 MB, and a decoder keeps up to 16 of them; 720p needs 0.3 GB of address space (measured). */
const MOST_MEMORY_BYTES = 1024 ** 3;
/** Hours at a tenth of a core; who spins without end is stopped by this at the latest. */
const MOST_CPU_S = 7_200;
const MOST_FILES = 32;

/**
 * The command that starts FFmpeg with as little as it needs: memory, processor time and descriptors are limited, no file can
 * be written, no right can be gained, and it ends when the thread ends that has started it.
 */
export function confinedCommand(
  { setpriv, prlimit }: ConfiningPrograms,
  ffmpeg: string,
  args: readonly string[],
): { readonly file: string; readonly args: readonly string[] } {
  const limits = [
    `--as=${MOST_MEMORY_BYTES}`,
    `--cpu=${MOST_CPU_S}`,
    `--nofile=${MOST_FILES}`,
    "--fsize=0",
    "--core=0",
  ];
  const [file = ffmpeg, ...rest] = [
    ...(setpriv === null ? [] : [setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--"]),
    ...(prlimit === null ? [] : [prlimit, ...limits, "--"]),
    ffmpeg,
    ...args,
  ];
  return { file, args: rest };
}
