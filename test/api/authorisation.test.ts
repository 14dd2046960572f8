import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Route } from "../../api/route.ts";
import { ROUTES } from "../../api/routes.ts";
import { isAllowed, PERMISSIONS } from "../../domain/access/permissions.ts";
import { ROLES } from "../../domain/access/session-user.ts";
import { type ApiUnderTest, type CallOptions, PASSWORD, startApi } from "./api-under-test.ts";
import { aSite, aSnapshot } from "./builders.ts";

let api: ApiUnderTest;
let cookies: string;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)] });
  api.liveState.apply(aSnapshot("site-001"));
  api.replies.set("site-001", {
    siteId: "site-001",
    slot: "2026-11-23T08:00:00.000Z",
    collectedAt: "2026-11-23T08:00:00.100Z",
    profile: "bitmain-antbox-hk3@1",
    attempts: 1,
    latencyMs: 80,
    isLate: false,
    replies: { coolerState: { params: { fan1: "true" } } },
    failedRequests: {},
  });
  const { headers } = await api.call("/api/v1/auth/login", {
    method: "POST",
    body: { username: "admin", password: PASSWORD },
  });
  cookies = headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
});
afterAll(() => api.close());

/** A good request for each row, and the status of success where it is not the declared one. */
type Example = {
  readonly path: string;
  readonly body?: unknown | (() => unknown);
  /** Of a row that takes an upload. */
  readonly csv?: string;
  readonly status?: number;
};
const EXAMPLES: Readonly<Record<string, Example>> = {
  "GET /healthz": { path: "/healthz" },
  "GET /readyz": { path: "/readyz" },
  "GET /metrics": { path: "/metrics" },
  "GET /": { path: "/" },
  "GET /login": { path: "/login" },
  "GET /login/{file*}": { path: "/login/assets/index-a1b2c3d4.css" },
  "POST /api/v1/auth/login": {
    path: "/api/v1/auth/login",
    body: () => ({ username: `nobody-${randomUUID()}`, password: "wrong" }),
    status: 401,
  },
  "POST /api/v1/auth/refresh": { path: "/api/v1/auth/refresh", status: 401 },
  "POST /api/v1/auth/logout": { path: "/api/v1/auth/logout" },
  "GET /api/v1/auth/me": { path: "/api/v1/auth/me" },
  "GET /api/v1/sites": { path: "/api/v1/sites" },
  "GET /api/v1/sites/{id}": { path: "/api/v1/sites/site-001" },
  "GET /api/v1/snapshots": { path: "/api/v1/snapshots" },
  "GET /api/v1/sites/{id}/snapshot": { path: "/api/v1/sites/site-001/snapshot" },
  "GET /api/v1/sites/{id}/reply": { path: "/api/v1/sites/site-001/reply" },
  "POST /api/v1/sites/{id}/watch": { path: "/api/v1/sites/site-001/watch", body: { forS: 60 } },
  "GET /api/v1/sites/{id}/history": { path: "/api/v1/sites/site-001/history?points=supply_temp_c" },
  "GET /api/v1/history": { path: "/api/v1/history?point=supply_temp_c" },
  "GET /api/v1/sites/{id}/history/sisters": { path: "/api/v1/sites/site-001/history/sisters?points=supply_temp_c" },
  "GET /api/v1/export": { path: "/api/v1/export?points=supply_temp_c" },
  "GET /api/v1/collectors": { path: "/api/v1/collectors" },
  "GET /api/v1/outliers": { path: "/api/v1/outliers" },
  "GET /api/v1/sites/{id}/lab-readings": { path: "/api/v1/sites/site-001/lab-readings" },
  "GET /api/v1/sites/{id}/lab-readings/latest": { path: "/api/v1/sites/site-001/lab-readings/latest" },
  "POST /api/v1/sites/{id}/lab-readings": {
    path: "/api/v1/sites/site-001/lab-readings",
    body: () => ({ takenAt: new Date(Date.now() - Math.random() * 1e11).toISOString(), values: { coolant_ph: 8 } }),
  },
  "POST /api/v1/sites/{id}/lab-readings/{readingId}/void": {
    path: "/api/v1/sites/site-001/lab-readings/999999/void",
    status: 404,
  },
  "POST /api/v1/import/history": {
    path: "/api/v1/import/history?dryRun=true",
    csv: "site,time,supply_temp_c\nsite-001,2026-01-01T00:00:00Z,35\n",
  },
  "GET /api/v1/rounds": { path: "/api/v1/rounds" },
  "GET /api/v1/jobs": { path: "/api/v1/jobs" },
  "POST /api/v1/jobs/{name}/run": { path: "/api/v1/jobs/rollup/run" },
  "GET /api/v1/points": { path: "/api/v1/points" },
  "GET /api/v1/profiles": { path: "/api/v1/profiles" },
  "GET /api/v1/profiles/{id}": { path: "/api/v1/profiles/bitmain-antbox-hk3" },
  "POST /api/v1/profiles/{id}/try": { path: "/api/v1/profiles/bitmain-antbox-hk3/try", body: { replies: {} } },
  "GET /api/v1/status": { path: "/api/v1/status" },
  "GET /api/v1/live": { path: "/api/v1/live", status: 400 },
  "GET /openapi.json": { path: "/openapi.json" },
  "GET /docs": { path: "/docs" },
  "GET /docs/style.css": { path: "/docs/style.css" },
};

const nameOf = ({ method, path }: Route) => `${method} ${path}`;

function ask(route: Route, own: CallOptions = {}) {
  const example = EXAMPLES[nameOf(route)];
  if (!example) throw new Error(`${nameOf(route)} has no example in this test: add one`);
  const body = typeof example.body === "function" ? example.body() : example.body;
  const csv = example.csv === undefined ? {} : { rawBody: example.csv };
  const headers = { ...(example.csv === undefined ? {} : { "content-type": "text/csv" }), ...own.headers };
  return api.call(example.path, {
    method: route.method,
    ...(body === undefined ? {} : { body }),
    ...csv,
    ...own,
    headers,
  });
}

test("every row has a permission of the table, or is public on purpose", () => {
  const PUBLIC = [
    "/healthz",
    "/readyz",
    "/login",
    "/login/{file*}",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
  ];
  for (const route of ROUTES) {
    if (route.access === "public") expect(PUBLIC, nameOf(route)).toContain(route.path);
    else expect(Object.keys(PERMISSIONS), nameOf(route)).toContain(route.access);
  }
  expect(Object.keys(EXAMPLES).sort()).toEqual(ROUTES.map(nameOf).sort());
});

describe.for(ROUTES)("$method $path", (route) => {
  const { access, answer, isPage } = route;
  const success = EXAMPLES[nameOf(route)]?.status ?? answer.status;

  test("without a session", async () => {
    const { status } = await ask(route);
    expect(status).toBe(access === "public" ? success : isPage ? 302 : 401);
  });

  test.for(ROLES)("as %s", async (role) => {
    // A sign-out of the shared token would take it from the other rows.
    if (route.path.endsWith("/logout")) return;
    const { status } = await ask(route, { role });
    expect(status).toBe(access === "public" || isAllowed(role, access) ? success : 403);
  });

  test("with the cookie, from a foreign page", async () => {
    const { status, json } = await ask(route, { cookie: cookies, headers: { origin: "https://evil.example" } });
    if (route.method === "GET") expect(status).toBe(success);
    else expect([status, json]).toEqual([403, expect.objectContaining({ code: "auth.foreign-origin" })]);
  });

  test("with a forged token", async () => {
    const [head, , signature] = api.token("admin").split(".");
    const claims = Buffer.from(JSON.stringify({ sub: "admin", role: "admin", exp: 9e9 })).toString("base64url");
    const { status } = await ask(route, { headers: { authorization: `Bearer ${head}.${claims}.${signature}` } });
    expect(status).toBe(access === "public" ? success : isPage ? 302 : 401);
  });
});

test("nothing private was in any of these answers", () => {
  expect(api.seen.length).toBeGreaterThan(300);
  expect(api.seen.filter((text) => /10\.[12]\.101\./.test(text))).toEqual([]);
});
