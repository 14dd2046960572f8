import { VideoError } from "../video-cause.ts";
import { readByteRange } from "./playlist-number.ts";
import type { ByteRange, PlaylistResource, PlaylistSegment, SegmentKey } from "./rewritten-playlist.ts";

type Range = { readonly url: string; readonly end: number };

/** Follows what the tags of a media playlist say about the segments after them. */
export class SegmentRun {
  readonly segments: PlaylistSegment[] = [];
  mediaSequence = 0;
  skippedSegments = 0;
  map: PlaylistResource | null = null;
  isDiscontinuity = false;
  isGap = false;
  byteRange: string | null = null;
  #durationS: number | null = null;
  /** The date and time that a tag gave for the next segment, and what the one before makes of it. */
  #datedMs: number | null = null;
  #followsMs: number | null = null;
  #keys = new Map<string, SegmentKey>();
  /** The same list for all segments until a key changes. */
  #keyList: readonly SegmentKey[] = [];
  #lastOf: { segment?: Range; part?: Range } = {};

  get isSegmentDue(): boolean {
    return this.#durationS !== null;
  }

  /** @throws {VideoError} `playlist_invalid` where a segment was announced before and did not come */
  announce(durationS: number): void {
    if (this.isSegmentDue) throw new VideoError("playlist_invalid", "a segment has no address");
    this.#durationS = durationS;
  }

  startAt(startMs: number): void {
    this.#datedMs = startMs;
  }

  /** @param key null: none of any key system from here on */
  setKey(system: string, key: SegmentKey | null): void {
    if (key === null) this.#keys.clear();
    else this.#keys.set(system, key);
    this.#keyList = [...this.#keys.values()];
  }

  addSegment(url: string, servedAs: string): PlaylistSegment {
    const durationS = this.#durationS ?? 0;
    const startMs = this.#datedMs ?? (this.isDiscontinuity ? null : this.#followsMs);
    if (this.byteRange === null) delete this.#lastOf.segment;
    const segment: PlaylistSegment = {
      kind: "segment",
      url,
      servedAs,
      byteRange: this.byteRange === null ? null : this.rangeOf("segment", this.byteRange, url),
      durationS,
      isHint: false,
      mediaSequence: this.mediaSequence + this.skippedSegments + this.segments.length,
      startMs,
      isDiscontinuity: this.isDiscontinuity,
      isGap: this.isGap,
      map: this.map,
      keys: this.#keyList,
    };
    this.segments.push(segment);
    this.#followsMs = startMs === null ? null : startMs + durationS * 1000;
    this.#datedMs = null;
    this.#durationS = null;
    this.byteRange = null;
    this.isDiscontinuity = false;
    this.isGap = false;
    return segment;
  }

  /**
   * @param text `length[@offset]`; without an offset it goes on where the one before of the same file ended
   * @throws {VideoError} `playlist_invalid` for what is no range, and where there is none before
   */
  rangeOf(kind: "segment" | "part", text: string, url: string): ByteRange {
    const range = readByteRange(text);
    const last = this.#lastOf[kind];
    const offset = range?.offset ?? (last?.url === url ? last.end : null);
    if (range === null || offset === null || !Number.isSafeInteger(offset + range.lengthBytes)) {
      throw new VideoError("playlist_invalid", "a byte range is none, or does not say where it begins");
    }
    this.#lastOf[kind] = { url, end: offset + range.lengthBytes };
    return { offset, lengthBytes: range.lengthBytes };
  }
}
