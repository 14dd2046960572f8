import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type ConfiningPrograms, confinedCommand } from "../../../domain/video/transcode/ffmpeg-arguments.ts";

/** FFmpeg as it was found, and what it can be confined with. */
export type FfmpegPrograms = {
  readonly ffmpeg: string;
  readonly confining: ConfiningPrograms;
  /** Made with libx264: without it there are small pictures only. */
  readonly hasX264: boolean;
};

const PROBE_MS = 10_000;

/**
 * Looks for FFmpeg, and tries it with all that confines it, then with less.
 *
 * @param ffmpeg path; null = the first in `PATH`
 * @returns null when there is none that starts
 */
export async function findFfmpeg(ffmpeg: string | null): Promise<FfmpegPrograms | null> {
  const file = ffmpeg ?? inPath("ffmpeg");
  if (file === null) return null;
  const [setpriv, prlimit] = [inPath("setpriv"), inPath("prlimit")];
  for (const confining of [
    { setpriv, prlimit },
    { setpriv: null, prlimit },
    { setpriv: null, prlimit: null },
  ]) {
    const said = await versionOf(confining, file);
    if (said !== null) return { ffmpeg: file, confining, hasX264: /--enable-libx264\b/.test(said) };
  }
  return null;
}

function versionOf(confining: ConfiningPrograms, ffmpeg: string): Promise<string | null> {
  const { file, args } = confinedCommand(confining, ffmpeg, ["-nostdin", "-version"]);
  return new Promise((resolve) => {
    execFile(file, args, { env: {}, timeout: PROBE_MS, killSignal: "SIGKILL" }, (error, stdout) => {
      resolve(error === null && stdout.startsWith("ffmpeg") ? stdout : null);
    });
  });
}

function inPath(name: string): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Looked for in the next folder.
    }
  }
  return null;
}
