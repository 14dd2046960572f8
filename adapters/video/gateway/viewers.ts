import { createTokenBucket, type TokenBucket } from "../../../domain/video/token-bucket.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { GatewaySettings, Viewer } from "../gateway-protocol.ts";

/** Who watches what: a session and a stream are one viewer for as long as requests come. */
export interface Viewers {
  /**
   * Counts a request of a session for a stream.
   *
   * @returns the buckets that its bytes have to pass
   * @throws {VideoError} `too_many_sessions`
   */
  admit(sessionId: string, streamId: string): readonly TokenBucket[];
  configure(settings: GatewaySettings): void;
  list(): Viewer[];
}

/** A player that has paused for longer comes back as another viewer [J]. */
const GONE_MS = 30_000;
/** After a pause a second's worth may go out at once, so that a picture appears without delay. */
const BURST_S = 1;
const BYTES_PER_KBIT = 125;

type Watching = { readonly viewer: Viewer; seenMs: number; readonly buckets: readonly TokenBucket[] };

/** @param clock milliseconds that go forward @param wallClock milliseconds since the Unix epoch */
export function createViewers(first: GatewaySettings, clock: () => number, wallClock: () => number): Viewers {
  let settings = first;
  const watching = new Map<string, Watching>();
  const perSession = new Map<string, number>();
  const perStream = new Map<string, number>();
  let streamBuckets = new Map<string, TokenBucket | null>();
  let total = bucketOf(settings.totalKbps);
  let sweptMs = Number.NEGATIVE_INFINITY;

  function sweep(nowMs: number): void {
    if (nowMs - sweptMs < 1_000) return;
    sweptMs = nowMs;
    for (const [key, { viewer, seenMs }] of watching) {
      if (nowMs - seenMs <= GONE_MS) continue;
      watching.delete(key);
      add(perSession, viewer.sessionId, -1);
      add(perStream, viewer.streamId, -1);
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
      const key = `${sessionId} ${streamId}`;
      const known = watching.get(key);
      if (known) {
        known.seenMs = nowMs;
        return known.buckets;
      }
      if (watching.size >= settings.maxSessions) throw tooMany("in all");
      if ((perSession.get(sessionId) ?? 0) >= settings.maxPerSession) throw tooMany("of this session");
      if ((perStream.get(streamId) ?? 0) >= settings.maxPerStream) throw tooMany("of this stream");
      const viewer = { sessionId, streamId, sinceMs: wallClock() };
      const buckets = bucketsFor(streamId);
      watching.set(key, { viewer, seenMs: nowMs, buckets });
      add(perSession, sessionId, 1);
      add(perStream, streamId, 1);
      return buckets;
    },
    configure(next) {
      settings = next;
      total = bucketOf(next.totalKbps);
      streamBuckets = new Map();
      // Whoever watches gets the new limits with the next request.
      watching.clear();
      perSession.clear();
      perStream.clear();
    },
    list() {
      sweep(clock());
      return [...watching.values()].map(({ viewer }) => viewer);
    },
  };
}

function tooMany(where: string): VideoError {
  return new VideoError("too_many_sessions", `too many streams are watched ${where}`);
}

function bucketOf(kbps: number): TokenBucket | null {
  return kbps === 0 ? null : createTokenBucket(kbps * BYTES_PER_KBIT, kbps * BYTES_PER_KBIT * BURST_S);
}

function add(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
