import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { makeOpenApi, type OpenApiDocument } from "../../api/openapi.ts";
import { ROUTES } from "../../api/routes.ts";
import { openContract } from "../services/api-contract/contract.ts";
import { type WatchedApi, watchApi } from "../services/api-contract/watched-api.ts";

const DOCUMENT = makeOpenApi(ROUTES, "1.0.0", "http://127.0.0.1:1");
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A server that answers whatever a test wants, behind the same judge as the platform. */
async function watchServer(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const api = await watchApi({ document: () => DOCUMENT, isUncounted: true });
  api.pointTo(`http://127.0.0.1:${port}`);
  const stop = async () => {
    await api.close().catch(() => undefined);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  stops.push(stop);
  return { api, server };
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
const ME = { authorization: "Bearer abx_1" };
const PROBLEM = { type: "/docs#request.invalid", title: "a", status: 400, code: "request.invalid", detail: "b" };

type Case = {
  readonly of: string;
  readonly target?: string;
  readonly request?: RequestInit;
  readonly answer: RequestListener;
  /** Part of the complaint; null: none. */
  readonly complaint: string | null;
};
const CASES: readonly Case[] = [
  { of: "a good answer", answer: answering(200, { items: [], nextCursor: null, total: 0 }), complaint: null },
  { of: "a missing field", answer: answering(200, { items: [], nextCursor: null }), complaint: "property 'total'" },
  {
    of: "a value of another type",
    answer: answering(200, { items: [7], nextCursor: null, total: 0 }),
    complaint: "items.0 must be object",
  },
  { of: "broken JSON", answer: (_request, response) => json(response, "{"), complaint: "must be object" },
  { of: "an undeclared status", answer: answering(418, PROBLEM), complaint: "418: Unable to match" },
  { of: "an error of ours", answer: answering(500, PROBLEM), complaint: "500: Unable to match" },
  { of: "a redirect", answer: answering(302, undefined, { location: "/" }), complaint: "302: Unable to match" },
  { of: "another media type", answer: answering(200, "", { "content-type": "text/html" }), complaint: "media type" },
  { of: "a problem that is none", answer: answering(404, { code: "no" }), complaint: "404" },
  {
    of: "an undeclared address",
    target: "/api/v1/secret",
    answer: answering(200, {}),
    complaint: "does not have this address",
  },
  { of: "a program that asks for nothing", target: "/api/v1/none", answer: answering(404, PROBLEM), complaint: null },
  {
    of: "a page that asks for nothing",
    target: "/api/v1/none",
    request: { headers: { ...ME, "sec-fetch-dest": "empty" } },
    answer: answering(404, PROBLEM),
    complaint: "a page of ours asked",
  },
  {
    of: "an answer to nobody",
    request: { headers: {} },
    answer: answering(200, { items: [], nextCursor: null, total: 0 }),
    complaint: "forbidden: Invalid security scheme used",
  },
  {
    of: "a wrong query that is done",
    target: "/api/v1/sites?limit=much",
    answer: answering(200, { items: [], nextCursor: null, total: 0 }),
    complaint: "limit",
  },
  {
    of: "a wrong query that is refused",
    target: "/api/v1/sites?limit=much",
    answer: answering(400, PROBLEM, { "content-type": "application/problem+json" }),
    complaint: null,
  },
  {
    of: "a wrong body that is done",
    target: "/api/v1/auth/logout",
    request: { method: "POST", headers: { ...ME, "content-type": "text/plain" }, body: "now" },
    answer: answering(204, undefined),
    complaint: "non-empty body",
  },
  {
    of: "a compressed answer",
    answer: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "br" });
      response.end(brotliCompressSync(JSON.stringify({ items: [] })));
    },
    complaint: "property 'total'",
  },
  { of: "a page of Node-RED", target: "/dashboard/x", answer: answering(200, { any: 1 }), complaint: null },
];

function json(response: Parameters<RequestListener>[1], text: string): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(text);
}

describe("a judge", () => {
  let answer: RequestListener = answering(500, null);
  let api: WatchedApi;
  let stop: () => Promise<unknown>;
  beforeAll(async () => {
    ({ api } = await watchServer((request, response) => answer(request, response)));
    stop = stops.pop() ?? (async () => undefined);
  });
  afterAll(() => stop());

  test.for(CASES)("sees $of", async ({ target = "/api/v1/sites", request, answer: given, complaint }) => {
    answer = given;
    const before = (await api.seen()).violations.length;
    const response = await fetch(api.url + target, { headers: ME, redirect: "manual", ...request });
    await response.arrayBuffer();
    const violations = (await api.seen()).violations.slice(before);
    if (complaint === null) expect(violations).toEqual([]);
    else expect(violations.join("\n")).toContain(complaint);
  });
});

test("what was seen fails at the end, with a list; so does a run in which nothing was seen", async () => {
  const wrong = await watchServer(answering(200, {}));
  await (await fetch(`${wrong.api.url}/api/v1/sites`, { headers: ME })).arrayBuffer();
  await expect(wrong.api.close()).rejects.toThrow(/broke its document:\n {2}GET \/api\/v1\/sites → 200: /);
  const idle = await watchServer(answering(200, {}));
  await expect(idle.api.close()).rejects.toThrow("no call of the API went through");
});

type Declared = { readonly method: string; readonly template: string; readonly status: string; readonly type: string };

/** Every answer of the document that is JSON, and has a shape; of the refusals, which share theirs, one of each row. */
function declaredAnswers({ paths }: OpenApiDocument): Declared[] {
  const shapeless = /^\/openapi\.json$|\/sites\/export$/;
  return Object.entries(paths)
    .filter(([template]) => !shapeless.test(template))
    .flatMap(([template, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        Object.entries(operation["responses"] as Record<string, { content?: object; $ref?: string }>).flatMap(
          ([status, { content, $ref }]) => {
            if ($ref && status !== "429") return [];
            const type = $ref
              ? "application/problem+json"
              : Object.keys(content ?? {}).find((one) => /json$/.test(one));
            return type ? [{ method: method.toUpperCase(), template, status, type }] : [];
          },
        ),
      ),
    );
}

test("no answer of any operation goes by unjudged", { timeout: 120_000 }, async () => {
  const contract = await openContract(DOCUMENT);
  expect(contract.operations).toBe(ROUTES.length);
  const all = declaredAnswers(DOCUMENT);
  const unjudged: Declared[] = [];
  for (const one of all) {
    const { violations } = await contract.judge({
      ...{ method: one.method, target: one.template.replace(/\{\w+\}/g, "x"), requestBody: undefined },
      ...{ requestHeaders: ME, responseHeaders: { "content-type": one.type }, status: Number(one.status) },
      ...{ responseBody: "planted", hasWholeAnswer: true },
    });
    if (!violations.some((text) => text.includes("(body)"))) unjudged.push(one);
  }
  expect(unjudged).toEqual([]);
  expect(all.length).toBeGreaterThan(120);
});

/** Raw bytes of an answer. */
function ask(api: WatchedApi, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1", () => socket.write(text));
    let all = "";
    socket.on("data", (chunk) => {
      all += chunk;
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(all));
  });
}

test("pieces come as they are made; cookies, ETags and 304 stay as they are", async () => {
  let goOn: () => void = () => undefined;
  const { api } = await watchServer((request, response) => {
    if (request.headers["if-none-match"] === '"a-br"') {
      response.writeHead(304, { ETag: '"a-br"' });
      response.end();
      return;
    }
    response.setHeader("Set-Cookie", ["__Host-a=1; Path=/; Secure; HttpOnly", "b=2"]);
    response.writeHead(200, { "content-type": "text/csv" });
    response.write("first\n");
    goOn = () => response.end("second\n");
  });
  const response = await fetch(`${api.url}/api/v1/export?points=supply_temp_c`, { headers: ME });
  expect(response.headers.getSetCookie()).toEqual(["__Host-a=1; Path=/; Secure; HttpOnly", "b=2"]);
  const reader = response.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("first\n");
  goOn();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("second\n");
  const raw = await ask(
    api,
    'GET /api/v1/sites HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nIf-None-Match: "a-br"\r\nConnection: close\r\n\r\n',
  );
  expect(raw).toMatch(/^HTTP\/1\.1 304 Not Modified\r\nETag: "a-br"\r\n/);
  expect(await api.seen()).toMatchObject({ calls: 2, violations: [] });
});

test("sockets go through both ways; a refused one is answered", async () => {
  const { api, server } = await watchServer(answering(401, PROBLEM));
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (request.url === "/no") socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    else sockets.handleUpgrade(request, socket, head, (one) => one.on("message", (text) => one.send(`got ${text}`)));
  });
  const base = api.url.replace("http", "ws");
  const socket = new WebSocket(`${base}/dashboard/socket.io/`);
  await once(socket, "open");
  socket.send("a");
  expect(String((await once(socket, "message"))[0])).toBe("got a");
  socket.terminate();
  const [error] = (await once(new WebSocket(`${base}/no`), "error")) as [Error];
  expect(error.message).toContain("401");
});

test("a server that is away looks as if nobody listened", async () => {
  const { api, server } = await watchServer(answering(200, {}));
  server.closeAllConnections();
  server.close();
  await expect(fetch(`${api.url}/api/v1/sites`, { headers: ME })).rejects.toThrow("fetch failed");
});

test("every test of the built platform goes through the judge", () => {
  const folder = import.meta.dirname;
  const unwatched = readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => {
      const text = readFileSync(path.join(folder, name), "utf8");
      return /start-platform\.ts"/.test(text) && !text.includes("startWatchedPlatform");
    });
  expect(unwatched).toEqual([]);
});
