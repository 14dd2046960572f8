import type { LookupFunction } from "node:net";
import type { HttpHead } from "../../../domain/collection/http-head.ts";
import { VideoError } from "../../../domain/video/video-cause.ts";
import type { LineCall } from "./camera-line.ts";
import { type CameraLines, createCameraLines } from "./camera-lines.ts";
import { guardedConnect } from "./camera-socket.ts";
import { failureOf } from "./upstream-failure.ts";

/** What the answer of a camera may cost. Sizes in bytes, times in milliseconds. */
export type UpstreamLimits = {
  readonly maxBytes: number;
  /** Of the whole answer, whatever arrives meanwhile. */
  readonly totalMs: number;
};

export type UpstreamRequest = UpstreamLimits & {
  readonly url: URL;
  /** First and last byte, both counted; null = the whole. */
  readonly range: { readonly first: number; readonly last: number } | null;
};

/** Hears of an answer as it comes. After `end` or `fail` nothing more is heard. */
export type UpstreamSink = {
  /** @param lengthBytes as announced; null = not announced */
  head(lengthBytes: number | null): void;
  /** May be overwritten after the call: what is to stay is copied. */
  data(chunk: Buffer): void;
  end(): void;
  fail(error: VideoError): void;
};

export type UpstreamCall = {
  /** Ends it without a word to the sink. */
  abort(): void;
  pause(): void;
  resume(): void;
};

/** The line to one camera: HTTP/1.1, few connections, nothing but GET, and only to addresses that are allowed. */
export interface Upstream {
  get(request: UpstreamRequest, sink: UpstreamSink): UpstreamCall;
  close(): void;
}

export type UpstreamOptions = {
  /** Whether the camera may be at this address; asked before a connection to an address, and of what a name stands for. */
  readonly mayConnect: (address: string, target: URL) => boolean;
  /** Name and password of the camera, for the one origin that they belong to. */
  readonly credentials: { readonly origin: string; readonly authorization: string } | null;
  /** For tests: how a name is resolved. */
  readonly lookup?: LookupFunction;
};

/** Cameras on other origins that a playlist of this one may lead to are few: those that an integrator has allowed. */
const MOST_ORIGINS = 4;
/** What every request says, and nothing of a viewer. */
const HEADERS = "accept: */*\r\naccept-encoding: identity\r\nuser-agent: antbox-flow\r\n";

export function createUpstream(options: UpstreamOptions): Upstream {
  const origins = new Map<string, CameraLines>();

  function linesOf(origin: string): CameraLines {
    const known = origins.get(origin);
    if (known) return known;
    if (origins.size >= MOST_ORIGINS) throw new VideoError("target_not_allowed", "a stream leads to too many origins");
    const lines = createCameraLines(guardedConnect(origin, options));
    origins.set(origin, lines);
    return lines;
  }

  function textOf({ url, range }: UpstreamRequest): string {
    const { credentials } = options;
    const part = range === null ? "" : `range: bytes=${range.first}-${range.last}\r\n`;
    const who = credentials?.origin === url.origin ? `authorization: ${credentials.authorization}\r\n` : "";
    return `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n${HEADERS}${part}${who}\r\n`;
  }

  return {
    get(request, sink) {
      const call = new Call(request, textOf(request), sink);
      try {
        call.begin(linesOf(request.url.origin));
      } catch (error) {
        call.fail(failureOf(error, false));
      }
      return call;
    },
    close() {
      for (const lines of origins.values()) lines.close();
      origins.clear();
    },
  };
}

/** One request: counts what arrives, and ends it in its time. */
class Call implements UpstreamCall, LineCall {
  readonly text: string;
  readonly #request: UpstreamRequest;
  readonly #sink: UpstreamSink;
  readonly #timer: NodeJS.Timeout;
  #lines: CameraLines | null = null;
  #isOver = false;
  #received = 0;

  constructor(request: UpstreamRequest, text: string, sink: UpstreamSink) {
    this.text = text;
    this.#request = request;
    this.#sink = sink;
    // Time-outs for heads and silence do not end a body that drips.
    this.#timer = setTimeout(expire, request.totalMs, this);
  }

  begin(lines: CameraLines): void {
    this.#lines = lines;
    lines.send(this);
  }

  abort(): void {
    if (this.#isOver) return;
    this.#settle();
    this.#lines?.drop(this);
  }

  pause(): void {
    if (!this.#isOver) this.#lines?.hold(this, true);
  }

  resume(): void {
    if (!this.#isOver) this.#lines?.hold(this, false);
  }

  hasRoomFor(bytes: number): boolean {
    return this.#received + bytes <= this.#request.maxBytes;
  }

  head(head: Readonly<HttpHead>): boolean {
    if (this.#isOver) return false;
    const refusal = refusalOf(head, this.#request);
    if (refusal) this.fail(refusal);
    else this.#sink.head(head.contentLength);
    return !this.#isOver;
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#received += chunk.length;
    this.#sink.data(chunk);
  }

  end(): void {
    if (this.#isOver) return;
    this.#settle();
    this.#sink.end();
  }

  fail(error: VideoError): void {
    if (this.#isOver) return;
    this.abort();
    this.#sink.fail(error);
  }

  #settle(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}

function expire(call: Call): void {
  call.fail(new VideoError("upstream_timeout", "took too long"));
}

/** Everything about the head of an answer that makes it unusable. */
function refusalOf(head: Readonly<HttpHead>, { range, maxBytes }: UpstreamRequest): VideoError | null {
  const { status, contentEncoding, contentLength, contentRange } = head;
  if (status >= 300 && status < 400) return new VideoError("redirect_refused", `answered ${status}`);
  // A whole file for a part of it would be kept under the name of the part.
  if (status !== (range === null ? 200 : 206)) return new VideoError("upstream_status", `answered ${status}`);
  if (contentEncoding !== "" && contentEncoding !== "identity")
    return new VideoError("encoding_refused", "sent an encoded body that nobody had asked for");
  if (contentLength !== null && contentLength > maxBytes)
    return new VideoError("upstream_too_large", `announced more than ${maxBytes} bytes`);
  if (range && !matchesRange(contentRange, range))
    return new VideoError("range_invalid", "sent another part than was asked for");
  return null;
}

function matchesRange(text: string, { first, last }: { first: number; last: number }): boolean {
  const [, from, to] = /^bytes (\d{1,16})-(\d{1,16})\//.exec(text) ?? [];
  return Number(from) === first && Number(to) === last;
}
