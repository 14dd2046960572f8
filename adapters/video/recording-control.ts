import type { Log } from "../../domain/log.ts";
import { hasCamera, type Site } from "../../domain/sites/site.ts";
import { objectKey } from "../../domain/video/recording/object-key.ts";
import type { RecordedPiece } from "../../domain/video/recording/recorded-piece.ts";
import { modeFor, RecordingSettings } from "../../domain/video/recording/recording-mode.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import { type RecorderShare, recordsUntilMs, TELL_SHARE_MS } from "./recorder-share.ts";
import { readMarks } from "./recording-marks.ts";
import {
  type FromRecorder,
  NOTHING_RECORDED,
  type RecordingPlan,
  type RecordingReport,
  type ToRecorder,
} from "./recording-protocol.ts";
import { readRecording, writeRecorderState } from "./recording-settings.ts";
import { keepPieces, readPieces } from "./recording-store.ts";
import type { VideoDatabase } from "./stream-store.ts";

/** The platform's side of recording: what is asked for, and rows for what lies on the disk. */
export interface RecordingControl {
  /** A gateway has begun, or the inventory is another one. */
  tellPlan(): void;
  take(message: FromRecorder): void;
  /** What the flows ask for may have changed. Never rejects. */
  readWanted(): Promise<void>;
  report(): RecordingReport;
  close(): void;
}

/** What the platform does with recordings that the gateway cannot: the keys of the object store are not for it. */
export type RecordedObjects = {
  /** @throws for what is no key of a recording */
  readUrl(key: string): Promise<string>;
  /** These lie on the disk. */
  add(pieces: readonly RecordedPiece[]): void;
};

export type RecordingControlOptions = {
  readonly database: VideoDatabase;
  readonly inventory: {
    all(): readonly Site[];
    /** @returns unsubscribe */
    onChange(listener: () => void): () => void;
  };
  readonly marks: WorkSignal;
  readonly share: RecorderShare;
  /** Where recordings are moved from the disk to an object store; null: they stay. */
  readonly objects: RecordedObjects | null;
  readonly send: (message: ToRecorder) => void;
  readonly log: Log;
};

export function controlRecording(options: RecordingControlOptions): RecordingControl {
  const { database, inventory, marks, share, objects, send, log } = options;
  let settings: RecordingSettings | null = null;
  let report: RecordingReport = NOTHING_RECORDED;
  /** The state that is in the database; null: another one may be. */
  let stored: string | null = null;
  let lastMark = 0n;
  let isReadingMarks = false;

  function planOf({ mode, rules, rendition, preRollS, postRollS }: RecordingSettings): RecordingPlan {
    const streams: Record<string, RecordingPlan["streams"][string]> = {};
    for (const site of inventory.all()) {
      const wanted = hasCamera(site) ? modeFor({ mode, rules }, site) : "off";
      if (wanted !== "off") streams[site.id] = wanted;
    }
    return { streams, rendition, preRollS, postRollS };
  }

  function tellPlan(): void {
    tellShare();
    send({ type: "record", plan: settings === null || !share.isOurs() ? null : planOf(settings) });
  }

  function tellShare(): void {
    if (share.isOurs()) send({ type: "recorder-lease", untilMs: recordsUntilMs() });
  }

  async function keep({ pieces }: Extract<FromRecorder, { readonly type: "recorded" }>): Promise<void> {
    objects?.add(pieces);
    try {
      // Also what was recorded under a lease that is over: it lies there. Rows have one key each, as snapshots do.
      await keepPieces(database, pieces);
      send({ type: "recorded-kept", keys: pieces.map(objectKey) });
    } catch {
      // The database is away: the gateway says it again.
    }
  }

  async function answer(asked: Extract<FromRecorder, { readonly type: "ask-recordings" }>): Promise<void> {
    const { requestId, streamId } = asked;
    const pieces = await readPieces(database, streamId, asked).catch(() => null);
    send({ type: "recordings", requestId, pieces });
  }

  async function tellUrl({ requestId, key }: Extract<FromRecorder, { readonly type: "ask-object" }>): Promise<void> {
    const url = (await objects?.readUrl(key).catch(() => null)) ?? null;
    send({ type: "object-url", requestId, url });
  }

  async function noteState(next: RecordingReport): Promise<void> {
    if (next.state !== report.state || next.cause !== report.cause)
      log[next.state === "stopped" ? "warn" : "info"](
        { state: next.state, cause: next.cause },
        "recording is in another state",
      );
    report = next;
    const text = `${next.state} ${next.cause} ${next.sinceMs}`;
    // Whoever does not record has nothing to say.
    if (text === stored || !share.isOurs()) return;
    const isWritten = await writeRecorderState(database, next).then(
      () => true,
      () => false,
    );
    if (isWritten) stored = text;
  }

  async function takeMarks(): Promise<void> {
    if (isReadingMarks || settings === null) return;
    isReadingMarks = true;
    try {
      for (const { id, siteId, atMs } of await readMarks(database, lastMark)) {
        send({ type: "freeze", streamId: siteId, atMs });
        lastMark = id;
      }
    } catch {
      // The database is away: the marks are read when it is back.
    } finally {
      isReadingMarks = false;
    }
  }

  const timer = setInterval(tellShare, TELL_SHARE_MS);
  timer.unref();
  const stops = [
    marks.onWork(() => void takeMarks()),
    inventory.onChange(tellPlan),
    share.onChange(tellPlan),
    () => clearInterval(timer),
  ];

  return {
    tellPlan,
    report: () => report,
    take(message) {
      if (message.type === "recorded") void keep(message);
      else if (message.type === "recording") void noteState(message.report);
      else if (message.type === "ask-object") void tellUrl(message);
      else void answer(message);
    },
    async readWanted() {
      // While the database is away the last word stands.
      const found = await readRecording(database).catch(() => undefined);
      if (found === undefined) return;
      const next = found === null ? null : (RecordingSettings.safeParse(found).data ?? null);
      if (JSON.stringify(next) === JSON.stringify(settings)) return;
      settings = next;
      tellPlan();
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}
