import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type MadeVideo = {
  readonly playlist: string;
  /** By file name, in order. */
  readonly segments: ReadonlyMap<string, Uint8Array>;
  /** Of fMP4. */
  readonly init: Uint8Array | undefined;
};

/** What FFmpeg is to make; two segments of one second, 320 × 180, unless said. */
export type VideoWish = {
  readonly kind?: "mpegts" | "fmp4";
  readonly encoder?: "libx264" | "libx265";
  readonly size?: string;
  readonly seconds?: number;
  readonly segmentS?: number;
  /** Pictures from one key frame to the next, at 10 a second. */
  readonly gop?: number;
  readonly x264?: string;
  /** More of FFmpeg's own, such as a tone beside the picture. */
  readonly input?: readonly string[];
  readonly output?: readonly string[];
};

/** Makes HLS with FFmpeg, and leaves nothing behind. */
export function makeVideo(wish: VideoWish = {}): MadeVideo {
  const { kind = "mpegts", encoder = "libx264", size = "320x180", seconds = 2, segmentS = 1, gop = 10 } = wish;
  const folder = mkdtempSync(join(tmpdir(), "made-video-"));
  const parameters =
    encoder === "libx264" ? ["-x264-params", wish.x264 ?? "scenecut=0"] : ["-x265-params", "log-level=none"];
  try {
    execFileSync(
      "ffmpeg",
      [
        ...["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", `testsrc2=size=${size}:rate=10:duration=${seconds}`],
        ...(wish.input ?? []),
        ...["-c:v", encoder, "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-threads", "1", ...parameters],
        ...["-g", `${gop}`, "-keyint_min", `${gop}`, "-force_key_frames", `expr:gte(t,n_forced*${segmentS})`],
        ...(wish.output ?? []),
        ...["-f", "hls", "-hls_time", `${segmentS}`, "-hls_list_size", "0", "-hls_segment_type", kind],
        ...["-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename", `s%d.${kind === "fmp4" ? "m4s" : "ts"}`],
        "index.m3u8",
      ],
      { cwd: folder, stdio: ["ignore", "ignore", "inherit"] },
    );
    const names = readdirSync(folder);
    const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
    const segments = names.filter((name) => name.startsWith("s")).sort((a, b) => numberOf(a) - numberOf(b));
    return {
      playlist: readFileSync(join(folder, "index.m3u8"), "utf8"),
      segments: new Map(segments.map((name) => [name, read(name)])),
      init: names.includes("init.mp4") ? read("init.mp4") : undefined,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const numberOf = (name: string): number => Number(/\d+/.exec(name)?.[0]);

/** What FFmpeg decodes of one Annex B picture: 8-bit grey, one picture after the other. */
export function decodePictures(annexB: Uint8Array, width: number, height: number): Uint8Array[] {
  const { stdout, status, stderr } = spawnSync(
    "ffmpeg",
    ["-loglevel", "error", "-f", "h264", "-i", "pipe:0", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:1"],
    { input: annexB, maxBuffer: 1e8 },
  );
  if (status !== 0 || stderr.length > 0) throw new Error(`FFmpeg does not decode it: ${stderr}`);
  const bytes = width * height;
  if (stdout.length % bytes !== 0) throw new Error(`${stdout.length} bytes are no pictures of ${width} × ${height}`);
  return Array.from(
    { length: stdout.length / bytes },
    (_, n) => new Uint8Array(stdout.subarray(n * bytes, (n + 1) * bytes)),
  );
}
