import type { RecordedPiece } from "../../domain/video/recording/recorded-piece.ts";
import type { RecordedRendition, RecordingMode } from "../../domain/video/recording/recording-mode.ts";
import type { VideoCause } from "../../domain/video/video-cause.ts";

/** What the gateway is to record, by stream; a stream that is not named is not recorded. */
export type RecordingPlan = {
  readonly streams: Readonly<Record<string, Exclude<RecordingMode, "off">>>;
  readonly rendition: RecordedRendition;
  readonly preRollS: number;
  readonly postRollS: number;
};

/** How recording goes. Counts since the gateway began. */
export type RecordingReport = {
  /** `stopped`: asked for, and not possible. */
  readonly state: "off" | "recording" | "stopped";
  readonly cause: VideoCause | null;
  /** Of the state, milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Streams that are to be recorded. */
  readonly streams: number;
  /** Why one of them is not. */
  readonly causes: Readonly<Record<string, VideoCause>>;
  readonly writtenBytes: number;
  readonly writtenFiles: number;
  /** Not written: there was no room, or the disk was too slow. */
  readonly lostFiles: number;
};

export const NOTHING_RECORDED: RecordingReport = {
  state: "off",
  cause: null,
  sinceMs: 0,
  streams: 0,
  causes: {},
  writtenBytes: 0,
  writtenFiles: 0,
  lostFiles: 0,
};

/** What the platform says to the gateway. */
export type ToRecorder =
  | { readonly type: "record"; readonly plan: RecordingPlan | null }
  /** Recording is ours until then, by `machineMs`; without another word it ends. */
  | { readonly type: "recorder-lease"; readonly untilMs: number }
  /** Something has happened: what is in memory of the time before is to be kept, and the time after. */
  | { readonly type: "freeze"; readonly streamId: string; readonly atMs: number }
  /** These pieces are in the database. */
  | { readonly type: "recorded-kept"; readonly keys: readonly string[] }
  /** Answer to `ask-recordings`; null: nobody can say now. */
  | { readonly type: "recordings"; readonly requestId: number; readonly pieces: readonly RecordedPiece[] | null }
  /** Answer to `ask-object`: by which URL it can be read; null: nobody can say now. */
  | { readonly type: "object-url"; readonly requestId: number; readonly url: string | null }
  /** What is recorded waits to be moved to an object store: so many bytes may still wait. */
  | { readonly type: "spool"; readonly roomBytes: number };

/** What the gateway says to the platform. */
export type FromRecorder =
  /** Lie on the disk; said again until they are known to be kept. */
  | { readonly type: "recorded"; readonly pieces: readonly RecordedPiece[] }
  | { readonly type: "recording"; readonly report: RecordingReport }
  | {
      readonly type: "ask-recordings";
      readonly requestId: number;
      readonly streamId: string;
      readonly fromMs: number;
      readonly toMs: number;
    }
  | { readonly type: "ask-object"; readonly requestId: number; readonly key: string };
