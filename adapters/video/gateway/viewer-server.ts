import { createServer, type Server, type Socket } from "node:net";
import type { GatewayHandler } from "./gateway-server.ts";
import { ViewerConnection } from "./viewer-connection.ts";

/** Milliseconds, kept to within `everyMs`. */
export type ViewerTimes = {
  /** A head has to be whole after this, from the connection or from its own first byte on. */
  readonly headMs: number;
  /** Without a request a connection stays for so long. */
  readonly idleMs: number;
  readonly everyMs: number;
};

/** As Node's own server has them: `boundServer` of the platform's. */
const VIEWER_TIMES: ViewerTimes = { headMs: 10_000, idleMs: 65_000, everyMs: 2_000 };

export type ViewerServerOptions = { onAsked?(socket: Socket): void; readonly times?: ViewerTimes };

export type ViewerServer = {
  /** Takes connections of its own, and those that are given to it by the event `connection`. */
  readonly server: Server;
  /** Ends all connections. */
  cut(): void;
};

/**
 * Speaks HTTP/1.1 with viewers, and no more of it than they need (docs/decisions/0022-own-viewer-server.md).
 *
 * @param options.onAsked told of each connection when its first request is whole
 */
export function createViewerServer(
  handler: GatewayHandler,
  { onAsked = () => undefined, times = VIEWER_TIMES }: ViewerServerOptions = {},
): ViewerServer {
  const { headMs, idleMs, everyMs } = times;
  const turns = { now: 0, head: Math.ceil(headMs / everyMs), idle: Math.ceil(idleMs / everyMs), linger: 1 };
  const connections = new Set<ViewerConnection>();
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    // Refused meanwhile, as one too many of its address.
    if (socket.destroyed) return;
    const connection = new ViewerConnection(socket, handler, turns, onAsked);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  });
  const timer = setInterval(() => {
    turns.now += 1;
    for (const connection of connections) connection.look();
  }, everyMs);
  timer.unref();
  server.once("close", () => clearInterval(timer));
  return {
    server,
    cut() {
      for (const connection of connections) connection.destroy();
    },
  };
}
