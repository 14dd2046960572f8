import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { FfmpegArguments } from "./recipe.ts";

/** Behind everything else on the machine: nobody waits for it. */
const NICENESS = 10;
const TIME_LIMIT_MS = 120_000;

/** Path of the machine's FFmpeg, or null. */
export function findFfmpeg(): string | null {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg");
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // looked for in the next folder
    }
  }
  return null;
}

/** One run in `folder`; rejects with FFmpeg's last words. `signal` ends it. */
export function runFfmpeg(program: string, args: FfmpegArguments, folder: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: TIME_LIMIT_MS,
      killSignal: "SIGKILL",
      signal,
    });
    let words = "";
    child.stderr.on("data", (part: Buffer) => {
      words = (words + part.toString()).slice(-2000);
    });
    child.on("error", reject);
    child.on("spawn", () => {
      if (child.pid !== undefined) beNice(child.pid);
    });
    child.on("close", (code, cause) => {
      if (code === 0) resolve();
      else reject(new Error(`FFmpeg ended with ${cause ?? code}: ${words.trim()}`));
    });
  });
}

function beNice(pid: number): void {
  try {
    os.setPriority(pid, NICENESS);
  } catch {
    // it has ended already
  }
}
