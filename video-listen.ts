import http2 from "node:http2";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import tls from "node:tls";
import { blockListOf } from "./adapters/security/client-address.ts";
import { limitConnections } from "./adapters/transport/connection-limit.ts";
import { followTlsFiles } from "./adapters/transport/follow-tls-files.ts";
import { cutSlowReaders } from "./adapters/transport/slow-readers.ts";
import { tellSeldom } from "./adapters/transport/tell-seldom.ts";
import { readTlsFiles, type TlsFiles } from "./adapters/transport/tls-files.ts";
import { limitUnasked, UNASKED_LIMITS, type UnaskedConnections } from "./adapters/transport/unasked-connections.ts";
import { exchangeOfStream } from "./adapters/video/gateway/exchange.ts";
import type { GatewayHandler } from "./adapters/video/gateway/gateway-server.ts";
import { createViewerServer } from "./adapters/video/gateway/viewer-server.ts";
import type { GatewayStart } from "./adapters/video/gateway-protocol.ts";
import type { Log } from "./domain/log.ts";

/** A viewer that takes nothing for so long holds memory that others need [J]. */
const READERS = { graceMs: 10_000, leastBytesPerS: 20_000, checkEveryMs: 2_000 };
/** A handshake, and then the first request, have to come within this [J]; the same holds for a plain connection's head. */
const HANDSHAKE_MS = 10_000;
const FIRST_STREAM_MS = 10_000;
/** Without a request an HTTP/2 connection stays for as long as one of HTTP/1.1. */
const IDLE_MS = 65_000;
/** In all, whoever has them [J]: 1,600 browsers with six each, which is what HTTP/1.1 gives them. */
const MOST_CONNECTIONS = 10_000;
const HTTP2 = {
  /** A wall of 81 tiles and as much again. */
  settings: { maxConcurrentStreams: 200, enablePush: false },
  /** Streams that a client opens only to reset them (CVE-2023-44487): more of them end the connection. */
  streamResetBurst: 200,
  streamResetRate: 33,
  maxSessionMemory: 64,
  /** Node would look for two of a kind among the headers of each answer; they are ours, and there are none. */
  strictSingleValueFields: false,
} as const;

/**
 * Opens the gateway's own loopback port, for the platform's process, and what is asked for beside it: HTTP/2 and HTTP/1.1
 * over TLS, or HTTP/1.1 behind an edge that ends TLS.
 *
 * @param lookEveryMs how often the TLS files are looked at; default 10 s
 * @returns the loopback port
 */
export async function listen(
  { listen: outside }: GatewayStart,
  handler: GatewayHandler,
  log: Log,
  lookEveryMs?: number,
): Promise<number> {
  const inside = createPlainServer(handler, log);
  const port = await opened(inside, 0, "127.0.0.1");
  if (outside !== null) {
    const { tls: files, connections, port: outsidePort, host } = outside;
    const door = net.createServer({ noDelay: true });
    door.maxConnections = MOST_CONNECTIONS;
    const limits = { perAddress: connections.perAddress, unlimited: blockListOf(connections.unlimited) };
    const tell = tellSeldom(log);
    limitConnections(door, limits, () =>
      tell("connections of one viewer's address were refused: it has too many open"),
    );
    const unasked = limitUnasked(door, { ...UNASKED_LIMITS, unlimited: limits.unlimited }, () =>
      tell("connections were cut: too many had not asked for anything"),
    );
    if (files === null) hand(door, createPlainServer(handler, log, unasked));
    else hand(door, createTlsServer(files, handler, unasked, { log, lookEveryMs }));
    await opened(door, outsidePort, host);
  }
  return port;
}

/** Past the limits of the door: a connection that they refuse must not cost what TLS keeps for a handshake. */
function hand(door: Server, speaker: Server): void {
  door.on("connection", (socket: Socket) => {
    if (!socket.destroyed) speaker.emit("connection", socket);
  });
}

function createPlainServer(handler: GatewayHandler, log: Log, unasked?: UnaskedConnections): Server {
  const { server } = createViewerServer(handler, unasked && { onAsked: (socket) => unasked.asked(socket) });
  const tell = tellSeldom(log);
  cutSlowReaders(server, READERS, () => tell("viewers were cut off: they did not read"));
  return server;
}

/** One port for both: what a client speaks is settled in the handshake (ALPN), and each gets the server that speaks it. */
function createTlsServer(
  files: TlsFiles,
  handler: GatewayHandler,
  unasked: UnaskedConnections,
  { log, lookEveryMs: everyMs }: { readonly log: Log; readonly lookEveryMs: number | undefined },
): Server {
  const plain = createPlainServer(handler, log, unasked);
  const streams = createStreamServer(handler, unasked);
  const pair = readTlsFiles(files);
  const server = tls.createServer(
    { ...pair.options, ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: HANDSHAKE_MS },
    (socket) => {
      socket.on("error", () => socket.destroy());
      if (socket.alpnProtocol === "h2") streams.emit("connection", socket);
      else plain.emit("connection", socket);
    },
  );
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  followTlsFiles(server, files, pair, { log, everyMs });
  return server;
}

function createStreamServer(handler: GatewayHandler, unasked: UnaskedConnections): http2.Http2Server {
  const streams = http2.createServer(HTTP2);
  streams.on("stream", (stream, headers) => handler(exchangeOfStream(stream, headers)));
  streams.on("sessionError", () => undefined);
  streams.on("session", (session) => {
    const silence = setTimeout(() => session.destroy(), FIRST_STREAM_MS);
    session.once("stream", () => {
      clearTimeout(silence);
      unasked.asked(session.socket);
    });
    session.once("close", () => clearTimeout(silence));
  });
  // Nobody listens for it, so the session is ended.
  streams.setTimeout(IDLE_MS);
  return streams;
}

function opened(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 4096 }, () => resolve((server.address() as AddressInfo).port));
  });
}
