import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { InputError } from "../faults/fault-arguments.ts";
import { CONTROL_ROUTES, type ControlContext, type ControlRequest } from "./control-routes.ts";
import { UnknownSiteError } from "./select-sites.ts";

const MAX_BODY_BYTES = 8_000_000;

class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @returns the server and its port; rejects with a sentence when it cannot listen */
export function listenForControl(port: number): Promise<{ server: Server; port: number }> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(new Error(`cannot listen on 127.0.0.1:${port} for control (${cause.message})`, { cause }));
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address !== null ? address.port : port });
    });
  });
}

/** Answers the calls of the control endpoint. */
export function serveControl(server: Server, context: ControlContext): void {
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    handle(context, request).then(
      (result) => send(response, 200, result),
      (error: unknown) =>
        send(response, statusOf(error), { error: error instanceof Error ? error.message : String(error) }),
    );
  });
}

async function handle(context: ControlContext, request: IncomingMessage): Promise<unknown> {
  refuseBrowsersOfOthers(request);
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const method = request.method ?? "GET";
  const [, first = "", second, ...rest] = url.pathname.split("/");
  const whole = CONTROL_ROUTES[`${method} ${url.pathname}`];
  const single = rest.length === 0 && second !== undefined ? CONTROL_ROUTES[`${method} /${first}/:id`] : undefined;
  const handler = whole ?? single;
  if (handler === undefined)
    throw new HttpError(404, `no call ${method} ${url.pathname.slice(0, 80)}; GET / lists them`);
  const call: ControlRequest = {
    parameter: decodeURIComponent(second ?? ""),
    query: url.searchParams,
    body: method === "POST" ? await readJson(request) : undefined,
  };
  return handler(context, call);
}

/** A web page that somebody has open on this machine must not steer the fleet. */
function refuseBrowsersOfOthers(request: IncomingMessage): void {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) throw new HttpError(403, "only as 127.0.0.1 or localhost");
  if (request.headers.origin !== undefined) throw new HttpError(403, "not for web pages");
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    throw new HttpError(415, "content-type must be application/json");
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw new HttpError(413, `body: more than ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as unknown;
  } catch (cause) {
    throw new InputError("body: not JSON", { cause });
  }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof UnknownSiteError) return 404;
  return error instanceof InputError || error instanceof URIError ? 400 : 500;
}

function send(response: ServerResponse, status: number, result: unknown): void {
  const isText = typeof result === "string";
  response.writeHead(status, { "content-type": isText ? "text/plain; charset=utf-8" : "application/json" });
  response.end(isText ? result : JSON.stringify(result));
}
