import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Log } from "../../domain/log.ts";
import { type ConnectionLimits, limitConnections } from "./connection-limit.ts";
import { followTlsFiles } from "./follow-tls-files.ts";
import { securityHeaders } from "./security-headers.ts";
import { cutSlowReaders, READER_LIMITS, type ReaderLimits } from "./slow-readers.ts";
import { tellSeldom } from "./tell-seldom.ts";
import { certificateRemarks, readTlsFiles, type TlsFiles, type TlsPair } from "./tls-files.ts";
import { limitUnasked, UNASKED_LIMITS } from "./unasked-connections.ts";

export type ServerOptions = {
  /** null: HTTP. */
  readonly tls: TlsFiles | null;
  readonly publicUrl: string;
  readonly connections: ConnectionLimits;
  readonly readers?: ReaderLimits;
  readonly log: Log;
  /** How often the TLS files are looked at. */
  readonly checkFilesEveryMs?: number;
};

export type PlatformServer = {
  readonly server: http.Server;
  /**
   * To be told of each upgrade by who takes them: with a listener of its own here Node would leave them unanswered where
   * nobody does.
   */
  asked(socket: Socket): void;
  /** Stops what looks after it; closing the server itself is the caller's. */
  stop(): void;
};

const HANDSHAKE_WITHIN_MS = 10_000;
const REMARK_EVERY_MS = 86_400_000;
/** What node takes at `createServer` only: limits of time are kept to within this. */
const CONNECTION_CHECKS = { connectionsCheckingInterval: 2_000 } as const;

/**
 * What node takes at `createServer` only. Every answer begins with the security headers, whoever writes it: the API,
 * Node-RED's pages, or the Dashboard's socket library, which puts itself before all other listeners.
 *
 * @param isSecure PUBLIC_URL is `https:`
 */
export function serverOptions(isSecure: boolean): http.ServerOptions {
  const headers = Object.entries(securityHeaders(isSecure));
  class Answer<R extends http.IncomingMessage = http.IncomingMessage> extends http.ServerResponse<R> {
    constructor(request: R) {
      super(request);
      for (const [name, value] of headers) this.setHeader(name, value);
    }
  }
  return { ...CONNECTION_CHECKS, ServerResponse: Answer };
}

/**
 * Bounds what a slow or hostile client can hold: headers within 10 s of the connection, a whole request within 30 s,
 * 16 KiB of headers. Requests over the limits get 408 or 431 from Node itself.
 */
export function boundServer(server: http.Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
}

/**
 * The server of everything: HTTP, or TLS with files that are read again when they change, without closing a connection.
 *
 * @throws {AppError} `config.invalid` when the TLS files cannot be used
 */
export function createServer(options: ServerOptions, listener: http.RequestListener): PlatformServer {
  const { tls, publicUrl, connections, readers = READER_LIMITS, log } = options;
  const own = serverOptions(new URL(publicUrl).protocol === "https:");
  const pair = tls === null ? null : readTlsFiles(tls);
  const server =
    pair === null
      ? http.createServer(own, listener)
      : // Its type leaves out what both kinds share.
        (https.createServer(
          { ...own, ...pair.options, handshakeTimeout: HANDSHAKE_WITHIN_MS, ALPNProtocols: ["http/1.1"] },
          listener,
        ) as unknown as http.Server);
  boundServer(server);
  const tell = tellSeldom(log);
  limitConnections(server, connections, () => tell("connections of one address were refused: it has too many open"));
  const unasked = limitUnasked(server, { ...UNASKED_LIMITS, unlimited: connections.unlimited }, () =>
    tell("connections were cut: too many had not asked for anything"),
  );
  server.on("request", ({ socket }) => unasked.asked(socket));
  const stops = [cutSlowReaders(server, readers, () => tell("connections were cut: the other end did not read"))];
  if (tls && pair) stops.push(followFiles(server as unknown as https.Server, tls, pair, options));
  return {
    server,
    asked: (socket) => unasked.asked(socket),
    stop() {
      for (const stop of stops) stop();
    },
  };
}

function followFiles(server: https.Server, files: TlsFiles, first: TlsPair, options: ServerOptions): () => void {
  const { publicUrl, log, checkFilesEveryMs: everyMs } = options;
  let used = first;

  function remark(): void {
    for (const text of certificateRemarks(used.certificate, new URL(publicUrl).hostname, Date.now()))
      log.warn({}, text);
  }

  remark();
  const onReplaced = (pair: TlsPair): void => {
    used = pair;
    remark();
  };
  const stop = followTlsFiles(server, files, first, { log, everyMs, onReplaced });
  const timer = setInterval(remark, REMARK_EVERY_MS);
  timer.unref();
  return () => {
    stop();
    clearInterval(timer);
  };
}
