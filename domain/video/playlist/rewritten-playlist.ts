import type { VideoCause } from "../video-cause.ts";
import type { Variable } from "./variables.ts";

/** What a playlist may name. It follows from the tag or line that names it, never from a suffix. */
export type ResourceKind = "playlist" | "segment" | "init" | "key" | "part";

/** Part of a resource. `lengthBytes` is null where it goes to the end: only a preload hint may leave that open. */
export type ByteRange = { readonly offset: number; readonly lengthBytes: number | null };

/** One thing that a browser may ask for because the playlist named it. */
export interface PlaylistResource {
  readonly kind: ResourceKind;
  /** Absolute, without fragment. It stays on the server. */
  readonly url: string;
  /** What a browser asks for, relative to `/v/<streamId>/<ticket>/`. The same URL has the same everywhere in a stream. */
  readonly servedAs: string;
  readonly byteRange: ByteRange | null;
  readonly durationS: number | null;
  /** Announced only (a preload hint, a prefetch): a request for it may wait until it exists. */
  readonly isHint: boolean;
}

/** A key that segments are under. `method` is the camera's word: `AES-128`, `SAMPLE-AES`, … */
export type SegmentKey = { readonly method: string; readonly iv: string | null; readonly resource: PlaylistResource };

export interface PlaylistSegment extends PlaylistResource {
  readonly kind: "segment";
  readonly durationS: number;
  readonly mediaSequence: number;
  /** From the date and time of this segment, or of one before it and the durations since; null after a discontinuity. */
  readonly startMs: number | null;
  readonly isDiscontinuity: boolean;
  /** The camera has no content for it. */
  readonly isGap: boolean;
  readonly map: PlaylistResource | null;
  /** Several where they are for different key systems; none: in the clear. */
  readonly keys: readonly SegmentKey[];
}

export interface PlaylistVariant {
  readonly url: string;
  readonly servedAs: string;
  /** Bit/s at the peak; null where the camera does not say. */
  readonly bandwidth: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly codecs: string | null;
  /** A playlist of key frames only. */
  readonly isIframe: boolean;
}

export interface RewrittenPlaylist {
  /** UTF-8 text with as many lines as the input; LF ends them. */
  readonly text: string;
  readonly isMaster: boolean;
  /** Everything that was named, in order; the segments are among them. */
  readonly resources: readonly PlaylistResource[];
  readonly segments: readonly PlaylistSegment[];
  readonly variants: readonly PlaylistVariant[];
  /** Null in a master. */
  readonly targetDurationS: number | null;
  readonly partTargetS: number | null;
  /** Of the first segment, skipped ones included. */
  readonly mediaSequence: number;
  readonly skippedSegments: number;
  readonly isEnded: boolean;
  readonly isIframesOnly: boolean;
  /** The camera holds requests for what comes next. */
  readonly canBlockReload: boolean;
  /** For the playlists that this one names. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** What was taken out, counted by tag: a tag of the standard, `unknown` or `comment`. */
  readonly dropped: Readonly<Record<string, number>>;
}

export interface PlaylistContext {
  /** What this playlist was fetched from. */
  readonly upstreamUrl: string;
  /** The stream's base, with a final slash: the folder of the entry. What lies below it is served at its real path. */
  readonly baseUrl: string;
  /** Where browsers find this playlist, as `servedAs` of who named it; `index.m3u8` for the entry. */
  readonly servedPath: string;
  /** 0 for the entry, 1 for a playlist that it names. */
  readonly depth: number;
  /** Whether the stream may reach a URL; null = it may. */
  readonly judge: (url: URL, kind: ResourceKind) => VideoCause | null;
  /** The same text of `[A-Za-z0-9_-]` for the same URL. */
  readonly opaqueIdOf: (url: string) => string;
  /** Whether requests for what comes next are passed on. Else the playlist must not offer that. */
  readonly forwardsBlocking: boolean;
  /** Those of the playlist that named this one. */
  readonly variables?: ReadonlyMap<string, Variable>;
  /** How many segments of it are known, so that it may leave them out. None: it is asked for as a whole, and offers no less. */
  readonly knownSegments?: number;
  /** At most `PLAYLIST_CEILING_BYTES`. */
  readonly maxBytes?: number;
}
