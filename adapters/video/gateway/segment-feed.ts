import type { ChooseVariant, SegmentFacts, StreamPlaylists } from "./stream-playlists.ts";
import { type OpenSegment, readClear, readWhole } from "./whole-of.ts";

/** A camera's segments for FFmpeg: what stands in its cache, or is fetched into it once for everybody. */
export interface FeedSource {
  readonly followed: StreamPlaylists["followed"];
  readonly open: OpenSegment;
}

/** A whole segment. */
export type FedSegment = {
  readonly media: Uint8Array;
  /** Of fragmented MP4; null for MPEG-TS. */
  readonly init: Uint8Array | null;
  /** It does not follow the one before: what reads it begins anew. */
  readonly isNewRun: boolean;
};

/** Gives each new segment of a stream once. */
export interface SegmentFeed {
  /** Seconds. */
  readonly targetS: number;
  /** What is new since the last time, oldest first. @throws {VideoError} */
  next(): Promise<readonly FedSegment[]>;
}

export type SegmentFeedOptions = {
  readonly source: FeedSource;
  readonly choose: ChooseVariant | undefined;
  /** At the beginning, and when it has fallen behind: so many of the newest. */
  readonly newest: number;
};

export function createSegmentFeed({ source, choose, newest }: SegmentFeedOptions): SegmentFeed {
  let seen: number | null = null;
  let targetS = 2;
  let init: { readonly servedAs: string; readonly bytes: Uint8Array } | null = null;

  /** @returns true when it is another one than before */
  async function readInit(named: SegmentFacts["init"]): Promise<boolean> {
    const name = named === null ? null : `${named.servedAs} ${named.range ?? ""}`;
    if (name === (init?.servedAs ?? null)) return false;
    init = named === null || name === null ? null : { servedAs: name, bytes: await readWhole(source.open, named) };
    return true;
  }

  async function take(segment: SegmentFacts): Promise<FedSegment> {
    const last = seen;
    seen = segment.sequence;
    const isOther = await readInit(segment.init);
    const media = await readClear(source.open, segment);
    const follows = last !== null && segment.sequence === last + 1 && !segment.isDiscontinuity && !isOther;
    return { media, init: init?.bytes ?? null, isNewRun: !follows };
  }

  return {
    get targetS() {
      return targetS;
    },
    async next() {
      const facts = await source.followed(choose);
      targetS = facts.targetS;
      const last = facts.segments.at(-1);
      const isBefore = last !== undefined && seen !== null && last.sequence < seen;
      // A camera that has begun anew counts from the start.
      if (isBefore) seen = null;
      const fed: FedSegment[] = [];
      for (const segment of facts.segments.filter(({ sequence }) => sequence > (seen ?? -1)).slice(-newest))
        fed.push(await take(segment));
      return fed;
    },
  };
}
