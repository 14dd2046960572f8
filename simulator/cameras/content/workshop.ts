import { mkdir } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "./make-folder.ts";
import type { FfmpegArguments } from "./recipe.ts";
import { runFfmpeg } from "./run-ffmpeg.ts";

/** Where FFmpeg works for the cameras: one thing at a time, since the machine has other things to do. */
export type Workshop = {
  readonly hasFfmpeg: boolean;
  /** Work that has its turn when all work before it has ended. */
  readonly inTurn: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /**
   * Makes a folder with one folder below it per run, unless it is there. @throws {Error} without FFmpeg, or with its last words
   */
  readonly make: (folder: string, runs: Readonly<Record<string, FfmpegArguments>>) => Promise<void>;
  /** Ends the work that goes on; what it has made so far is removed. */
  readonly close: () => Promise<void>;
};

/** @param ffmpeg path of the program; null: nothing can be made, and what is there can be used */
export function openWorkshop(ffmpeg: string | null): Workshop {
  const ending = new AbortController();
  let queue: Promise<unknown> = Promise.resolve();
  const runAll = async (unfinished: string, runs: Readonly<Record<string, FfmpegArguments>>) => {
    for (const [name, args] of Object.entries(runs)) {
      if (ffmpeg === null) throw new Error("no FFmpeg");
      await mkdir(path.join(unfinished, name));
      await runFfmpeg(ffmpeg, args, unfinished, ending.signal);
    }
  };
  return {
    hasFfmpeg: ffmpeg !== null,
    inTurn(work) {
      const start = () => {
        ending.signal.throwIfAborted();
        return work();
      };
      const turn = queue.then(start, start);
      queue = turn.catch(() => undefined);
      return turn;
    },
    make: (folder, runs) => makeFolder(folder, (unfinished) => runAll(unfinished, runs)),
    async close() {
      ending.abort();
      await queue;
    },
  };
}
