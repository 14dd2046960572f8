import { performance } from "node:perf_hooks";
import { SiteId } from "../../../domain/sites/site-id.ts";
import { objectKey, parsePieceName } from "../../../domain/video/recording/object-key.ts";
import type { ObjectRange, ObjectStore, OpenedObject } from "../../../domain/video/recording/object-store.ts";
import {
  type PlaybackRange,
  playbackPlaylist,
  rangeProblem,
} from "../../../domain/video/recording/playback-playlist.ts";
import type { RecordedPiece } from "../../../domain/video/recording/recorded-piece.ts";
import type { TokenBucket } from "../../../domain/video/token-bucket.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import { spanFrom } from "./byte-range.ts";
import { STALL_MS } from "./deliver.ts";
import type { Exchange } from "./exchange.ts";

/** What was recorded, as HLS by range of time. */
export interface Playback {
  /** @throws {VideoError} `period_invalid`, `unknown_resource`, `gateway_unavailable` */
  playlist(streamId: string, range: PlaybackRange): Promise<Buffer>;
  /** Sends one piece, or a part of it. @throws {VideoError} `unknown_resource`, `range_invalid`, `gateway_unavailable` */
  send(
    exchange: Exchange,
    streamId: string,
    name: string,
    part: string | null,
    delivery: PlaybackDelivery,
  ): Promise<void>;
}

export type PlaybackDelivery = {
  /** All of them have to give. */
  readonly buckets: readonly TokenBucket[];
  readonly onSent: (bytes: number) => void;
};

export type PlaybackOptions = {
  /** @throws while it cannot be asked */
  readonly open: ObjectStore["open"];
  /** Pieces that touch the range, oldest first; null: nobody can say now. */
  readonly piecesOf: (streamId: string, range: PlaybackRange) => Promise<readonly RecordedPiece[] | null>;
  /** Milliseconds since the Unix epoch. */
  readonly wallClock: () => number;
};

const PATH = /^rec\/(\d{13})-(\d{13})\/([\w.-]{1,64})$/;
/** What was recorded never changes. */
const PIECE_HEADERS = { "cache-control": "private, max-age=3600", "accept-ranges": "bytes" } as const;

/** `rec/<fromMs>-<toMs>/<name>`: `index.m3u8`, or a name that this playlist has. */
export type PlaybackAddress = { readonly range: PlaybackRange; readonly name: string };

/** @returns null for what is no address of a recording */
export function parsePlaybackPath(servedAs: string): PlaybackAddress | null {
  // Nearly all is none.
  if (!servedAs.startsWith("rec/")) return null;
  const [, from, to, name] = PATH.exec(servedAs) ?? [];
  return name === undefined ? null : { range: { fromMs: Number(from), toMs: Number(to) }, name };
}

export function createPlayback({ open, piecesOf, wallClock }: PlaybackOptions): Playback {
  return {
    async playlist(streamId, range) {
      const problem = rangeProblem(range);
      if (problem !== null) throw new VideoError("period_invalid", `the period is ${problem}`);
      const pieces = await piecesOf(streamId, range);
      if (pieces === null) throw new VideoError("gateway_unavailable", "nobody can say now what was recorded");
      if (pieces.length === 0) throw new VideoError("unknown_resource", "nothing was recorded in this period");
      return Buffer.from(playbackPlaylist(pieces, range, wallClock()));
    },
    async send(exchange, streamId, name, part, delivery) {
      const range = part === null ? null : spanFrom(part);
      const { sizeBytes, stream, type } = await openPiece(streamId, name, range);
      if (range !== null && (range.first > range.last || range.last >= sizeBytes)) {
        stream.destroy();
        throw new VideoError("range_invalid", "beyond its end");
      }
      const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
      exchange.head(range === null ? 200 : 206, {
        ...PIECE_HEADERS,
        "content-type": type,
        "content-length": last - first + 1,
        ...(range === null ? {} : { "content-range": `bytes ${first}-${last}/${sizeBytes}` }),
      });
      await sendStream(stream, exchange, delivery);
    },
  };

  async function openPiece(streamId: string, name: string, range: ObjectRange | null) {
    const parts = parsePieceName(name);
    if (parts === null || !SiteId.safeParse(streamId).success)
      throw new VideoError("unknown_resource", "no name of a recording");
    const object = await open(objectKey({ siteId: streamId, ...parts }), range ?? undefined).catch(() => {
      throw new VideoError("gateway_unavailable", "the recording cannot be read now");
    });
    if (object === null) throw new VideoError("unknown_resource", "there is no such recording");
    return { ...object, type: parts.container === "ts" ? "video/mp2t" : "video/mp4" };
  }
}

/** As fast as the viewer takes it, and no faster than the buckets allow; a viewer that takes nothing is let go. */
async function sendStream(
  stream: OpenedObject["stream"],
  exchange: Exchange,
  { buckets, onSent }: PlaybackDelivery,
): Promise<void> {
  exchange.onClose(() => stream.destroy());
  try {
    for await (const piece of stream) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      await allowed(buckets);
      if (!exchange.isOpen) return;
      const goesOn = exchange.write(chunk);
      onSent(chunk.length);
      for (const bucket of buckets) bucket.take(chunk.length, performance.now());
      if (!goesOn && !(await drained(exchange))) return exchange.destroy();
    }
    exchange.end();
  } catch {
    // A short piece must not look whole.
    exchange.destroy();
  }
}

/** Others take from the same buckets meanwhile: after a wait they are asked again. */
async function allowed(buckets: readonly TokenBucket[]): Promise<void> {
  for (;;) {
    const waitMs = Math.max(0, ...buckets.map((bucket) => bucket.waitMs(performance.now())));
    if (waitMs === 0) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** @returns false when the viewer took nothing for too long, or has gone */
function drained(exchange: Exchange): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), STALL_MS);
    const settle = (isDrained: boolean) => () => {
      clearTimeout(timer);
      resolve(isDrained);
    };
    exchange.onDrain(settle(true));
    exchange.onClose(settle(false));
  });
}
