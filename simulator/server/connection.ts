import type { Socket } from "node:net";
import { answerCamera } from "../cameras/serve/answer-camera.ts";
import type { SimulatedSite } from "../fleet/simulated-site.ts";
import { answerRequest } from "./exchange.ts";
import type { FleetRuntime } from "./fleet-runtime.ts";
import { answerBytes } from "./http-text.ts";
import { MAX_HEAD_BYTES, parseRequest, type RequestHead } from "./parse-request.ts";

/** One connection of a client to a site. Requests that come before the answer of the last one wait. */
export type Connection = {
  readonly id: number;
  readonly socket: Socket;
  readonly site: SimulatedSite;
  received: string;
  /** What is being answered; `abandon` ends it when the peer is gone. */
  exchange: { readonly abandon: () => void } | null;
  /** It has carried a request to the camera. */
  isCameras: boolean;
  /** Called when an exchange has ended: starts the next request that waits. */
  readonly takeNext: () => void;
};

const HEAD_END = "\r\n\r\n";

/** Takes over a fresh socket. */
export function serveConnection(runtime: FleetRuntime, site: SimulatedSite, socket: Socket): Connection {
  const { counters } = runtime;
  counters.connections += 1;
  counters.openConnections += 1;
  const connection: Connection = {
    id: counters.connections,
    socket,
    site,
    received: "",
    exchange: null,
    isCameras: false,
    takeNext: () => takeNextRequest(runtime, connection),
  };
  socket.on("data", (chunk: Buffer) => {
    connection.received += chunk.toString("latin1");
    if (connection.exchange === null) takeNextRequest(runtime, connection);
    else if (connection.received.length > 4 * MAX_HEAD_BYTES) socket.destroy();
  });
  socket.on("error", () => {
    counters.connectionErrors += 1;
  });
  socket.on("close", () => {
    counters.openConnections -= 1;
    connection.exchange?.abandon();
  });
  return connection;
}

/** Starts the exchange of the next complete request, if there is one. */
function takeNextRequest(runtime: FleetRuntime, connection: Connection): void {
  const end = connection.received.indexOf(HEAD_END);
  if (end < 0) {
    if (connection.received.length > MAX_HEAD_BYTES) refuseConnection(connection, 431);
    return;
  }
  const head = connection.received.slice(0, end);
  connection.received = connection.received.slice(end + HEAD_END.length);
  const isCameras = runtime.cameras.claims(connection.site, head);
  // each segment is asked for by a text of its own: they would drive out what pollers send
  const request = isCameras ? parseRequest(head) : understand(head);
  if (request === null) refuseConnection(connection, 400);
  else if (isCameras) answerCamera(runtime, connection, request, head);
  else answerRequest(runtime, connection, request);
}

const understood = new Map<string, RequestHead>();
const UNDERSTOOD_MAX = 1000;

/** Pollers send the same few texts again and again: each is parsed once. */
function understand(head: string): RequestHead | null {
  const known = understood.get(head);
  if (known !== undefined) return known;
  const request = parseRequest(head);
  if (request !== null && understood.size < UNDERSTOOD_MAX) understood.set(head, request);
  return request;
}

function refuseConnection(connection: Connection, status: number): void {
  connection.received = "";
  connection.socket.end(answerBytes("", { status, keepAlive: false }));
}
