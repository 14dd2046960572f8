import { retryAfterMs } from "../../../domain/video/transcode/choose-jobs.ts";
import type { InputFormat } from "../../../domain/video/transcode/ffmpeg-arguments.ts";
import { type VideoCause, VideoError } from "../../../domain/video/video-cause.ts";
import type { FfmpegProcess } from "./ffmpeg-process.ts";
import type { FedSegment, SegmentFeed } from "./segment-feed.ts";

/** What becomes of FFmpeg's output: one per process, for a new process begins a new stream. */
export interface OutputSink {
  /** @returns true when something whole has come @throws {Error} when it is not what was ordered */
  push(chunk: Uint8Array): boolean;
  /** The process has ended. */
  end(): void;
}

/** One job of FFmpeg: fed from the cache, watched, begun again when it fails, and ended. */
export interface Transcoder {
  /** Looks after it. Never rejects. */
  tick(): void;
  /** Why nothing comes; null while it does, or may still. */
  readonly cause: VideoCause | null;
  /** There is a process now. */
  readonly isAlive: boolean;
  /** Ends it: gently, or at once. */
  stop(isHurried: boolean): void;
}

export type TranscoderOptions = {
  readonly feed: SegmentFeed;
  readonly start: (format: InputFormat, onOutput: (chunk: Buffer) => void) => FfmpegProcess;
  readonly sink: () => OutputSink;
  /** Pictures do not depend on one another: the process goes on where the video begins anew. */
  readonly runsOn: boolean;
  readonly warn: (reason: string) => void;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
};

/** Without anything made for so many target durations, and no less than this, it has got stuck [J]. */
const STUCK_TARGETS = 3;
const STUCK_MS = 6_000;
/** Who has run for so long begins anew with the shortest wait. */
const STEADY_MS = 60_000;
/** After too many failures it is left alone for so long. */
const GIVEN_UP_MS = 60_000;

type Running = {
  readonly process: FfmpegProcess;
  readonly format: InputFormat;
  /** Nothing more is expected of it. */
  isEnding: boolean;
};

export function createTranscoder({ feed, start, sink, runsOn, warn, clock }: TranscoderOptions): Transcoder {
  const alive = new Set<Running>();
  let running: Running | null = null;
  let failures = 0;
  let cause: VideoCause | null = null;
  let retryAtMs = Number.NEGATIVE_INFINITY;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let startedAtMs = 0;
  /** Since when it has been fed without giving anything; null = it gives. */
  let unansweredMs: number | null = null;
  let isLooking = false;
  let isStopped = false;

  function begin(format: InputFormat): Running {
    const output = sink();
    const process = start(format, (chunk) => {
      try {
        if (output.push(chunk)) answered();
      } catch (error) {
        fail(own, error instanceof Error ? error.message : "what it makes cannot be read");
      }
    });
    const own: Running = { process, format, isEnding: false };
    alive.add(own);
    running = own;
    startedAtMs = clock();
    unansweredMs = null;
    void process.ended.then((words) => {
      output.end();
      alive.delete(own);
      if (!own.isEnding) fail(own, words === "" ? "it has ended" : words);
    });
    return own;
  }

  function answered(): void {
    unansweredMs = null;
    cause = null;
  }

  function fail(own: Running, reason: string): void {
    if (own.isEnding) return;
    own.isEnding = true;
    own.process.stop();
    if (running === own) running = null;
    if (clock() - startedAtMs > STEADY_MS) failures = 0;
    failures += 1;
    cause = "transcoder_failed";
    const waitMs = retryAfterMs(failures);
    retryAtMs = clock() + (waitMs ?? GIVEN_UP_MS);
    if (waitMs === null) failures = 0;
    if (!isStopped) warn(reason);
  }

  /** The old one finishes what it has while the new one begins. */
  function beginAnew(): void {
    if (running === null) return;
    running.isEnding = true;
    running.process.end();
    running = null;
  }

  /** @returns one that reads this segment, and whether it has just begun; null when nothing is to begin any more */
  async function processFor({ init, isNewRun }: FedSegment): Promise<{ own: Running; isNew: boolean } | null> {
    const format: InputFormat = init === null ? "mpegts" : "mov";
    const isOther = running !== null && running.format !== format;
    if (isOther || (isNewRun && (!runsOn || init !== null))) beginAnew();
    if (running !== null) return { own: running, isNew: false };
    // One that is ending counts until it is gone.
    await Promise.all([...alive].map(({ process }) => process.ended));
    return isStopped ? null : { own: begin(format), isNew: true };
  }

  async function give(segment: FedSegment): Promise<void> {
    const found = await processFor(segment);
    if (found === null) return;
    const { own, isNew } = found;
    unansweredMs ??= clock();
    const parts = isNew && segment.init !== null ? [segment.init, segment.media] : [segment.media];
    for (const part of parts) {
      if (!(await own.process.write(part))) return fail(own, "it takes nothing any more");
    }
  }

  async function look(): Promise<void> {
    try {
      for (const segment of await feed.next()) {
        if (isStopped || retryAtMs > clock()) return;
        await give(segment);
      }
      if (cause !== "transcoder_failed") cause = null;
    } catch (error) {
      // The camera's fault, not FFmpeg's.
      cause = error instanceof VideoError ? error.videoCause : "transcoder_failed";
    }
  }

  function watch(): void {
    const own = running;
    const patienceMs = Math.max(STUCK_MS, STUCK_TARGETS * feed.targetS * 1000);
    if (own !== null && unansweredMs !== null && clock() - unansweredMs > patienceMs) {
      unansweredMs = null;
      fail(own, "it makes nothing of what it is given");
    }
  }

  return {
    get cause() {
      return cause;
    },
    get isAlive() {
      return alive.size > 0;
    },
    tick() {
      watch();
      const isDue = clock() - lookedAtMs >= (feed.targetS * 1000) / 2 && clock() >= retryAtMs;
      if (isStopped || isLooking || !isDue) return;
      isLooking = true;
      lookedAtMs = clock();
      void look().finally(() => {
        isLooking = false;
      });
    },
    stop(isHurried) {
      isStopped = true;
      running = null;
      for (const own of alive) {
        own.isEnding = true;
        if (isHurried) own.process.kill();
        else own.process.stop();
      }
    },
  };
}
