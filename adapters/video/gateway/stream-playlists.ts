import { createPlaylistRewriter } from "../../../domain/video/playlist/rewrite-playlist.ts";
import type {
  ByteRange,
  PlaylistResource,
  PlaylistVariant,
  RewrittenPlaylist,
} from "../../../domain/video/playlist/rewritten-playlist.ts";
import { cipherOf, type SegmentCipher } from "../../../domain/video/playlist/segment-cipher.ts";
import type { RecordedRendition } from "../../../domain/video/recording/recording-mode.ts";
import { judgeTarget, type TargetRules } from "../../../domain/video/target/judge-target.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { StreamConfig } from "../gateway-protocol.ts";
import { spanText } from "./byte-range.ts";
import { fetchWhole } from "./fetch-whole.ts";
import { createNamedResources, type NamedResource } from "./named-resources.ts";
import { createPlaylistSlot, type PlaylistSlot } from "./playlist-slot.ts";
import type { Upstream, UpstreamRequest } from "./upstream.ts";

/** What viewers of a stream ask for first. */
export const ENTRY = "index.m3u8";

export type SegmentFacts = {
  readonly sequence: number;
  readonly servedAs: string;
  readonly range: string | null;
  readonly durationS: number;
  /** Null: in the clear. */
  readonly cipher: SegmentCipher | null;
  /** As the camera says, milliseconds since the Unix epoch; null where it does not. */
  readonly startMs: number | null;
  readonly isDiscontinuity: boolean;
  readonly init: { readonly servedAs: string; readonly range: string | null } | null;
};

export type PlaylistFacts = {
  readonly newestSequence: number;
  readonly targetS: number;
  readonly isEnded: boolean;
  /** The camera holds requests for what comes next. */
  readonly canBlock: boolean;
  /** Oldest first, without gaps; empty in a master. */
  readonly segments: readonly SegmentFacts[];
  readonly variants: readonly PlaylistVariant[];
};

/** A playlist as viewers get it, and what has been made of it: a camera that sends the same again need not be read again. */
type TakenPlaylist = {
  readonly body: Buffer;
  readonly facts: PlaylistFacts;
  readonly targetS: number;
  readonly bytes: Buffer;
  readonly reader: PlaylistReader;
  readonly names: Names;
  readonly lifeMs: number;
};

/** What makes playlists of bytes, and what that depends on: as soon as any of it is another, so is the reader. */
type PlaylistReader = {
  readonly rules: TargetRules | null;
  readonly resource: NamedResource;
  readonly rewrite: (bytes: Buffer) => RewrittenPlaylist;
};

/** What viewers may ask for because of a playlist, by what it is served as. */
type Names = ReadonlyMap<string, NamedResource>;

/** The playlists of one camera: fetched once for all, rewritten, and the only source of what may be asked for. */
export interface StreamPlaylists {
  /** Null for what no playlist has named lately. */
  named(servedAs: string): NamedResource | null;
  /**
   * As viewers get it: at once while the last one is fresh.
   *
   * @param query of the request: only what LL-HLS defines is passed on
   * @throws {VideoError}
   */
  get(servedAs: string, query: string): Buffer | Promise<Buffer>;
  /**
   * A media playlist: the entry, or of its renditions the one that `choose` takes. Without it the smallest, by which the
   * camera is watched.
   *
   * @throws {VideoError}
   */
  followed(choose?: ChooseVariant): Promise<PlaylistFacts>;
}

/** @returns what it is served as; null = none of them */
export type ChooseVariant = (variants: readonly PlaylistVariant[]) => string | null;

export type StreamPlaylistsOptions = {
  readonly config: StreamConfig;
  readonly rules: () => TargetRules | null;
  readonly upstream: Upstream;
  /** The same text of `[A-Za-z0-9_-]` for the same URL. */
  readonly opaqueIdOf: (url: string) => string;
  /** Milliseconds that go forward. */
  readonly clock: () => number;
  readonly onFetched: (bytes: number, error: VideoError | null) => void;
};

const PLAYLIST_BYTES = 256 * 1024;
const PLAYLIST_MS = 4_000;
/** What has left the window is still played for a while. */
const AFTER_WINDOW_MS = 60_000;
/** A master names its renditions once and for all. */
const MASTER_LIFE_MS = 24 * 3_600_000;
const MOST_PLAYLISTS = 200;
/** A blocking request waits for what comes next (RFC 8216bis §6.2.5.2): three target durations at most. */
const BLOCKING_TARGETS = 3;
/** `_HLS_skip` is not passed on: what a viewer knows already, another one may not. */
const BLOCKING = /^_HLS_(msn|part)=\d{1,15}$/;

export function createStreamPlaylists(options: StreamPlaylistsOptions): StreamPlaylists {
  const { config, rules, upstream, opaqueIdOf, clock, onFetched } = options;
  const entryUrl = new URL(config.url);
  const baseUrl = new URL(".", entryUrl).href.replace(/\?.*$/, "");
  const named = createNamedResources(clock);
  const slots = new Map<string, PlaylistSlot<TakenPlaylist>>();
  /** Of requests that wait for what comes next: each is another one. */
  const blocking = new Map<string, PlaylistSlot<TakenPlaylist>>();
  const entry: NamedResource = {
    kind: "playlist",
    url: entryUrl,
    ranges: null,
    isEncrypted: false,
    depth: 0,
    variables: null,
  };
  const find = (servedAs: string) => (servedAs === ENTRY ? entry : named.get(servedAs));

  async function fetchPlaylist(servedAs: string, query: string, last: TakenPlaylist | null): Promise<TakenPlaylist> {
    const resource = find(servedAs);
    if (resource?.kind !== "playlist") throw new VideoError("unknown_resource", "no playlist of the stream names it");
    try {
      const bytes = await fetchWhole(upstream, requestFor(resource, query));
      onFetched(bytes.length, null);
      const reader =
        last !== null && isStill(last.reader, rules(), resource) ? last.reader : readerOf(resource, servedAs);
      const taken = last?.reader === reader && last.bytes.equals(bytes) ? last : take(bytes, reader, last);
      for (const [path, one] of taken.names) named.name(path, one, taken.lifeMs);
      return taken;
    } catch (error) {
      onFetched(0, error instanceof VideoError ? error : new VideoError("playlist_invalid", "could not be read"));
      throw error;
    }
  }

  function readerOf(resource: NamedResource, servedAs: string): PlaylistReader {
    const { url, depth, variables } = resource;
    const present = rules();
    const rewrite = createPlaylistRewriter({
      upstreamUrl: url.href,
      baseUrl,
      servedPath: servedAs,
      depth,
      judge: (target) => (present === null ? "target_not_allowed" : judgeTarget(target, present)),
      opaqueIdOf,
      forwardsBlocking: true,
      ...(variables ? { variables } : {}),
    });
    return { rules: present, resource, rewrite };
  }

  function take(bytes: Buffer, reader: PlaylistReader, last: TakenPlaylist | null): TakenPlaylist {
    const rewritten = reader.rewrite(bytes);
    const targetS = rewritten.targetDurationS ?? 2;
    const windowS = rewritten.segments.reduce((sum, { durationS }) => sum + durationS, 0);
    return {
      body: Buffer.from(rewritten.text),
      facts: factsOf(rewritten, targetS),
      targetS: rewritten.partTargetS ?? targetS,
      bytes,
      reader,
      names: namesOf(rewritten, reader.resource.depth, last?.names),
      lifeMs: rewritten.isMaster ? MASTER_LIFE_MS : windowS * 1000 + AFTER_WINDOW_MS,
    };
  }

  function slotOf(servedAs: string, query = ""): PlaylistSlot<TakenPlaylist> {
    const [kept, key] = query === "" ? [slots, servedAs] : [blocking, `${servedAs}?${query}`];
    const known = kept.get(key);
    if (known) return known;
    const slot = createPlaylistSlot<TakenPlaylist>({ fetch: (last) => fetchPlaylist(servedAs, query, last), clock });
    kept.set(key, slot);
    if (kept.size > MOST_PLAYLISTS) kept.delete([...kept.keys()].find((other) => other !== ENTRY) ?? key);
    return slot;
  }

  async function getAnew(servedAs: string, query: string): Promise<Buffer> {
    if (find(servedAs) === null) await slotOf(ENTRY).get();
    const isPassedOn = slots.get(servedAs)?.last?.facts.canBlock === true;
    return (await slotOf(servedAs, isPassedOn ? passedOn(query) : "").get()).body;
  }

  return {
    named: find,
    get(servedAs, query) {
      const fresh = query === "" && find(servedAs) !== null ? (slots.get(servedAs)?.fresh ?? null) : null;
      return fresh?.body ?? getAnew(servedAs, query);
    },
    async followed(choose = variantOf("smallest")) {
      const { facts } = await slotOf(ENTRY).get();
      const chosen = choose(facts.variants);
      return chosen === null ? facts : (await slotOf(chosen).get()).facts;
    },
  };
}

function requestFor({ url }: NamedResource, query: string): UpstreamRequest {
  const [asked, patience] = query === "" ? [url, 1] : [withQuery(url, query), BLOCKING_TARGETS];
  return { url: asked, range: null, maxBytes: PLAYLIST_BYTES, totalMs: PLAYLIST_MS * patience };
}

function isStill({ rules, resource }: PlaylistReader, present: TargetRules | null, asked: NamedResource): boolean {
  const isSameName =
    resource === asked ||
    (resource.url.href === asked.url.href && resource.depth === asked.depth && resource.variables === asked.variables);
  return isSameName && rules === present;
}

/** @param depth of the playlist itself @param before what the same playlist has named the time before */
function namesOf(rewritten: RewrittenPlaylist, depth: number, before: Names | undefined): Names {
  const encrypted = new Set(
    rewritten.segments.flatMap((segment) => (segment.keys.length > 0 ? [segment.servedAs] : [])),
  );
  const isAllEncrypted = encrypted.size > 0;
  const names = new Map<string, NamedResource>();
  for (const [path, resources] of Map.groupBy(rewritten.resources, (resource) => resource.servedAs)) {
    const [{ kind, url }] = resources as [PlaylistResource, ...PlaylistResource[]];
    const known = before?.get(path);
    const named = {
      kind,
      ranges: rangesOf(resources),
      isEncrypted: encrypted.has(path) || (kind === "part" && isAllEncrypted),
      depth: depth + 1,
      variables: kind === "playlist" && rewritten.isMaster ? rewritten.variables : null,
    };
    names.set(path, known?.url.href === url && isAsBefore(known, named) ? known : { ...named, url: new URL(url) });
  }
  return names;
}

/** What is the same stays the same object: less is made anew, here and by who keeps something for it. */
function isAsBefore(known: NamedResource, named: Omit<NamedResource, "url">): boolean {
  const isWhole = known.ranges === null && named.ranges === null;
  return (
    isWhole &&
    known.kind === named.kind &&
    known.isEncrypted === named.isEncrypted &&
    known.depth === named.depth &&
    known.variables === named.variables
  );
}

function factsOf(rewritten: RewrittenPlaylist, targetS: number): PlaylistFacts {
  const { segments, variants, isEnded, mediaSequence, skippedSegments, partTargetS, resources } = rewritten;
  // Parts of the segment that is being made are progress, too.
  const parts = partTargetS === null ? 0 : resources.filter(({ kind, isHint }) => kind === "part" && !isHint).length;
  return {
    newestSequence: mediaSequence + skippedSegments + segments.length + parts / 1000,
    targetS,
    isEnded,
    canBlock: rewritten.canBlockReload,
    segments: segments
      .filter(({ isGap }) => !isGap)
      .map(({ mediaSequence: sequence, servedAs, byteRange, durationS, keys, map, startMs, isDiscontinuity }) => ({
        sequence,
        servedAs,
        range: rangeText(byteRange),
        durationS,
        startMs,
        isDiscontinuity,
        cipher: cipherOf(keys, sequence, map !== null),
        init: map && { servedAs: map.servedAs, range: rangeText(map.byteRange) },
      })),
    variants,
  };
}

function rangesOf(resources: readonly PlaylistResource[]): ReadonlySet<string> | null {
  const ranges = resources.flatMap(({ byteRange }) => rangeText(byteRange) ?? []);
  return ranges.length === 0 ? null : new Set(ranges);
}

/** `first-last`, both counted. An open end cannot be asked for: how much comes is not known. */
function rangeText(range: ByteRange | null): string | null {
  return range === null || range.lengthBytes === null
    ? null
    : spanText({ first: range.offset, last: range.offset + range.lengthBytes - 1 });
}

/**
 * Of those with a picture the one with the fewest bits, for a wall shows small tiles and a camera's link is narrow; or the
 * one with the most. One that does not say how many it has is taken only where no other does.
 */
export function variantOf(rendition: RecordedRendition): ChooseVariant {
  const [unknown, sign] = rendition === "smallest" ? [Number.MAX_SAFE_INTEGER, 1] : [0, -1];
  return (variants) => {
    const [first] = variants
      .filter(({ isIframe }) => !isIframe)
      .toSorted((a, b) => sign * ((a.bandwidth ?? unknown) - (b.bandwidth ?? unknown)));
    return first?.servedAs ?? null;
  };
}

/** A viewer's query is ignored, but for what asks a playlist to wait for what comes next. */
function passedOn(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .filter((part) => BLOCKING.test(part))
    .sort()
    .join("&");
}

function withQuery(url: URL, query: string): URL {
  const next = new URL(url);
  next.search = next.search === "" ? query : `${next.search.slice(1)}&${query}`;
  return next;
}
