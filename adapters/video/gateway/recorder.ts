import { objectKey } from "../../../domain/video/recording/object-key.ts";
import type { ObjectStore } from "../../../domain/video/recording/object-store.ts";
import type { RecordedRendition } from "../../../domain/video/recording/recording-mode.ts";
import type { VideoCause } from "../../../domain/video/video-cause.ts";
import { machineMs } from "../recorder-share.ts";
import type { FromRecorder, RecordingPlan, RecordingReport } from "../recording-protocol.ts";
import { createRecordingWriter } from "./recording-writer.ts";
import type { PlaylistFacts } from "./stream-playlists.ts";
import { createStreamRecorder, type StreamRecorder } from "./stream-recorder.ts";
import type { OpenSegment } from "./whole-of.ts";

/** Records what a flow asks for: from what the gateway fetches for viewers anyway, never by a fetch of its own. */
export interface Recorder {
  configure(plan: RecordingPlan | null): void;
  /** Of streams that have to be watched so that they are recorded. */
  recorded(): Iterable<string>;
  /** Which of its renditions is recorded; null: none. */
  renditionOf(streamId: string): RecordedRendition | null;
  follow(streamId: string, facts: PlaylistFacts, open: OpenSegment): void;
  freeze(streamId: string, atMs: number): void;
  /** Nothing is recorded after that time unless a later one is said. @param untilMs by `machineMs` */
  mayUntil(untilMs: number): void;
  kept(keys: readonly string[]): void;
  /** What is written waits to be moved elsewhere: so many bytes may still wait. */
  takeRoom(bytes: number): void;
  report(): RecordingReport;
  /** What is being written is finished. */
  close(): Promise<void>;
}

export type RecorderOptions = {
  readonly store: ObjectStore;
  readonly leastFreeBytes: number;
  readonly tell: (message: FromRecorder) => void;
  readonly warn: (text: string, reason: string) => void;
  /** Milliseconds that go forward, and milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly wallClock: () => number;
};

/** What all streams together hold in memory for alarms that may come. */
const MOST_HELD_BYTES = 128 * 1024 * 1024;
const LOOK_MS = 5_000;
/** Rows go to the platform together. */
const TELL_MS = 500;
const MOST_TOLD = 500;

const NO_PLAN: RecordingPlan = { streams: {}, rendition: "smallest", preRollS: 0, postRollS: 0 };

export function createRecorder({ store, leastFreeBytes, tell, warn, clock, wallClock }: RecorderOptions): Recorder {
  const streams = new Map<string, StreamRecorder>();
  let plan: RecordingPlan | null = null;
  let state: RecordingReport["state"] = "off";
  let told: VideoCause | null = null;
  let sinceMs = wallClock();
  let telling: NodeJS.Timeout | null = null;
  /** Keys that were told lately: not told again before an answer may have come. */
  let lately = new Set<string>();
  let mayUntilMs = Number.NEGATIVE_INFINITY;
  const mayRecord = () => machineMs() < mayUntilMs;

  const writer = createRecordingWriter({ store, leastFreeBytes, onChange: noteChange, clock, warn });

  function noteChange(): void {
    noteState();
    telling ??= setTimeout(tellRecorded, TELL_MS);
  }

  function noteState(): void {
    const next = plan === null ? "off" : writer.cause === null ? "recording" : "stopped";
    if (next === state && told === writer.cause) return;
    if (next !== state) sinceMs = wallClock();
    state = next;
    told = writer.cause;
    tell({ type: "recording", report: report() });
  }

  function tellRecorded(): void {
    telling = null;
    const news = writer.unkept().filter((piece) => !lately.has(objectKey(piece)));
    const pieces = news.slice(0, MOST_TOLD);
    if (pieces.length === 0) return;
    for (const piece of pieces) lately.add(objectKey(piece));
    tell({ type: "recorded", pieces });
    if (news.length > pieces.length) telling = setTimeout(tellRecorded, TELL_MS);
  }

  /** The one that holds most lets its oldest go: a stream of many bits has fewer seconds then. */
  function makeRoom(): void {
    let held = [...streams.values()].reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    while (held > MOST_HELD_BYTES) {
      const largest = [...streams.values()].reduce((a, b) => (b.heldBytes > a.heldBytes ? b : a));
      held -= largest.drop();
    }
  }

  function report(): RecordingReport {
    const causes = [...streams].flatMap(([id, { cause }]) => (cause === null ? [] : [[id, cause] as const]));
    return {
      state,
      cause: plan === null ? null : writer.cause,
      sinceMs,
      streams: streams.size,
      causes: Object.fromEntries(causes),
      writtenBytes: writer.writtenBytes,
      writtenFiles: writer.writtenFiles,
      lostFiles: writer.lostFiles,
    };
  }

  const timer = setInterval(() => {
    // Nothing was heard of what was told five seconds ago: it is told again.
    lately = new Set();
    if (plan !== null) void writer.look();
    noteChange();
    tell({ type: "recording", report: report() });
  }, LOOK_MS);
  timer.unref();

  function takeStreams({ streams: wanted, preRollS, postRollS }: RecordingPlan): void {
    for (const [id, { mode }] of streams) if (wanted[id] !== mode) streams.delete(id);
    for (const [siteId, mode] of Object.entries(wanted)) {
      if (streams.has(siteId)) continue;
      streams.set(siteId, createStreamRecorder({ siteId, mode, preRollS, postRollS, write: writer.write, wallClock }));
    }
  }

  return {
    configure(next) {
      const kindOf = (one: RecordingPlan | null) => `${one?.rendition} ${one?.preRollS} ${one?.postRollS}`;
      if (kindOf(next) !== kindOf(plan)) streams.clear();
      plan = next;
      takeStreams(next ?? NO_PLAN);
      noteState();
      if (next !== null) void writer.look();
    },
    recorded: () => (mayRecord() ? streams.keys() : []),
    renditionOf: (id) => (plan !== null && mayRecord() && streams.has(id) ? plan.rendition : null),
    follow(streamId, facts, open) {
      if (!mayRecord()) return;
      streams.get(streamId)?.follow(facts, open);
      makeRoom();
    },
    freeze: (streamId, atMs) => streams.get(streamId)?.freeze(atMs),
    kept: (keys) => writer.kept(keys),
    takeRoom: writer.takeRoom,
    mayUntil(untilMs) {
      mayUntilMs = untilMs;
    },
    report,
    async close() {
      clearInterval(timer);
      if (telling) clearTimeout(telling);
      await writer.idle();
      tellRecorded();
    },
  };
}
