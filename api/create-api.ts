import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { createConnectionTests } from "../adapters/controller/connection-tests.ts";
import { createClientAddress } from "../adapters/security/client-address.ts";
import { networkOf } from "../adapters/transport/connection-limit.ts";
import { leadsToLogin, loginAddress } from "../domain/access/login-address.ts";
import { AppError } from "../domain/errors.ts";
import { answerOnce } from "./answer-once.ts";
import { authorise } from "./authorise.ts";
import type { ApiContext } from "./context.ts";
import { createLatestState } from "./latest-state.ts";
import { createLive } from "./live.ts";
import { compileRoutes, type RouteMatch } from "./match-route.ts";
import { createRefusalNotes } from "./note-refusals.ts";
import { makeOpenApi, type OpenApiDocument } from "./openapi.ts";
import { problemFrom, problemOf } from "./problem.ts";
import {
  COMMAND_RATES,
  createRateLimiter,
  DEFAULT_RATE_PER_S,
  type Kind,
  NOT_COUNTED,
  rateHeaders,
  rateLimitsFor,
} from "./rate-limit.ts";
import { readJsonBody, readQuery, readUpload } from "./read-body.ts";
import { createRecentHistory } from "./recent-history.ts";
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
  const sender = createSender();
  const gates = { costly: createRequestGate(COSTLY), long: createRequestGate(LONG) };
  const limiter = createRateLimiter(rateLimitsFor(context.requestsPerS ?? DEFAULT_RATE_PER_S), clock);
  const latest = createLatestState(context, clock);
  const refusals = createRefusalNotes(context, clock);
  let document: OpenApiDocument | undefined;
  const services: Services = {
    context,
    latest,
    recentHistory: createRecentHistory(context, clock),
    connectionTests: createConnectionTests(clock),
    commandRate: createRateLimiter(COMMAND_RATES, clock),
    clock,
    document() {
      document ??= makeOpenApi(ROUTES, context.config.version, context.config.publicUrl);
      return document;
    },
  };
  const live = createLive(context, clock);

  const addressOf = (request: IncomingMessage) => clientAddress(request.socket.remoteAddress, forwardedFor(request));

  const { origin } = new URL(context.config.publicUrl);

  /** @throws {AppError} `request.rate-limited` */
  function spend(response: ServerResponse, kind: Kind, key: string): void {
    const allowance = limiter.take(kind, key);
    for (const [name, value] of rateHeaders(allowance)) response.setHeader(name, value);
    if (allowance.retryAfterS === null) return;
    const context = { retryAfterS: allowance.retryAfterS };
    throw new AppError("request.rate-limited", "too many requests in a short time", { context, retryable: true });
  }

  /** One request of whoever sends it, to us or to Node-RED. @returns false when it was one too many, and is answered */
  function isWithinRate(request: IncomingMessage, response: ServerResponse): boolean {
    // What browsers do without it, too: pages of other sites read nothing.
    response.setHeader("access-control-allow-origin", origin);
    const claimed = auth.sessionOf(request.headers.cookie, request.headers.authorization);
    try {
      if (claimed) spend(response, "user", claimed.username);
      else spend(response, "anonymous", networkOf(addressOf(request)));
      return true;
    } catch (error) {
      refuse(null, request, response, error);
      request.resume();
      return false;
    }
  }

  /** @returns what to call at the end @throws {AppError} `request.rate-limited` */
  function enterGate({ isLong }: Route, username: string, response: ServerResponse): Promise<() => void> {
    const kind = isLong ? "long" : "costly";
    spend(response, kind, username);
    return gates[kind].enter(username);
  }

  async function answer(route: Route, { params }: RouteMatch, request: IncomingMessage, response: ServerResponse) {
    const session = await authorise(auth, route, request);
    const leave = route.isCostly ? await enterGate(route, session?.username ?? "", response) : null;
    try {
      const body = route.body ? await readJsonBody(request) : undefined;
      const upload = route.upload ? readUpload(request, route.upload) : NO_UPLOAD;
      const query = readQuery(request.url ?? "");
      const address = addressOf(request);
      const input = { params, query, body, upload, session, headers: request.headers, address };
      const reply = await answerOnce(route, request.url ?? "", input, services);
      await sender.reply(request, response, reply, route.answer.status);
    } finally {
      leave?.();
    }
  }

  function refuse(route: Route | null, request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (request.destroyed && !request.complete) {
      // Who leaves in the middle of a body hears no answer; that is no fault of ours. The status is for the metrics.
      response.statusCode = 400;
      return;
    }
    const problem = problemFrom(error);
    if (route?.isPage && leadsToLogin(problem.code)) {
      sender.redirect(request, response, loginAddress(request.url ?? "/", problem.code));
      return;
    }
    if (route) refusals.note(route, request, problem, addressOf(request));
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
      if (!NOT_COUNTED.includes(path) && !isWithinRate(request, response)) return true;
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
      refusals.close();
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
