import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { createClientAddress } from "../adapters/security/client-address.ts";
import { AppError } from "../domain/errors.ts";
import { authorise } from "./authorise.ts";
import type { ApiContext } from "./context.ts";
import { createLatestState } from "./latest-state.ts";
import { createLive } from "./live.ts";
import { compileRoutes, type RouteMatch } from "./match-route.ts";
import { makeOpenApi, type OpenApiDocument } from "./openapi.ts";
import { problemFrom, problemOf } from "./problem.ts";
import { readJsonBody, readQuery, readUpload } from "./read-body.ts";
import { COSTLY, createRequestGate, LONG } from "./request-gate.ts";
import type { Route, Services } from "./route.ts";
import { ROUTES } from "./routes.ts";
import { createSender } from "./send.ts";

/** Everything under this is ours, whether or not it exists. */
const OWN_PREFIX = "/api/";
const NO_UPLOAD: AsyncIterable<Uint8Array> = (async function* () {})();

/** All that a process without the role `ui` answers. */
const PROBES = ["/healthz", "/readyz", "/metrics"];

/** The REST API, its pages and the live stream, as one listener on the raw HTTP server, before Node-RED's. */
export interface Api {
  /** @returns true when the request is ours: it is answered now or soon */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** @returns true when the upgrade is ours: it is answered at once */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Closes the live connections and stops listening to the services. */
  close(): void;
}

export function createApi(context: ApiContext): Api {
  const { auth, metrics, log, clock = Date.now, clientAddress = createClientAddress([]) } = context;
  const isShown = context.config.roles.includes("ui");
  const match = compileRoutes(isShown ? ROUTES : ROUTES.filter(({ path }) => PROBES.includes(path)));
  const sender = createSender(new URL(context.config.publicUrl).protocol === "https:");
  const gates = { costly: createRequestGate(COSTLY), long: createRequestGate(LONG) };
  const latest = createLatestState(context, clock);
  let document: OpenApiDocument | undefined;
  const services: Services = {
    context,
    latest,
    clock,
    document() {
      document ??= makeOpenApi(ROUTES, context.config.version, context.config.publicUrl);
      return document;
    },
  };
  const live = createLive(context, clock);

  async function answer(route: Route, { params }: RouteMatch, request: IncomingMessage, response: ServerResponse) {
    const session = await authorise(auth, route, request);
    const gate = route.isLong ? gates.long : gates.costly;
    const leave = route.isCostly ? gate.enter(session?.username ?? "") : null;
    try {
      const body = route.body ? await readJsonBody(request) : undefined;
      const upload = route.upload ? readUpload(request, route.upload) : NO_UPLOAD;
      const query = readQuery(request.url ?? "");
      const address = clientAddress(request.socket.remoteAddress, forwardedFor(request));
      const input = { params, query, body, upload, session, headers: request.headers, address };
      await sender.reply(request, response, await route.answerTo(input, services));
    } finally {
      leave?.();
    }
  }

  function refuse(route: Route | null, request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const problem = problemFrom(error);
    if (problem.status === 401 && route?.isPage) {
      const next = encodeURIComponent(request.url ?? "/");
      response.writeHead(302, { location: `/login?next=${next}`, "cache-control": "no-store" });
      response.end();
      return;
    }
    const facts = { err: error, route: route?.path, code: problem.code };
    if (problem.status === 500) log.error(facts, "a request failed");
    else if (problem.status >= 503) log.warn(facts, "a request could not be served");
    sender.problem(request, response, problem);
  }

  async function dispatch(found: RouteMatch, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = found.routes.find((one) => one.method === method) ?? null;
    if (!route) {
      const allow = found.routes.flatMap((one) => (one.method === "GET" ? ["GET", "HEAD"] : [one.method])).join(", ");
      const detail = `${String(request.method).slice(0, 10)} is not allowed here; allowed: ${allow}`;
      sender.problem(request, response, problemOf("request.method-not-allowed", detail), { allow });
      return;
    }
    await answer(route, found, request, response).catch((error: unknown) => refuse(route, request, response, error));
    metrics.countRequest(route.path, route.method, response.statusCode);
    // A body that nobody asked for must not keep the connection from its next request.
    if (!request.readableEnded) request.resume();
  }

  return {
    handle(request, response) {
      const path = pathOf(request.url);
      const found = match(path);
      if (found) {
        void dispatch(found, request, response);
        return true;
      }
      if (!path.startsWith(OWN_PREFIX)) return false;
      refuse(null, request, response, new AppError("request.not-found", "there is nothing at this address"));
      request.resume();
      return true;
    },
    handleUpgrade: (request, socket, head) => isShown && live.handleUpgrade(request, socket, head),
    close() {
      live.close();
      latest.close();
    },
  };
}

/** Node joins repeated headers with a comma, as the header's own list is written. */
function forwardedFor({ headers }: IncomingMessage): string | undefined {
  const given = headers["x-forwarded-for"];
  return Array.isArray(given) ? given.join(",") : given;
}

function pathOf(url: string | undefined): string {
  const text = url ?? "/";
  const at = text.indexOf("?");
  return at < 0 ? text : text.slice(0, at);
}

/**
 * Bounds what a slow or hostile client can hold: headers within 10 s, a whole request within 30 s, 16 KiB of headers.
 * Requests over the limits get 408 or 431 from Node itself.
 */
export function boundServer(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
}
