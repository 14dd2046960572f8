import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo, Server } from "node:net";
import tls from "node:tls";
import { boundServer } from "./adapters/transport/create-server.ts";
import { cutSlowReaders } from "./adapters/transport/slow-readers.ts";
import { readTlsFiles } from "./adapters/transport/tls-files.ts";
import { exchangeOf, exchangeOfStream } from "./adapters/video/gateway/exchange.ts";
import type { GatewayHandler } from "./adapters/video/gateway/gateway-server.ts";
import type { GatewayStart } from "./adapters/video/gateway-protocol.ts";

/** A viewer that takes nothing for so long holds memory that others need [J]. */
const READERS = { graceMs: 10_000, leastBytesPerS: 20_000, checkEveryMs: 2_000 };
const HANDSHAKE_MS = 10_000;
const HTTP2 = {
  /** A wall of 81 tiles and as much again. */
  settings: { maxConcurrentStreams: 200, enablePush: false },
  /** Streams that a client opens only to reset them (CVE-2023-44487): more of them end the connection. */
  streamResetBurst: 200,
  streamResetRate: 33,
  maxSessionMemory: 64,
} as const;

/**
 * Opens the gateway's own loopback port, for the platform's process, and what is asked for beside it: HTTP/2 and HTTP/1.1
 * over TLS, or HTTP/1.1 behind an edge that ends TLS.
 *
 * @returns the loopback port
 */
export async function listen(
  { listen: outside }: GatewayStart,
  handler: GatewayHandler,
  warn: (text: string) => void,
): Promise<number> {
  const inside = createPlainServer(handler, warn);
  const port = await opened(inside, 0, "127.0.0.1");
  if (outside !== null) {
    const server =
      outside.tls === null ? createPlainServer(handler, warn) : createTlsServer(outside.tls, handler, warn);
    await opened(server, outside.port, outside.host);
  }
  return port;
}

function createPlainServer(handler: GatewayHandler, warn: (text: string) => void): http.Server {
  const server = http.createServer((request, response) => handler(exchangeOf(request, response)));
  boundServer(server);
  cutSlowReaders(server, READERS, () => warn("a viewer was cut off: it did not read"));
  return server;
}

/** One port for both: what a client speaks is settled in the handshake (ALPN), and each gets the server that speaks it. */
function createTlsServer(
  files: NonNullable<NonNullable<GatewayStart["listen"]>["tls"]>,
  handler: GatewayHandler,
  warn: (text: string) => void,
): tls.Server {
  const plain = createPlainServer(handler, warn);
  const streams = http2.createServer(HTTP2);
  streams.on("stream", (stream, headers) => handler(exchangeOfStream(stream, headers)));
  streams.on("sessionError", () => undefined);
  const { options } = readTlsFiles(files);
  const server = tls.createServer(
    { ...options, ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: HANDSHAKE_MS },
    (socket) => {
      socket.on("error", () => socket.destroy());
      if (socket.alpnProtocol === "h2") streams.emit("connection", socket);
      else plain.emit("connection", socket);
    },
  );
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function opened(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 4096 }, () => resolve((server.address() as AddressInfo).port));
  });
}
