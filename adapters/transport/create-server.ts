import http from "node:http";
import https from "node:https";
import type { Log } from "../../domain/log.ts";
import { type ConnectionLimits, limitConnections } from "./connection-limit.ts";
import { securityHeaders } from "./security-headers.ts";
import { cutSlowReaders, READER_LIMITS, type ReaderLimits } from "./slow-readers.ts";
import { certificateRemarks, readTlsFiles, type TlsFiles, type TlsPair } from "./tls-files.ts";

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
  /** Stops what looks after it; closing the server itself is the caller's. */
  stop(): void;
};

const HANDSHAKE_WITHIN_MS = 10_000;
const CHECK_FILES_EVERY_MS = 10_000;
const REMARK_EVERY_MS = 86_400_000;
const TELL_EVERY_MS = 60_000;
/** Limits are kept to within this. */
const CHECK_CONNECTIONS_EVERY_MS = 2_000;

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
  return { connectionsCheckingInterval: CHECK_CONNECTIONS_EVERY_MS, ServerResponse: Answer };
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
  const tell = createTeller(log);
  limitConnections(server, connections, () => tell("connections of one address were refused: it has too many open"));
  const stops = [cutSlowReaders(server, readers, () => tell("connections were cut: the other end did not read"))];
  if (tls && pair) stops.push(followFiles(server as unknown as https.Server, tls, pair, options));
  return {
    server,
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/** Once a minute is enough to know, and a flood of connections must not become one of log lines. */
function createTeller(log: Log): (text: string) => void {
  const counts = new Map<string, { count: number; toldAtMs: number }>();
  return (text) => {
    const seen = counts.get(text) ?? { count: 0, toldAtMs: Number.NEGATIVE_INFINITY };
    seen.count += 1;
    counts.set(text, seen);
    if (performance.now() - seen.toldAtMs < TELL_EVERY_MS) return;
    log.warn({ count: seen.count }, text);
    counts.set(text, { count: 0, toldAtMs: performance.now() });
  };
}

/**
 * Looks at the contents, not at the times: a mounted secret changes by a link. While the two files do not fit together,
 * as between two writes, the pair before stays in use.
 */
function followFiles(server: https.Server, files: TlsFiles, first: TlsPair, options: ServerOptions): () => void {
  const { publicUrl, log, checkFilesEveryMs = CHECK_FILES_EVERY_MS } = options;
  let used = first;
  let lastProblem = "";

  function remark(): void {
    for (const text of certificateRemarks(used.certificate, new URL(publicUrl).hostname, Date.now()))
      log.warn({}, text);
  }

  function check(): void {
    try {
      const found = readTlsFiles(files);
      lastProblem = "";
      if (found.text === used.text) return;
      server.setSecureContext(found.options);
      used = found;
      log.info({ validTo: found.certificate.validTo }, "the TLS certificate was replaced");
      remark();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== lastProblem) log.warn({ reason: problem }, "the new TLS files are not used");
      lastProblem = problem;
    }
  }

  remark();
  const timers = [setInterval(check, checkFilesEveryMs), setInterval(remark, REMARK_EVERY_MS)];
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
