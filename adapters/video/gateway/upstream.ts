import { lookup as dnsLookup } from "node:dns";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { buildConnector, type Dispatcher, Pool } from "undici";
import { VideoError } from "../../../domain/video/video-cause.ts";
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

const CONNECT_MS = 3_000;
const HEADERS_MS = 3_000;
const IDLE_MS = 5_000;
/** A camera has little to spare, and everything that viewers ask for is fetched once. */
const CONNECTIONS = 3;
/** Cameras on other origins that a playlist of this one may lead to are few: those that an integrator has allowed. */
const MOST_ORIGINS = 4;
/** What every request says, and nothing of a viewer. */
const HEADERS = { accept: "*/*", "accept-encoding": "identity", "user-agent": "antbox-flow" };

export function createUpstream(options: UpstreamOptions): Upstream {
  const connect = createGuardedConnector(options);
  const pools = new Map<string, Pool>();

  function poolOf(origin: string): Pool {
    const known = pools.get(origin);
    if (known) return known;
    if (pools.size >= MOST_ORIGINS) throw new VideoError("target_not_allowed", "a stream leads to too many origins");
    const pool = new Pool(origin, {
      connect,
      connections: CONNECTIONS,
      pipelining: 1,
      // Its client of HTTP/2 leaks on abort (undici#5462, #5558).
      allowH2: false,
      headersTimeout: HEADERS_MS,
      bodyTimeout: IDLE_MS,
      keepAliveTimeout: 10_000,
      keepAliveMaxTimeout: 60_000,
      maxHeaderSize: 16_384,
    });
    pools.set(origin, pool);
    return pool;
  }

  return {
    get(request, sink) {
      const { url, range } = request;
      const headers: Record<string, string> = { ...HEADERS };
      if (range) headers["range"] = `bytes=${range.first}-${range.last}`;
      if (options.credentials?.origin === url.origin) headers["authorization"] = options.credentials.authorization;
      const call = new Call(request, sink);
      try {
        const path = `${url.pathname}${url.search}`;
        poolOf(url.origin).dispatch({ origin: url.origin, path, method: "GET", headers }, call);
      } catch (error) {
        call.fail(failureOf(error, false));
      }
      return call;
    },
    close() {
      for (const pool of pools.values()) void pool.destroy().catch(() => undefined);
      pools.clear();
    },
  };
}

/** One request: counts what arrives, compares it with what was announced, and ends it in its time. */
class Call implements UpstreamCall, Dispatcher.DispatchHandler {
  readonly #request: UpstreamRequest;
  readonly #sink: UpstreamSink;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | null = null;
  #isOver = false;
  #hasHead = false;
  #expected: number | null = null;
  #received = 0;

  constructor(request: UpstreamRequest, sink: UpstreamSink) {
    this.#request = request;
    this.#sink = sink;
    // Time-outs for heads and silence do not end a body that drips.
    this.#timer = setTimeout(() => this.fail(new VideoError("upstream_timeout", "took too long")), request.totalMs);
  }

  abort(): void {
    this.#close();
  }

  pause(): void {
    if (!this.#isOver) this.#controller?.pause();
  }

  resume(): void {
    if (!this.#isOver && this.#controller?.paused) this.#controller.resume();
  }

  fail(error: VideoError): void {
    if (this.#isOver) return;
    this.#close();
    this.#sink.fail(error);
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#controller?.abort(new Error("over"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error("over"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (this.#isOver) return;
    const refusal = refusalOf(status, headers, this.#request);
    const length = Number(headers["content-length"] ?? Number.NaN);
    this.#expected = Number.isSafeInteger(length) ? length : null;
    this.#hasHead = true;
    if (refusal) this.fail(refusal);
    else this.#sink.head(this.#expected);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    const { maxBytes } = this.#request;
    this.#received += chunk.length;
    if (this.#received <= maxBytes) this.#sink.data(chunk);
    else this.fail(new VideoError("upstream_too_large", `more than ${maxBytes} bytes`));
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    if (this.#expected !== null && this.#received !== this.#expected) {
      this.fail(new VideoError("truncated", `${this.#received} of ${this.#expected} bytes`));
      return;
    }
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#sink.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(failureOf(error, this.#hasHead));
  }
}

type Headers = Record<string, string | string[] | undefined>;

/** Everything about the head of an answer that makes it unusable. */
function refusalOf(status: number, headers: Headers, { range, maxBytes }: UpstreamRequest): VideoError | null {
  if (status >= 300 && status < 400) return new VideoError("redirect_refused", `answered ${status}`);
  // A whole file for a part of it would be kept under the name of the part.
  if (status !== (range === null ? 200 : 206)) return new VideoError("upstream_status", `answered ${status}`);
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity" && encoding !== "")
    return new VideoError("encoding_refused", "sent an encoded body that nobody had asked for");
  if (Number(headers["content-length"]) > maxBytes)
    return new VideoError("upstream_too_large", `announced more than ${maxBytes} bytes`);
  if (range && !matchesRange(String(headers["content-range"] ?? ""), range))
    return new VideoError("range_invalid", "sent another part than was asked for");
  return null;
}

function matchesRange(text: string, { first, last }: { first: number; last: number }): boolean {
  const [, from, to] = /^bytes (\d{1,16})-(\d{1,16})\//.exec(text) ?? [];
  return Number(from) === first && Number(to) === last;
}

/** Node looks no address up that is written as one, and a name may stand for another one each time: both are asked here. */
function createGuardedConnector({ mayConnect, lookup = dnsLookup as LookupFunction }: UpstreamOptions) {
  return (target: buildConnector.Options, callback: buildConnector.Callback): void => {
    const host = target.hostname.replace(/^\[|\]$/g, "");
    const written = isIP(host) === 6 ? `[${host}]` : host;
    const url = new URL(`${target.protocol}//${written}${target.port ? `:${target.port}` : ""}/`);
    const isAllowed = (address: string) => mayConnect(address, url);
    const connect = buildConnector({ timeout: CONNECT_MS, allowH2: false, lookup: guardLookup(lookup, isAllowed) });
    if (isIP(host) !== 0 && !isAllowed(host)) {
      callback(new VideoError("target_not_allowed", "an address that is not allowed"), null);
      return;
    }
    connect(target, (error, socket) => {
      if (error !== null || socket === null) return callback(error ?? new Error("no socket"), null);
      const address = (socket as Socket).remoteAddress;
      if (address !== undefined && isAllowed(address)) return callback(null, socket);
      (socket as Socket).destroy();
      callback(new VideoError("target_not_allowed", "connected to an address that is not allowed"), null);
    });
  };
}

function guardLookup(lookup: LookupFunction, mayConnect: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const addresses = (Array.isArray(found) ? found : []).filter(({ address }) => mayConnect(address));
      const [first] = addresses;
      if (first === undefined)
        return callback(new VideoError("target_not_allowed", "a name that stands for no allowed address"), "");
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
