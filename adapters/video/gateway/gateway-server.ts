import { performance } from "node:perf_hooks";
import { cookieOf } from "../../../domain/access/read-cookies.ts";
import { EVERY_STREAM, type Ticket, type TicketScope } from "../../../domain/video/ticket.ts";
import type { TokenBucket } from "../../../domain/video/token-bucket.ts";
import { parseTranscodePath, type TranscodePath } from "../../../domain/video/transcode/rendition.ts";
import { type VideoCause, VideoError } from "../../../domain/video/video-cause.ts";
import type { Tickets } from "../tickets.ts";
import { createAdmissions } from "./admissions.ts";
import { spanOfHeader } from "./byte-range.ts";
import type { CameraStream } from "./camera-stream.ts";
import { deliver, madeResource } from "./deliver.ts";
import type { AnswerHeaders, Exchange } from "./exchange.ts";
import type { NamedResource } from "./named-resources.ts";
import { type Playback, type PlaybackAddress, parsePlaybackPath } from "./playback.ts";
import { sendProblem } from "./problem.ts";
import type { CachedResource } from "./resource-cache.ts";
import type { SessionRightsBook } from "./session-rights.ts";
import { ENTRY } from "./stream-playlists.ts";
import type { Transcoding } from "./transcoding.ts";
import type { Viewers } from "./viewers.ts";
import { createWallAnswers } from "./wall-answers.ts";

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

type StreamPath = {
  readonly streamId: string;
  readonly ticketText: string;
  readonly servedAs: string;
  readonly query: string;
};

/** Something of a stream's camera, by who may have it. */
type Asked = {
  readonly stream: CameraStream;
  readonly servedAs: string;
  /** Null: no playlist has named it lately. */
  readonly named: NamedResource | null;
  readonly buckets: readonly TokenBucket[];
};

/** `/v/<streamId>/<ticket or ->/<rest>`, each part as narrow as what we give out. */
const ROOT = "/v/";
/** In the ticket's place: the cookie says who asks. */
const COOKIE = "-";
const PATH = /^\/v\/([a-z0-9-]{1,64})\/(-|[\w.-]{60,100})\/([\w./%~!$&'()*+,;=:@-]{1,2048})$/;
const PLAYLIST_TYPE = "application/vnd.apple.mpegurl";
const SEGMENT_HEADERS = { "cache-control": "private, max-age=60" } as const;

export function createGatewayHandler(options: GatewayHandlerOptions): GatewayHandler {
  const { tickets, cookieName, rights, viewers, onSent, onRefused } = options;
  const sessionOf = (exchange: Exchange) => ticketOf(exchange, COOKIE, EVERY_STREAM, "live").sessionId;
  const answerWall = createWallAnswers({ ...options, sessionOf });
  const createBook = () => createAdmissions(rights, viewers, () => performance.now(), Date.now);
  /** Apart, so that neither can be shown in the other's place. */
  const admitted = { byCookie: createBook(), byTicket: createBook() };
  /** Of what is in memory: the same for everybody. */
  const playlistHeaders = new WeakMap<Buffer, AnswerHeaders>();

  function refuse(exchange: Exchange, error: unknown): void {
    const cause = error instanceof VideoError ? error.videoCause : "gateway_unavailable";
    onRefused(cause);
    sendProblem(exchange, cause);
  }

  /** Cookies stand for a session: what it may see and replay, its rights say. */
  function ticketOf(exchange: Exchange, text: string, streamId: string, scope: TicketScope): Ticket {
    if (text !== COOKIE) return tickets.check(text, streamId, scope, Date.now());
    const cookie = cookieOf(exchange.cookie, cookieName);
    if (cookie === null) throw new VideoError("ticket_missing", "neither a ticket nor the cookie");
    return tickets.check(cookie, EVERY_STREAM, "live", Date.now());
  }

  /** Nothing is waited for where everything is known: that is so with nearly every request. */
  function answer(exchange: Exchange): void | Promise<void> {
    if (!options.isOpen()) throw new VideoError("gateway_unavailable", "no flow asks for video");
    const known = findKnown(exchange);
    return known === null ? answerAtLength(exchange) : sendNamed(exchange, known, "");
  }

  /** Of who has been let in, for what a playlist has named: nothing else can be asked for by these words. */
  function findKnown({ target, cookie = "" }: Exchange): Asked | null {
    const idEnd = target.indexOf("/", ROOT.length);
    const ticketEnd = target.indexOf("/", idEnd + 1);
    if (idEnd < 0 || ticketEnd < 0 || !target.startsWith(ROOT)) return null;
    const streamId = target.slice(ROOT.length, idEnd);
    const ticketText = target.slice(idEnd + 1, ticketEnd);
    const stream = options.stream(streamId);
    const servedAs = target.slice(ticketEnd + 1);
    const named = stream?.named(servedAs) ?? null;
    if (!stream || named === null) return null;
    const watching =
      ticketText === COOKIE ? admitted.byCookie.find(streamId, cookie) : admitted.byTicket.find(streamId, ticketText);
    return watching && { stream, servedAs, named, buckets: watching.buckets };
  }

  function answerAtLength(exchange: Exchange): void | Promise<void> {
    const [path = "", query = ""] = splitOnce(exchange.target, "?");
    const wall = answerWall(exchange, path, query);
    if (wall !== null) return wall;
    const [, streamId, ticketText, servedAs] = PATH.exec(path) ?? [];
    if (streamId === undefined || ticketText === undefined || servedAs === undefined)
      throw new VideoError("unknown_resource", "no address of the gateway");
    return answerPath(exchange, { streamId, ticketText, servedAs, query });
  }

  function answerPath(exchange: Exchange, path: StreamPath): void | Promise<void> {
    const { streamId, ticketText, servedAs } = path;
    const recorded = parsePlaybackPath(servedAs);
    const scope: TicketScope = recorded === null ? "live" : "record";
    const ticket = ticketOf(exchange, ticketText, streamId, scope);
    const judging = rights.require(ticket.sessionId, streamId, scope);
    if (judging) return judging.then(() => serve(exchange, ticket, path, recorded));
    return serve(exchange, ticket, path, recorded);
  }

  function serve(
    exchange: Exchange,
    ticket: Ticket,
    path: StreamPath,
    recorded: PlaybackAddress | null,
  ): void | Promise<void> {
    if (recorded === null) return answerLive(exchange, ticket, path);
    return answerRecorded(exchange, ticket.sessionId, path.streamId, recorded);
  }

  function answerLive(
    exchange: Exchange,
    ticket: Ticket,
    { streamId, ticketText, servedAs, query }: StreamPath,
  ): void | Promise<void> {
    const stream = options.stream(streamId);
    if (!stream) throw new VideoError("unknown_stream", "there is no such stream");
    const watching = viewers.admit(ticket.sessionId, streamId);
    const { buckets } = watching;
    if (ticketText === COOKIE) admitted.byCookie.keep(streamId, exchange.cookie ?? "", ticket, watching);
    else admitted.byTicket.keep(streamId, ticketText, ticket, watching);
    const made = parseTranscodePath(servedAs);
    if (made === null) return sendNamed(exchange, { stream, servedAs, named: stream.named(servedAs), buckets }, query);
    stream.want();
    return sendMade(exchange, streamId, made, buckets);
  }

  function sendNamed(
    exchange: Exchange,
    { stream, servedAs, named, buckets }: Asked,
    query: string,
  ): void | Promise<void> {
    stream.want();
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
    const { buckets } = viewers.admit(sessionId, streamId);
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
