import type { JobKind, JobLimits } from "../../../domain/video/transcode/choose-jobs.ts";
import { createPictureCutter } from "../../../domain/video/transcode/cut-pictures.ts";
import { createSegmentCutter } from "../../../domain/video/transcode/cut-segments.ts";
import {
  confinedCommand,
  type InputFormat,
  pictureArguments,
  renditionArguments,
} from "../../../domain/video/transcode/ffmpeg-arguments.ts";
import { type MadeWindow, madePlaylist, withSegment } from "../../../domain/video/transcode/made-window.ts";
import { type Rendition, sourceFor } from "../../../domain/video/transcode/rendition.ts";
import type { TranscodingOffer } from "../../../domain/video/transcode/transcoding-offer.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import { type FfmpegBook, openFfmpegBook } from "./ffmpeg-book.ts";
import { startFfmpeg } from "./ffmpeg-process.ts";
import { type FfmpegPrograms, findFfmpeg } from "./ffmpeg-programs.ts";
import { createSegmentFeed, type FeedSource } from "./segment-feed.ts";
import { createTranscoder, type OutputSink, type Transcoder } from "./transcoder.ts";
import { createTranscoderPool } from "./transcoder-pool.ts";

/** What FFmpeg makes for viewers, while they want it. */
export interface Transcoding {
  offer(): Promise<TranscodingOffer>;
  configure(settings: { readonly renditions: readonly Rendition[]; readonly limits: JobLimits }): void;
  /**
   * Waits for the first segment, as long as the viewer does.
   *
   * @throws {VideoError} `transcoder_busy`, `transcoder_failed`, `unknown_resource`, or what ails the camera
   */
  playlist(streamId: string, rendition: Rendition, isAwaited: () => boolean): Promise<Buffer>;
  /** @throws {VideoError} `unknown_resource` */
  segment(streamId: string, rendition: Rendition, sequence: number): Buffer;
  /** The newest small picture; `busy` and `failed` say why there is none, null: not yet, or not any more. */
  picture(streamId: string): Uint8Array | "busy" | "failed" | null;
  /** Processes of FFmpeg that there are now. */
  processes(): number;
  tick(): void;
  close(): void;
}

export type TranscodingOptions = {
  readonly stream: (id: string) => FeedSource | undefined;
  /** Path; null = the first in `PATH`. */
  readonly ffmpeg: string | null;
  /** Where is written down which processes there are. */
  readonly folder: string;
  readonly idleMs: number;
  readonly warn: (text: string, reason: string) => void;
  /** Milliseconds that go forward, and milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly wallClock: () => number;
};

type Job = Transcoder & {
  readonly source: FeedSource;
  window(): MadeWindow;
  readonly picture: { readonly bytes: Uint8Array; readonly atMs: number } | null;
  /** When something was last made. */
  readonly madeAtMs: number;
};

/** Players wait ten seconds for a playlist; a process needs one to begin, and a camera two for a segment. */
const FIRST_SEGMENT_MS = 8_000;
const LOOK_AGAIN_MS = 100;
/** A window without anything new for so long is not the present: three segments and what FFmpeg takes to begin anew. */
const FRESH_MS = 12_000;
/** Segments to begin with: with two a player has something while the third is made. */
const FIRST_SEGMENTS = 2;

export function createTranscoding(options: TranscodingOptions): Transcoding {
  const { stream, clock, wallClock } = options;
  const book = openFfmpegBook(options.folder);
  let programs: FfmpegPrograms | null = null;
  let search: Promise<void> | null = null;
  let renditions: readonly Rendition[] = [];
  let wanted: JobLimits = { transcodes: 0, jpegs: 0 };

  const left = book.endLeftovers();
  if (left > 0) options.warn("processes of FFmpeg that an earlier gateway had left were ended", `${left}`);
  const pool = createTranscoderPool<Job>({
    begin(streamId, kind) {
      const source = stream(streamId);
      return source && programs ? beginJob(kind, source, programs, book, options) : null;
    },
    isCurrent: (streamId, job) => stream(streamId) === job.source,
    idleMs: options.idleMs,
    clock,
  });

  /** Looked for when somebody first needs it. */
  function found(): Promise<void> {
    search ??= findFfmpeg(options.ffmpeg).then((there) => {
      programs = there;
      applyLimits();
    });
    return search;
  }

  function offered(): readonly Rendition[] {
    return programs?.hasX264 && wanted.transcodes > 0 ? renditions : [];
  }

  function applyLimits(): void {
    pool.limit(programs ? { ...wanted, transcodes: programs.hasX264 ? wanted.transcodes : 0 } : NOTHING);
  }

  function requireOffered(rendition: Rendition): void {
    if (!offered().includes(rendition)) throw new VideoError("unknown_resource", "no rendition that is made here");
  }

  function playableNow(job: Job): MadeWindow | null {
    return clock() - job.madeAtMs <= FRESH_MS ? job.window() : null;
  }

  return {
    async offer() {
      await found();
      return { ffmpeg: programs ? "ready" : "missing", renditions: offered(), jpegs: programs ? wanted.jpegs : 0 };
    },
    configure(next) {
      ({ renditions, limits: wanted } = next);
      applyLimits();
    },
    async playlist(streamId, rendition, isAwaited) {
      await found();
      requireOffered(rendition);
      const untilMs = clock() + FIRST_SEGMENT_MS;
      for (;;) {
        const job = pool.want(streamId, rendition);
        if (job === null) throw new VideoError("transcoder_busy", "no place for another one");
        const made = playableNow(job);
        if (made) return Buffer.from(madePlaylist(made));
        if (job.cause !== null) throw new VideoError(job.cause, "nothing is made of this stream");
        if (clock() > untilMs || !isAwaited()) throw new VideoError("transcoder_failed", "nothing is made in time");
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },
    segment(streamId, rendition, sequence) {
      requireOffered(rendition);
      const segments = pool.find(streamId, rendition)?.window().segments ?? [];
      const bytes = segments.find((one) => one.sequence === sequence)?.bytes;
      if (!bytes) throw new VideoError("unknown_resource", "no segment that is there");
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    picture(streamId) {
      void found();
      if (!programs || wanted.jpegs === 0) return null;
      const job = pool.want(streamId, "jpeg");
      if (job === null) return "busy";
      if (job.picture !== null && wallClock() - job.picture.atMs <= FRESH_MS) return job.picture.bytes;
      return job.cause === "transcoder_failed" ? "failed" : null;
    },
    processes: () => pool.alive(),
    tick: () => pool.tick(),
    close: () => pool.close(),
  };
}

const NOTHING: JobLimits = { transcodes: 0, jpegs: 0 };

function beginJob(
  kind: JobKind,
  source: FeedSource,
  { ffmpeg, confining }: FfmpegPrograms,
  book: FfmpegBook,
  { warn, clock, wallClock }: TranscodingOptions,
): Job {
  let window: MadeWindow = { segments: [], discontinuities: 0 };
  let picture: Job["picture"] = null;
  let madeAtMs = Number.NEGATIVE_INFINITY;

  function argumentsFor(format: InputFormat): readonly string[] {
    return kind === "jpeg" ? pictureArguments(format) : renditionArguments(kind, format);
  }

  function pictureSink(): OutputSink {
    const cut = createPictureCutter();
    return {
      push(chunk) {
        const bytes = cut(chunk).at(-1);
        if (bytes === undefined) return false;
        picture = { bytes, atMs: wallClock() };
        return true;
      },
      end: () => undefined,
    };
  }

  function segmentSink(): OutputSink {
    const cutter = createSegmentCutter();
    let isFirst = true;
    const take = ({ bytes, durationMs }: { bytes: Uint8Array; durationMs: number }) => {
      const isDiscontinuity = isFirst && window.segments.length > 0;
      window = withSegment(window, { bytes, durationMs, isDiscontinuity }, Math.floor(wallClock() / 1000));
      isFirst = false;
      madeAtMs = clock();
    };
    return {
      push(chunk) {
        const cut = cutter.push(chunk);
        for (const one of cut) take(one);
        return cut.length > 0;
      },
      end() {
        const last = cutter.end();
        if (last) take(last);
      },
    };
  }

  const transcoder = createTranscoder({
    feed: createSegmentFeed({
      source,
      choose: kind === "jpeg" ? undefined : (variants) => sourceFor(kind, variants)?.servedAs ?? null,
      newest: kind === "jpeg" ? 1 : FIRST_SEGMENTS,
    }),
    start: (format, onOutput) =>
      startFfmpeg({ command: confinedCommand(confining, ffmpeg, argumentsFor(format)), book, onOutput }),
    sink: kind === "jpeg" ? pictureSink : segmentSink,
    runsOn: kind === "jpeg",
    warn: (reason) => warn("FFmpeg has failed", reason),
    clock,
  });
  return {
    source,
    window: () => window,
    get picture() {
      return picture;
    },
    get madeAtMs() {
      return madeAtMs;
    },
    get cause() {
      return transcoder.cause;
    },
    get isAlive() {
      return transcoder.isAlive;
    },
    tick: transcoder.tick,
    stop: transcoder.stop,
  };
}
