import { ENCRYPTED_CODEC } from "../../../domain/video/playlist/segment-cipher.ts";
import type { RecordedRendition } from "../../../domain/video/recording/recording-mode.ts";
import { judgeRemoteAddress, type TargetRules } from "../../../domain/video/target/judge-target.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { StreamConfig, StreamReport } from "../gateway-protocol.ts";
import { spanFrom } from "./byte-range.ts";
import { createKeyFrameKeeper, type NewestFrame } from "./key-frames.ts";
import type { NamedResource } from "./named-resources.ts";
import type { CachedResource, CacheSource, ResourceCache } from "./resource-cache.ts";
import { checkKey, sniffMedia } from "./sniff-content.ts";
import { createStreamPlaylists, type PlaylistFacts, type StreamPlaylists, variantOf } from "./stream-playlists.ts";
import { createStreamWatch } from "./stream-watch.ts";
import { createUpstream, type Upstream } from "./upstream.ts";
import { readClear, readWhole } from "./whole-of.ts";

/** One camera: its playlists as viewers get them, its segments through the cache, its newest key frame, and how it is. */
export interface CameraStream {
  readonly config: StreamConfig;
  /** A playlist, by the path that viewers ask for: at once while the last one is fresh. @throws {VideoError} */
  playlist(servedAs: string, query: string): Buffer | Promise<Buffer>;
  /**
   * A segment, key or part that a playlist has named.
   *
   * @param named where that has been asked already
   * @throws {VideoError} `unknown_resource`, `range_invalid`
   */
  open(servedAs: string, range: string | null, named?: NamedResource | null): CachedResource | Promise<CachedResource>;
  /** @throws {VideoError} */
  followed: StreamPlaylists["followed"];
  /** Null for what no playlist has named lately. */
  named(servedAs: string): NamedResource | null;
  /** Somebody watches, now and for some seconds. */
  want(): void;
  /** Somebody wants pictures of it, now and for some seconds. */
  wantFrames(): void;
  /** Null when there is none that is fresh enough to be shown as the present. */
  newestFrame(): NewestFrame | null;
  /** Looks at the camera when that is due. Never rejects. */
  tick(): void;
  report(): StreamReport;
  close(): void;
}

export type CameraStreamOptions = {
  readonly config: StreamConfig;
  readonly cache: ResourceCache;
  /** What it may reach, as the inventory is now; null = it is not there any more. */
  readonly rules: () => TargetRules | null;
  readonly opaqueIdOf: (url: string) => string;
  readonly probeS: () => number;
  readonly onChange: () => void;
  /** Its media playlist was looked at: that of the rendition which is recorded. */
  readonly onFollowed: (facts: PlaylistFacts) => void;
  /** Which one that is; null: none is. */
  readonly recorded: () => RecordedRendition | null;
  readonly onFetched: (bytes: number, error: VideoError | null) => void;
  /** Milliseconds that go forward, and milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly wallClock: () => number;
  /** For tests. */
  readonly upstream?: Upstream;
};

const SEGMENT_BYTES = 16 * 1024 * 1024;
/** A key of AES-128 has 16 bytes. */
const MOST_BYTES = { segment: SEGMENT_BYTES, part: SEGMENT_BYTES, init: 1024 * 1024, key: 16 } as const;
const WANTED_MS = 10_000;
/** A picture older than this many target durations, and what a wall needs to ask for it, is not the present [J]. */
const FRESH_TARGETS = 3;
const SLACK_MS = 2_000;

export function createCameraStream(options: CameraStreamOptions): CameraStream {
  const { config, rules, cache, opaqueIdOf, onChange, onFetched, clock, wallClock } = options;
  const upstream = options.upstream ?? upstreamFor(config, rules);
  const playlists: StreamPlaylists = createStreamPlaylists({ config, rules, upstream, opaqueIdOf, clock, onFetched });
  const watch = createStreamWatch({
    clock,
    wallClock,
    probeS: options.probeS,
    spread: spreadOf(config.id),
    onChange,
  });
  const frames = createKeyFrameKeeper(wallClock);
  /** What a whole resource is called in the cache: a new text for each request would be work, and garbage. */
  const wholeKeys = new WeakMap<NamedResource, string>();
  let framesWantedMs = Number.NEGATIVE_INFINITY;
  let isLooking = false;
  let bitrateKbps: number | null = null;

  /** By its kind, too: a playlist may call one address a key and a segment. */
  function cacheKeyOf(resource: NamedResource, range: string | null): string {
    if (range !== null) return `${config.id} ${resource.kind} ${resource.url.href} ${range}`;
    const known = wholeKeys.get(resource);
    if (known !== undefined) return known;
    const key = `${config.id} ${resource.kind} ${resource.url.href} `;
    wholeKeys.set(resource, key);
    return key;
  }

  function start(servedAs: string, range: string | null): CachedResource {
    const resource = playlists.named(servedAs);
    if (resource === null) throw new VideoError("unknown_resource", "no playlist of the stream names it");
    return startNamed(resource, range);
  }

  function startNamed(resource: NamedResource, range: string | null): CachedResource {
    if (resource.kind === "playlist")
      throw new VideoError("unknown_resource", "a playlist of the stream, and nothing that it plays");
    if (!isNamedRange(resource, range)) throw new VideoError("range_invalid", "another part than a playlist names");
    const maxBytes = MOST_BYTES[resource.kind];
    return cache.open(cacheKeyOf(resource, range), () => sourceOf(resource, maxBytes, range));
  }

  function sourceOf({ url, kind, isEncrypted }: NamedResource, maxBytes: number, range: string | null): CacheSource {
    const request = {
      url,
      range: range === null ? null : spanFrom(range),
      maxBytes,
      // A camera that needs longer than three segments for one is too slow to be watched.
      totalMs: 3_000 * Math.max(2, watch.health.targetS),
    };
    return {
      start: (sink) => upstream.get(request, sink),
      sniff: (bytes) => (kind === "key" ? checkKey(bytes) : sniffMedia(bytes, isEncrypted)),
      onFetched,
    };
  }

  async function look(): Promise<void> {
    watch.begin();
    try {
      const facts = await playlists.followed();
      watch.look({
        kind: "playlist",
        newestSequence: facts.newestSequence,
        targetS: facts.targetS,
        isEnded: facts.isEnded,
      });
      await follow(facts);
      // How the camera is, its playlist says; a segment that cannot be had leaves the picture to grow old.
      if (clock() - framesWantedMs < WANTED_MS) await cut(facts).catch(() => undefined);
    } catch (error) {
      watch.look({ kind: "failed", cause: error instanceof VideoError ? error.videoCause : "playlist_invalid" });
    }
  }

  async function follow(watched: PlaylistFacts): Promise<void> {
    const rendition = options.recorded();
    if (rendition === null) return;
    // What is watched is the smallest. Another one that fails is not recorded now; the camera is none the worse for it.
    const facts = rendition === "smallest" ? watched : await playlists.followed(variantOf(rendition)).catch(() => null);
    if (facts !== null) options.onFollowed(facts);
  }

  async function cut(facts: PlaylistFacts): Promise<void> {
    const newest = facts.segments.at(-1);
    if (newest === undefined) return;
    if (newest.cipher === "unknown") return frames.lock(ENCRYPTED_CODEC);
    const bytes = await frames.take(newest.sequence, async () => {
      const [media, init] = await Promise.all([
        readClear(start, newest),
        newest.init === null ? null : readWhole(start, newest.init),
      ]);
      return { media, init };
    });
    if (bytes !== null && newest.durationS > 0) bitrateKbps = Math.round((bytes * 8) / newest.durationS / 1000);
  }

  return {
    config,
    followed: playlists.followed,
    named: playlists.named,
    playlist: (servedAs, query) => playlists.get(servedAs, query),
    open(servedAs, range, named = playlists.named(servedAs)) {
      if (named !== null) return startNamed(named, range);
      // A gateway that has just begun, or that nobody has asked for a while, does not know what is named now.
      return playlists.followed().then(() => start(servedAs, range));
    },
    want: watch.want,
    wantFrames() {
      watch.want();
      if (clock() - framesWantedMs > WANTED_MS) {
        frames.forget();
        watch.hurry();
      }
      framesWantedMs = clock();
    },
    newestFrame() {
      const { newest } = frames;
      const freshMs = FRESH_TARGETS * watch.health.targetS * 1000 + SLACK_MS;
      return newest !== null && wallClock() - newest.cutAtMs <= freshMs ? newest : null;
    },
    tick() {
      watch.tick();
      if (isLooking || !watch.isDue()) return;
      isLooking = true;
      void look().finally(() => {
        isLooking = false;
      });
    },
    report() {
      const { newest } = frames;
      return {
        id: config.id,
        health: watch.health,
        codec: newest?.frame.codec ?? frames.codec,
        width: newest?.frame.width ?? null,
        height: newest?.frame.height ?? null,
        bitrateKbps,
        lookedAtMs: watch.lookedAtMs,
      };
    },
    close: () => upstream.close(),
  };
}

function upstreamFor({ url, authorization }: StreamConfig, rules: () => TargetRules | null): Upstream {
  const { origin } = new URL(url);
  return createUpstream({
    mayConnect: (address, target) => isReachable(address, target, rules()),
    credentials: authorization === null ? null : { origin, authorization },
  });
}

function isNamedRange({ ranges }: NamedResource, range: string | null): boolean {
  return range === null ? ranges === null : ranges?.has(range) === true;
}

function isReachable(address: string, target: URL, rules: TargetRules | null): boolean {
  return rules !== null && judgeRemoteAddress(address, target, rules) === null;
}

/** Evenly over 0 … 1, and the same each time (FNV-1a). */
function spreadOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193) >>> 0;
  return hash / 0x1_0000_0000;
}
