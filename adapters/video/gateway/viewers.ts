import { CountPerKey } from "../../../domain/count-per-key.ts";
import { createTokenBucket, type TokenBucket } from "../../../domain/video/token-bucket.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { GatewaySettings, Viewer } from "../gateway-protocol.ts";

/** Who watches what: a session and a stream are one viewer for as long as requests come. */
export interface Viewers {
  /**
   * Counts a request of a session for a stream.
   *
   * @throws {VideoError} `too_many_sessions`
   */
  admit(sessionId: string, streamId: string): Watching;
  /** Counts a request of who has been admitted; false = it is another viewer by now, and has to be admitted. */
  isStill(watching: Watching, nowMs: number): boolean;
  configure(settings: GatewaySettings): void;
  list(): Viewer[];
}

/** A player that has paused for longer comes back as another viewer [J]. */
const GONE_MS = 30_000;
/** After a pause a second's worth may go out at once, so that a picture appears without delay. */
const BURST_S = 1;
const BYTES_PER_KBIT = 125;
/** Was last seen so long ago that it is another one now, whenever it is asked. */
const GONE = Number.NEGATIVE_INFINITY;

export type Watching = {
  readonly viewer: Viewer;
  seenMs: number;
  /** What its bytes have to pass. */
  readonly buckets: readonly TokenBucket[];
};

/** @param clock milliseconds that go forward @param wallClock milliseconds since the Unix epoch */
export function createViewers(first: GatewaySettings, clock: () => number, wallClock: () => number): Viewers {
  let settings = first;
  /** By session and stream. Two names joined to one would be a new text for each request. */
  const sessions = new Map<string, Map<string, Watching>>();
  let watching = 0;
  const perStream = new CountPerKey();
  let streamBuckets = new Map<string, TokenBucket | null>();
  let total = bucketOf(settings.totalKbps);
  let sweptMs = Number.NEGATIVE_INFINITY;

  function sweep(nowMs: number): void {
    if (nowMs - sweptMs < 1_000) return;
    sweptMs = nowMs;
    for (const [sessionId, streams] of sessions) {
      for (const [streamId, known] of streams) {
        if (nowMs - known.seenMs <= GONE_MS) continue;
        known.seenMs = GONE;
        streams.delete(streamId);
        watching -= 1;
        perStream.take(streamId);
      }
      if (streams.size === 0) sessions.delete(sessionId);
    }
  }

  function bucketsFor(streamId: string): TokenBucket[] {
    if (!streamBuckets.has(streamId)) streamBuckets.set(streamId, bucketOf(settings.perStreamKbps));
    return [bucketOf(settings.perViewerKbps), streamBuckets.get(streamId) ?? null, total].filter(
      (bucket) => bucket !== null,
    );
  }

  return {
    admit(sessionId, streamId) {
      const nowMs = clock();
      sweep(nowMs);
      const streams = sessions.get(sessionId) ?? new Map<string, Watching>();
      const known = streams.get(streamId);
      if (known) {
        known.seenMs = nowMs;
        return known;
      }
      if (watching >= settings.maxSessions) throw tooMany("in all");
      if (streams.size >= settings.maxPerSession) throw tooMany("of this session");
      if (perStream.of(streamId) >= settings.maxPerStream) throw tooMany("of this stream");
      const viewer = { sessionId, streamId, sinceMs: wallClock() };
      const admitted: Watching = { viewer, seenMs: nowMs, buckets: bucketsFor(streamId) };
      sessions.set(sessionId, streams.set(streamId, admitted));
      watching += 1;
      perStream.add(streamId);
      return admitted;
    },
    isStill(known, nowMs) {
      if (nowMs - known.seenMs > GONE_MS) return false;
      known.seenMs = nowMs;
      return true;
    },
    configure(next) {
      settings = next;
      total = bucketOf(next.totalKbps);
      streamBuckets = new Map();
      // Whoever watches gets the new limits with the next request.
      for (const streams of sessions.values()) for (const known of streams.values()) known.seenMs = GONE;
      sessions.clear();
      perStream.clear();
      watching = 0;
    },
    list() {
      sweep(clock());
      return [...sessions.values()].flatMap((streams) => [...streams.values()].map(({ viewer }) => viewer));
    },
  };
}

function tooMany(where: string): VideoError {
  return new VideoError("too_many_sessions", `too many streams are watched ${where}`);
}

function bucketOf(kbps: number): TokenBucket | null {
  return kbps === 0 ? null : createTokenBucket(kbps * BYTES_PER_KBIT, kbps * BYTES_PER_KBIT * BURST_S);
}
