import type { IncomingMessage, ServerResponse } from "node:http";
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";

/** A request and its answer, whichever HTTP it is. */
export interface Exchange {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly cookie: string | undefined;
  readonly range: string | undefined;
  readonly isOpen: boolean;
  head(status: number, headers: Readonly<Record<string, string | number>>): void;
  /** @returns false when more should wait for `onDrain` */
  write(chunk: Buffer): boolean;
  end(chunk?: Buffer): void;
  /** Ends it so that the other side sees that something is missing. */
  destroy(): void;
  onDrain(listener: () => void): void;
  onClose(listener: () => void): void;
}

/** Sent with every answer; the cookie's pages are of the same origin, and nobody else may embed anything. */
const OWN_HEADERS = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; sandbox",
} as const;

export function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    cookie: request.headers.cookie,
    range: request.headers.range,
    get isOpen() {
      return !response.destroyed && !response.writableEnded;
    },
    head: (status, headers) => {
      response.writeHead(status, { ...OWN_HEADERS, ...headers });
    },
    write: (chunk) => response.write(chunk),
    end: (chunk) => {
      response.end(chunk);
    },
    destroy: () => {
      response.destroy();
    },
    onDrain: (listener) => {
      response.once("drain", listener);
    },
    onClose: (listener) => {
      response.once("close", listener);
    },
  };
}

export function exchangeOfStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Exchange {
  // A stream that its client resets says so by an error, and closes after it.
  stream.on("error", () => undefined);
  return {
    method: headers[":method"] ?? "",
    target: headers[":path"] ?? "",
    cookie: headers.cookie,
    range: headers.range,
    get isOpen() {
      return !stream.destroyed && !stream.closed && !stream.writableEnded;
    },
    head: (status, own) => {
      if (!stream.headersSent && !stream.destroyed) stream.respond({ ":status": status, ...OWN_HEADERS, ...own });
    },
    write: (chunk) => stream.write(chunk),
    end: (chunk) => {
      stream.end(chunk);
    },
    destroy: () => {
      stream.destroy();
    },
    onDrain: (listener) => {
      stream.once("drain", listener);
    },
    onClose: (listener) => {
      stream.once("close", listener);
    },
  };
}
