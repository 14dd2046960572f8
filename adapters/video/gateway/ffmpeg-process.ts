import { type ChildProcess, spawn } from "node:child_process";
import os from "node:os";
import { type FfmpegBook, killGroup } from "./ffmpeg-book.ts";

/** One FFmpeg that reads what it is given and gives what it makes. */
export interface FfmpegProcess {
  /** Hands over bytes. @returns false when it has ended, or takes nothing for ten seconds */
  write(bytes: Uint8Array): Promise<boolean>;
  /** No more input: it finishes what it has, and is stopped when that takes too long. */
  end(): void;
  /** SIGTERM, and two seconds later SIGKILL to all of its group. */
  stop(): void;
  /** SIGKILL now. */
  kill(): void;
  /** Resolves with its last words when it has ended, however that came about. */
  readonly ended: Promise<string>;
}

export type FfmpegOptions = {
  readonly command: { readonly file: string; readonly args: readonly string[] };
  readonly book: FfmpegBook;
  readonly onOutput: (chunk: Buffer) => void;
};

/** Behind the gateway itself: pictures that come a little later harm nobody, stalled viewers do. */
const NICENESS = 10;
const STOP_MS = 2_000;
const FINISH_MS = 4_000;
const WRITE_MS = 10_000;
/** Of what it says: enough for a reason, not enough to fill a log. */
const MOST_WORDS = 400;

export function startFfmpeg({ command, book, onOutput }: FfmpegOptions): FfmpegProcess {
  // A group of its own, so that all of it can be ended; and no environment, for there is nothing in it that it needs.
  const child = spawn(command.file, command.args, { env: {}, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const { pid } = child;
  let words = "";
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;
  if (pid !== undefined) {
    book.add(pid);
    beNice(pid);
  }
  child.stderr.on("data", (part: Buffer) => {
    words = (words + part.toString("latin1")).slice(-MOST_WORDS);
  });
  child.stdout.on("data", onOutput);
  // It has ended while it was given something.
  child.stdin.on("error", () => undefined);

  const ended = new Promise<string>((resolve) => {
    const settle = (reason: string) => {
      if (isOver) return;
      isOver = true;
      if (timer) clearTimeout(timer);
      // What it may have started itself.
      if (pid !== undefined) {
        killGroup(pid, "SIGKILL");
        book.remove(pid);
      }
      resolve(reason);
    };
    child.on("error", () => settle("it cannot be started"));
    child.on("exit", () => {
      // What it gave last is still on its way; a child of its own may hold the pipe open.
      const late = setTimeout(() => settle(scrubbed(words)), 500);
      child.once("close", () => {
        clearTimeout(late);
        settle(scrubbed(words));
      });
    });
  });

  function signal(name: NodeJS.Signals): void {
    if (!isOver && pid !== undefined) killGroup(pid, name);
  }

  function stop(): void {
    child.stdin.destroy();
    signal("SIGTERM");
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => signal("SIGKILL"), STOP_MS);
  }

  return {
    ended,
    stop,
    kill: () => signal("SIGKILL"),
    end() {
      child.stdin.end();
      timer ??= setTimeout(stop, FINISH_MS);
    },
    write: (bytes) => (isOver ? Promise.resolve(false) : written(child, bytes, ended)),
  };
}

function written(child: ChildProcess, bytes: Uint8Array, ended: Promise<string>): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), WRITE_MS);
    const settle = (isTaken: boolean) => {
      clearTimeout(late);
      resolve(isTaken);
    };
    child.stdin?.write(bytes, (error) => settle(!error));
    void ended.then(() => settle(false));
  });
}

function beNice(pid: number): void {
  try {
    os.setPriority(pid, NICENESS);
  } catch {
    // It has ended already.
  }
}

/** What FFmpeg says may repeat what stood in a camera's segment: plain signs on one line, and nothing that looks like an address. */
function scrubbed(words: string): string {
  return words
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/[a-z][a-z0-9+.-]*:\/\/\S*/gi, "…")
    .trim();
}
