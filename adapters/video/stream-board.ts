import type { StreamState } from "../../domain/video/stream-state.ts";
import type { VideoCause } from "../../domain/video/video-cause.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import type { StreamReport } from "./gateway-protocol.ts";
import { readStreams, type VideoDatabase } from "./stream-store.ts";

/** What is known of the camera of one site. Times in milliseconds since the Unix epoch. */
export type StreamRecord = {
  readonly siteId: string;
  readonly state: StreamState;
  readonly sinceMs: number;
  readonly cause: VideoCause | null;
  readonly progressedAtMs: number | null;
  readonly lookedAtMs: number | null;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly bitrateKbps: number | null;
};

/**
 * The cameras as they are known in this process: from the gateway itself where it runs here, else from the database, a
 * second later.
 */
export interface StreamBoard {
  get(siteId: string): StreamRecord | undefined;
  /** What the gateway of this process says. */
  put(records: readonly StreamRecord[]): void;
  /** Told which sites' cameras have another state, cause, codec or size. @returns unsubscribe */
  onChange(listener: (siteIds: readonly string[]) => void): () => void;
  close(): void;
}

export type StreamBoardOptions = {
  readonly database: VideoDatabase;
  readonly work: WorkSignal;
  /** Milliseconds that go forward. */
  readonly clock?: () => number;
};

/** A gateway says everything once a minute. */
const FED_MS = 90_000;

export function createStreamBoard(options: StreamBoardOptions): StreamBoard {
  const { database, work, clock = () => performance.now() } = options;
  const records = new Map<string, StreamRecord>();
  const listeners = new Set<(siteIds: readonly string[]) => void>();
  let isReading = false;
  let fedAtMs = Number.NEGATIVE_INFINITY;

  /** @returns true when it is news */
  function putOne(record: StreamRecord): boolean {
    const known = records.get(record.siteId);
    // What has come on a shorter way is newer.
    if (known && (known.lookedAtMs ?? 0) > (record.lookedAtMs ?? 0)) return false;
    records.set(record.siteId, record);
    return !known || isOther(known, record);
  }

  function take(next: readonly StreamRecord[]): void {
    const news = next.filter(putOne).map(({ siteId }) => siteId);
    if (news.length > 0) for (const listener of [...listeners]) listener(news);
  }

  async function read(): Promise<void> {
    // While the gateway of this process speaks, what is stored is what it has said.
    if (isReading || clock() - fedAtMs < FED_MS) return;
    isReading = true;
    // While the database is away the last word stands, with its age.
    const stored = await readStreams(database).catch(() => []);
    isReading = false;
    take(stored);
  }

  const stop = work.onWork(() => void read());

  return {
    get: (siteId) => records.get(siteId),
    put(next) {
      fedAtMs = clock();
      take(next);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      stop();
      listeners.clear();
    },
  };
}

export function recordFrom(report: StreamReport): StreamRecord {
  const { id, health, codec, width, height, bitrateKbps, lookedAtMs } = report;
  const { state, sinceMs, cause, progressedAtMs } = health;
  return { siteId: id, state, sinceMs, cause, progressedAtMs, lookedAtMs, codec, width, height, bitrateKbps };
}

/** Bit rates and times differ with each look, and are no news. */
function isOther(a: StreamRecord, b: StreamRecord): boolean {
  return a.state !== b.state || a.cause !== b.cause || a.codec !== b.codec || a.width !== b.width;
}
