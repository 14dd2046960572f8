import { performance } from "node:perf_hooks";
import { cookieOf } from "../../../domain/access/read-cookies.ts";
import {
  type BatchFrame,
  JPEG_CODEC,
  MAX_BATCH_STREAMS,
  NO_PICTURE,
  writeFrameBatch,
} from "../../../domain/video/frame-batch.ts";
import { EVERY_STREAM, type Ticket, type TicketScope } from "../../../domain/video/ticket.ts";
import type { TokenBucket } from "../../../domain/video/token-bucket.ts";
import { parseTranscodePath, type TranscodePath } from "../../../domain/video/transcode/rendition.ts";
import { type VideoCause, VideoError } from "../../../domain/video/video-cause.ts";
import type { Tickets } from "../tickets.ts";
import { spanOfHeader } from "./byte-range.ts";
import type { CameraStream } from "./camera-stream.ts";
import { deliver, madeResource } from "./deliver.ts";
import type { AnswerHeaders, Exchange } from "./exchange.ts";
import { type Playback, type PlaybackAddress, parsePlaybackPath } from "./playback.ts";
import { sendProblem } from "./problem.ts";
import type { CachedResource } from "./resource-cache.ts";
import type { SessionRightsBook } from "./session-rights.ts";
import { ENTRY } from "./stream-playlists.ts";
import type { Transcoding } from "./transcoding.ts";
import type { Viewers } from "./viewers.ts";

/** Answers everything below `/v/`. */
export type GatewayHandler = (exchange: Exchange) => void;

export type GatewayHandlerOptions = {
  readonly stream: (id: string) => CameraStream | undefined;
  /** False while no flow asks for video. */
  readonly isOpen: () => boolean;
  readonly tickets: Tickets;
  readonly cookieName: string;
  readonly rights: SessionRightsBook;
  readonly viewers: Viewers;
  readonly playback: Playback;
  readonly transcoding: Transcoding;
  readonly onSent: (bytes: number) => void;
  readonly onRefused: (cause: VideoCause) => void;
};

/** The newest picture of a stream; null = there is none now. */
type PictureOf = (stream: CameraStream) => Pick<BatchFrame, "codec" | "bytes"> | null;

type StreamPath = {
  readonly streamId: string;
  readonly ticketText: string;
  readonly servedAs: string;
  readonly query: string;
};

const WALL = "/v/_wall/keyframes";
/** The same for cameras, or browsers, that need JPEGs; and what there is of that. */
const JPEGS = "/v/_wall/jpegs";
const OFFER = "/v/_wall/offer";
/** `/v/<streamId>/<ticket or ->/<rest>`, each part as narrow as what we give out. */
const PATH = /^\/v\/([a-z0-9-]{1,64})\/(-|[\w.-]{60,100})\/([\w./%~!$&'()*+,;=:@-]{1,2048})$/;
/** A wall that has just been opened waits so long for its first pictures [J]. */
const FIRST_FRAMES_MS = 1_200;
/** Whatever is there is shown when nothing has come for so long: one dead camera must not hold up eighty others [J]. */
const SETTLED_MS = 400;
const LOOK_AGAIN_MS = 60;
const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
const SEGMENT_HEADERS = { "cache-control": "private, max-age=60" } as const;

export function createGatewayHandler(options: GatewayHandlerOptions): GatewayHandler {
  const { tickets, cookieName, rights, viewers, onSent, onRefused } = options;
  /** Of what is in memory: the same for everybody. */
  const playlistHeaders = new WeakMap<Buffer, AnswerHeaders>();

  function refuse(exchange: Exchange, error: unknown): void {
    const cause = error instanceof VideoError ? error.videoCause : "gateway_unavailable";
    onRefused(cause);
    sendProblem(exchange, cause);
  }

  /** Cookies stand for a session: what it may see and replay, its rights say. */
  function ticketOf(exchange: Exchange, text: string, streamId: string, scope: TicketScope): Ticket {
    if (text !== "-") return tickets.check(text, streamId, scope, Date.now());
    const cookie = cookieOf(exchange.cookie, cookieName);
    if (cookie === null) throw new VideoError("ticket_missing", "neither a ticket nor the cookie");
    return tickets.check(cookie, EVERY_STREAM, "live", Date.now());
  }

  /** Nothing is waited for where everything is known: that is so with nearly every request. */
  function answer(exchange: Exchange): void | Promise<void> {
    if (!options.isOpen()) throw new VideoError("gateway_unavailable", "no flow asks for video");
    const [path = "", query = ""] = splitOnce(exchange.target, "?");
    if (path === WALL) return answerWall(exchange, query, newestFrame);
    if (path === JPEGS) return answerWall(exchange, query, newestJpeg);
    if (path === OFFER) return answerOffer(exchange);
    const [, streamId, ticketText, servedAs] = PATH.exec(path) ?? [];
    if (streamId === undefined || ticketText === undefined || servedAs === undefined)
      throw new VideoError("unknown_resource", "no address of the gateway");
    return answerPath(exchange, { streamId, ticketText, servedAs, query });
  }

  function answerPath(exchange: Exchange, path: StreamPath): void | Promise<void> {
    const { streamId, ticketText, servedAs } = path;
    const recorded = parsePlaybackPath(servedAs);
    const scope: TicketScope = recorded === null ? "live" : "record";
    const { sessionId } = ticketOf(exchange, ticketText, streamId, scope);
    const judging = rights.require(sessionId, streamId, scope);
    if (judging) return judging.then(() => serve(exchange, sessionId, path, recorded));
    return serve(exchange, sessionId, path, recorded);
  }

  function serve(
    exchange: Exchange,
    sessionId: string,
    path: StreamPath,
    recorded: PlaybackAddress | null,
  ): void | Promise<void> {
    if (recorded === null) return answerLive(exchange, sessionId, path);
    return answerRecorded(exchange, sessionId, path.streamId, recorded);
  }

  function answerLive(
    exchange: Exchange,
    sessionId: string,
    { streamId, servedAs, query }: StreamPath,
  ): void | Promise<void> {
    const stream = options.stream(streamId);
    if (!stream) throw new VideoError("unknown_stream", "there is no such stream");
    const buckets = viewers.admit(sessionId, streamId);
    stream.want();
    const made = parseTranscodePath(servedAs);
    if (made !== null) return sendMade(exchange, streamId, made, buckets);
    const named = stream.named(servedAs);
    if (named?.kind !== "playlist") {
      const range = spanOfHeader(exchange.range);
      return sendMedia(exchange, stream.open(servedAs, range, named), range, buckets);
    }
    const body = stream.playlist(servedAs, query);
    if (body instanceof Promise) return body.then((whole) => sendPlaylist(exchange, whole));
    sendPlaylist(exchange, body);
  }

  /** The camera itself is not asked for anything: what was recorded can be seen when it is gone. */
  async function answerRecorded(
    exchange: Exchange,
    sessionId: string,
    streamId: string,
    { range, name }: PlaybackAddress,
  ): Promise<void> {
    const buckets = viewers.admit(sessionId, streamId);
    if (name === ENTRY) sendPlaylist(exchange, await options.playback.playlist(streamId, range));
    else await options.playback.send(exchange, streamId, name, spanOfHeader(exchange.range), { buckets, onSent });
  }

  async function sendMade(
    exchange: Exchange,
    streamId: string,
    { rendition, sequence }: TranscodePath,
    buckets: readonly TokenBucket[],
  ): Promise<void> {
    if (sequence === null) {
      const body = await options.transcoding.playlist(streamId, rendition, () => exchange.isOpen);
      return sendPlaylist(exchange, body);
    }
    const bytes = options.transcoding.segment(streamId, rendition, sequence);
    sendResource(exchange, madeResource(bytes), null, buckets);
  }

  function sendMedia(
    exchange: Exchange,
    opened: CachedResource | Promise<CachedResource>,
    range: string | null,
    buckets: readonly TokenBucket[],
  ): void | Promise<void> {
    if (opened instanceof Promise) return opened.then((resource) => sendResource(exchange, resource, range, buckets));
    sendResource(exchange, opened, range, buckets);
  }

  function sendResource(
    exchange: Exchange,
    resource: CachedResource,
    range: string | null,
    buckets: readonly TokenBucket[],
  ): void {
    deliver({
      resource,
      exchange,
      status: range === null ? 200 : 206,
      headers: range === null ? SEGMENT_HEADERS : { ...SEGMENT_HEADERS, "content-range": `bytes ${range}/*` },
      buckets,
      onSent,
      onRefused: (error) => refuse(exchange, error),
      clock: () => performance.now(),
    });
  }

  const newestFrame: PictureOf = (stream) => {
    const newest = stream.newestFrame();
    return newest && { codec: newest.frame.codec, bytes: newest.frame.bytes };
  };

  /** A camera that is not there needs no process. */
  const newestJpeg: PictureOf = (stream) => {
    if (stream.report().health.state === "offline") return null;
    const picture = options.transcoding.picture(stream.config.id);
    if (picture === "busy" || picture === "failed") return { codec: picture, bytes: NO_PICTURE };
    return picture && { codec: JPEG_CODEC, bytes: picture };
  };

  async function answerOffer(exchange: Exchange): Promise<void> {
    ticketOf(exchange, "-", EVERY_STREAM, "live");
    const body = Buffer.from(JSON.stringify(await options.transcoding.offer()));
    exchange.head(200, {
      "content-type": "application/json",
      "cache-control": "no-store",
      "content-length": body.length,
    });
    exchange.end(body);
  }

  async function answerWall(exchange: Exchange, query: string, pictureOf: PictureOf): Promise<void> {
    const { sessionId } = ticketOf(exchange, "-", EVERY_STREAM, "live");
    const ids = (new URLSearchParams(query).get("streams") ?? "").split(",").slice(0, MAX_BATCH_STREAMS);
    const streams: (CameraStream | null)[] = [];
    for (const id of ids) {
      const stream = await visible(sessionId, id);
      streams.push(stream);
      stream?.wantFrames();
      // At once: the next look of the clock is up to a quarter of a second away.
      stream?.tick();
    }
    await firstPictures(exchange, streams, pictureOf);
    if (!exchange.isOpen) return;
    const frames = streams.flatMap((stream, index) => {
      const picture = stream && pictureOf(stream);
      return picture ? [{ index, ...picture }] : [];
    });
    const body = Buffer.from(writeFrameBatch(frames));
    exchange.head(200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
      "content-length": body.length,
    });
    exchange.end(body);
    onSent(body.length);
  }

  /** Until there is one of each camera that is there, or no more come. */
  async function firstPictures(
    exchange: Exchange,
    streams: readonly (CameraStream | null)[],
    pictureOf: PictureOf,
  ): Promise<void> {
    const untilMs = performance.now() + FIRST_FRAMES_MS;
    let [found, foundAtMs] = [0, Number.POSITIVE_INFINITY];
    while (exchange.isOpen && performance.now() < Math.min(untilMs, foundAtMs + SETTLED_MS)) {
      const present = streams.filter((stream) => stream !== null && pictureOf(stream) !== null).length;
      if (present > found) [found, foundAtMs] = [present, performance.now()];
      if (!streams.some((stream) => isAwaited(stream, pictureOf))) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  const isAwaited = (stream: CameraStream | null, pictureOf: PictureOf): boolean =>
    stream !== null && pictureOf(stream) === null && stream.report().health.state !== "offline";

  /** What a session may not see is left out, as if it were not there. */
  async function visible(sessionId: string, id: string): Promise<CameraStream | null> {
    try {
      await rights.require(sessionId, id, "live");
      return options.stream(id) ?? null;
    } catch (error) {
      if (error instanceof VideoError && error.videoCause === "unknown_stream") return null;
      throw error;
    }
  }

  function sendPlaylist(exchange: Exchange, body: Buffer): void {
    const known = playlistHeaders.get(body);
    const headers = known ?? {
      "content-type": PLAYLIST_TYPE,
      "cache-control": "no-store",
      "content-length": body.length,
    };
    if (!known) playlistHeaders.set(body, headers);
    exchange.head(200, headers);
    exchange.end(body);
    onSent(body.length);
  }

  return (exchange) => {
    if (exchange.method !== "GET") return sendProblem(exchange, "method_not_allowed");
    const refuseIfOpen = (error: unknown) => {
      if (exchange.isOpen) refuse(exchange, error);
    };
    try {
      answer(exchange)?.catch(refuseIfOpen);
    } catch (error) {
      refuseIfOpen(error);
    }
  };
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
