import { request as rawRequest } from "node:http";
import { connect } from "node:net";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { saveRounds } from "../../adapters/database/round-repository.ts";
import recordedHk3 from "../../domain/profiles/recorded/bitmain-antbox-hk3.json" with { type: "json" };
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRound, aSite, aSnapshot, isoAt, T0_MS } from "./builders.ts";

const SITES = 150;
const HOUR_MS = 3_600_000;
let nowMs = T0_MS + HOUR_MS;
let api: ApiUnderTest;

beforeAll(async () => {
  const sites = Array.from({ length: SITES }, (_, i) => aSite(i + 1, i === 1 ? { intervalS: 10 } : {}));
  api = await startApi({ sites, clock: () => nowMs });
  for (const { id } of sites.slice(0, SITES - 1)) api.liveState.apply(aSnapshot(id, {}, nowMs));
});
afterAll(async () => {
  expect(api.seen.filter((text) => /10\.[12]\.|ECONNREFUSED/.test(text))).toEqual([]);
  await api.close();
});

type Page = { items: { id?: string; siteId?: string }[]; nextCursor: string | null; total: number };

test("sites come in pages that together hold each site once", async () => {
  const ids: string[] = [];
  let cursor = "";
  do {
    const { json } = await api.call(`/api/v1/sites?limit=40${cursor}`, { role: "viewer" });
    const page = json as Page;
    expect(page.total).toBe(SITES);
    ids.push(...page.items.map(({ id }) => id ?? ""));
    cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : "";
  } while (cursor !== "");
  expect(ids).toHaveLength(SITES);
  expect(new Set(ids).size).toBe(SITES);
});

test("a site says its health, age, faults and last poll, and no address", async () => {
  const one = await api.call("/api/v1/sites/site-002", { role: "viewer" });
  expect(one.json).toMatchObject({
    health: "good",
    ageS: 0,
    intervalS: 10,
    openFaults: 1,
    lastPoll: { result: "timeout", misses: 2, breaker: "suspect" },
  });
  expect(one.json).not.toHaveProperty("controllerUrl");
  const silent = await api.call(`/api/v1/sites/site-${SITES}`, { role: "viewer" });
  expect(silent.json).toMatchObject({ health: "lost", ageS: null, lastSnapshotAt: null, openFaults: 0 });
});

test("the latest state is one set of bytes with a strong ETag, the same until something moves", async () => {
  const first = await api.call("/api/v1/snapshots", { role: "viewer", headers: { "accept-encoding": "identity" } });
  const etag = first.headers.get("etag") ?? "";
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  expect((first.json as Page).total).toBe(SITES - 1);
  const again = await api.call("/api/v1/snapshots", { role: "viewer", headers: { "if-none-match": etag } });
  expect([again.status, again.text]).toEqual([304, ""]);

  api.liveState.apply(aSnapshot("site-007", { values: { supply_temp_c: 36.5 } }, nowMs + 60_000));
  await expect
    .poll(
      async () => (await api.call("/api/v1/snapshots", { role: "viewer", headers: { "if-none-match": etag } })).status,
      { timeout: 15_000 },
    )
    .toBe(200);
  const moved = await api.call("/api/v1/sites/site-007/snapshot", { role: "viewer" });
  expect(moved.json).toMatchObject({ values: { supply_temp_c: 36.5 } });
});

test.for([
  { encoding: "br", open: brotliDecompressSync },
  { encoding: "gzip", open: gunzipSync },
])("the latest state comes as $encoding when asked, with an ETag of its own", async ({ encoding, open }) => {
  const plain = await api.call("/api/v1/snapshots", { role: "viewer", headers: { "accept-encoding": "identity" } });
  const { body, headers } = await rawGet(`${api.url}/api/v1/snapshots`, {
    authorization: `Bearer ${api.token("viewer")}`,
    "accept-encoding": encoding,
  });
  expect(headers["content-encoding"]).toBe(encoding);
  expect(headers["etag"]).not.toBe(plain.headers.get("etag"));
  expect(headers["vary"]).toBe("Accept-Encoding");
  expect(open(body).toString()).toBe(plain.text);
});

test("rounds come from the database, newest first, and from memory while that is away", async () => {
  await saveRounds(api.database, "test", [
    aRound(T0_MS),
    aRound(T0_MS + 60_000),
    aRound(T0_MS + 120_000, { ok: 5, failed: {} }),
  ]);
  const first = await api.call("/api/v1/rounds?limit=2", { role: "viewer" });
  const { items, nextCursor, total } = first.json as { items: { slot: string }[]; nextCursor: string; total: number };
  expect(items.map(({ slot }) => slot)).toEqual([isoAt(T0_MS + 120_000), isoAt(T0_MS + 60_000)]);
  expect([nextCursor, total]).toEqual([isoAt(T0_MS + 60_000), 3]);
  const rest = await api.call(`/api/v1/rounds?limit=2&cursor=${nextCursor}`, { role: "viewer" });
  expect(rest.json).toMatchObject({ items: [{ slot: isoAt(T0_MS), ok: 4, failed: { timeout: 1 } }], nextCursor: null });
});

test("a watch is handed on; a senseless one is refused", async () => {
  const watch = (forS: unknown) =>
    api.call("/api/v1/sites/site-003/watch", { method: "POST", role: "operator", body: { forS } });
  expect((await watch(300)).status).toBe(204);
  expect(api.watched).toEqual([["site-003", 300]]);
  for (const forS of [0, 3601, "60", null]) expect((await watch(forS)).status).toBe(400);
});

test("a raw reply comes whole; a site without one, or unknown, is not found", async () => {
  const reply = {
    siteId: "site-004",
    slot: isoAt(T0_MS),
    collectedAt: isoAt(T0_MS + 90),
    profile: "bitmain-antbox-hk3@1",
    attempts: 2,
    latencyMs: 90,
    isLate: false,
    replies: { coolerState: { params: { fan1: "true", text: "<script>" } } },
    failedRequests: { minerInfo: "timeout" as const },
  };
  api.replies.set("site-004", reply);
  expect((await api.call("/api/v1/sites/site-004/reply", { role: "operator" })).json).toEqual(reply);
  expect((await api.call("/api/v1/sites/site-005/reply", { role: "operator" })).status).toBe(404);
  const unknown = await api.call("/api/v1/sites/site-999/reply", { role: "operator" });
  expect([unknown.status, unknown.json]).toEqual([404, expect.objectContaining({ code: "site.not-found" })]);
});

test("a profile is tried on recorded replies", async () => {
  const recorded = recordedHk3 as unknown as { cases: { replies: Record<string, unknown> }[] };
  const replies = recorded.cases[0]?.replies ?? {};
  const { status, json } = await api.call("/api/v1/profiles/bitmain-antbox-hk3/try", {
    method: "POST",
    role: "engineer",
    body: { replies },
  });
  expect(status).toBe(200);
  const { snapshot, remarks } = json as { snapshot: { values: object }; remarks: { check: string; verdict: string }[] };
  expect(Object.keys(snapshot.values).length).toBeGreaterThan(20);
  expect(remarks.find(({ check }) => check === "core_points")?.verdict).toBe("pass");
});

test("keys of a prototype in a body do no harm", async () => {
  const rawBody =
    '{"replies": {"__proto__": {"polluted": true}, "constructor": {"x": 1}}, "__proto__": {"admin": true}}';
  const { status } = await api.call("/api/v1/profiles/bitmain-antbox-hk3/try", {
    method: "POST",
    role: "engineer",
    rawBody,
  });
  expect([200, 400]).toContain(status);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test.for([
  { name: "unknown path", path: "/api/v1/nothing", method: "GET", status: 404, code: "request.not-found" },
  { name: "broken escape", path: "/api/v1/sites/%zz", method: "GET", status: 404, code: "request.not-found" },
  { name: "unknown method", path: "/api/v1/sites", method: "DELETE", status: 405, code: "request.method-not-allowed" },
  { name: "unknown profile", path: "/api/v1/profiles/x", method: "GET", status: 404, code: "profile.not-found" },
  { name: "bad id", path: "/api/v1/sites/Site_1", method: "GET", status: 400, code: "request.invalid" },
  { name: "limit too high", path: "/api/v1/sites?limit=5000", method: "GET", status: 400, code: "request.invalid" },
  { name: "limit blank", path: "/api/v1/sites?limit=", method: "GET", status: 400, code: "request.invalid" },
])("$name is a problem with a code", async ({ path, method, status, code }) => {
  const answer = await api.call(path, { method, role: "admin" });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.json).toMatchObject({ status, code, type: `/docs#${code}` });
  if (status === 405) expect(answer.headers.get("allow")).toBe("GET, HEAD, POST");
});

test.for([
  { name: "another content type", headers: { "content-type": "text/plain" }, rawBody: "{}", status: 415 },
  { name: "a form", headers: { "content-type": "application/x-www-form-urlencoded" }, rawBody: "forS=60", status: 415 },
  { name: "a compressed body", headers: { "content-encoding": "gzip" }, rawBody: "{}", status: 415 },
  { name: "no JSON", headers: {}, rawBody: "{", status: 400 },
  {
    name: "a body over 1 MiB",
    headers: {},
    rawBody: JSON.stringify({ replies: { a: "x".repeat(1_100_000) } }),
    status: 413,
  },
])("$name is refused", async ({ headers, rawBody, status }) => {
  const path = "/api/v1/profiles/bitmain-antbox-hk3/try";
  const answer = await api.call(path, {
    method: "POST",
    role: "engineer",
    headers: { ...headers } as Record<string, string>,
    rawBody,
  });
  expect(answer.status).toBe(status);
});

test("a body without a length is cut off at 1 MiB", async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(api.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", (error) => (text ? resolve(text) : reject(error)));
    socket.write(
      `POST /api/v1/profiles/bitmain-antbox-hk3/try HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.token("engineer")}\r\n` +
        "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    for (let sent = 0; sent < 17; sent += 1) socket.write(chunk);
  });
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
  expect(answer).toMatch(/connection: close/i);
});

test("HEAD answers like GET, without the body", async () => {
  const { status, text, headers } = await api.call("/api/v1/points", { method: "HEAD", role: "viewer" });
  expect([status, text]).toEqual([200, ""]);
  expect(Number(headers.get("content-length"))).toBeGreaterThan(1000);
});

test("every answer carries the security headers", async () => {
  for (const path of ["/login", "/healthz", "/api/v1/sites", "/api/v1/nothing"]) {
    const { headers } = await api.call(path);
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("content-security-policy"), path).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get("content-security-policy"), path).not.toContain("unsafe");
    expect(headers.get("referrer-policy"), path).toBe("same-origin");
    expect(headers.get("strict-transport-security"), path).toBeNull();
    expect([null, api.url], path).toContain(headers.get("access-control-allow-origin"));
  }
});

test("the start page leads to the overview, or to the login", async () => {
  const signedIn = await api.call("/", { role: "viewer" });
  expect([signedIn.status, signedIn.headers.get("location")]).toEqual([302, "/dashboard/overview"]);
  const stranger = await api.call("/");
  expect([stranger.status, stranger.headers.get("location")]).toEqual([302, "/login?next=%2F"]);
});

test("files of the login page never come from outside its folder", async () => {
  expect((await api.call("/login")).text).toContain("<title>Login</title>");
  const css = await api.call("/login/assets/index-a1b2c3d4.css");
  expect(css.headers.get("cache-control")).toContain("immutable");
  for (const path of [
    "/login/..%2fapi-under-test.ts",
    "/login/%2e%2e/builders.ts",
    "/login/assets",
    "/login/index.html",
  ]) {
    const { body } = await rawGet(api.url + path, {});
    expect(body.toString(), path).not.toMatch(/import|<title>/);
  }
});

test("what is not ours is left to Node-RED", async () => {
  expect((await fetch(`${api.url}/dashboard/overview`)).status).toBe(299);
  expect((await fetch(`${api.url}/healthz2`)).status).toBe(299);
});

test("who collects what is told with every lease", async () => {
  const { json } = await api.call("/api/v1/collectors", { role: "viewer" });
  expect(json).toMatchObject({
    items: [
      { id: "host-1-aa", isSelf: true, leases: ["collector:1"], sites: 2 },
      { id: "host-2-bb", isSelf: false, leases: ["collector:0"], sites: 1 },
    ],
    orphans: 1,
  });
  expect((json as { leases: unknown[] }).leases).toHaveLength(16);
});

test("metrics have the agreed names", async () => {
  const { text } = await api.call("/metrics", { role: "operator" });
  for (const name of [
    "antbox_round_duration_seconds_bucket",
    'antbox_polls_total{result="ok"} 7',
    "antbox_snapshots_written_total 42",
    "antbox_journal_rows 3",
    "antbox_journal_bytes 10",
    "antbox_write_lag_seconds 0.4",
    "antbox_event_loop_lag_seconds",
    'antbox_collector_sites{collector="host-1-aa"} 2',
    'antbox_collector_leases{collector="host-2-bb"} 1',
    "antbox_sites_orphaned 1",
    "antbox_live_clients 0",
    'antbox_http_requests_total{route="/api/v1/sites/{id}"',
    "nodejs_heap_size_used_bytes",
  ]) {
    expect(text).toContain(name);
  }
});

test("readiness names each reason, and liveness asks nobody", async () => {
  const reasons = async () => {
    nowMs += 2_000;
    const { status, json } = await api.call("/readyz");
    return [status, (json as { reasons: string[] }).reasons];
  };
  expect(await reasons()).toEqual([200, []]);
  api.lifecycle.flowsStarted = false;
  api.journal.bytes = 905;
  expect(await reasons()).toEqual([503, ["flows not started", "journal 91 % full"]]);
  api.lifecycle.flowsStarted = true;
  api.journal.bytes = 10;
  api.journal.isWritable = false;
  expect(await reasons()).toEqual([503, ["journal not writable"]]);
  api.journal.isWritable = true;
  api.lifecycle.isShuttingDown = true;
  expect(await reasons()).toEqual([503, ["shutting down"]]);
  api.lifecycle.isShuttingDown = false;
  expect((await api.call("/healthz")).json).toMatchObject({ status: "ok" });
});

test("the status tells a signed-in page whether there is an editor", async () => {
  const { status, json } = await api.call("/api/v1/status", { role: "viewer" });
  expect([status, json]).toEqual([200, expect.objectContaining({ editor: "readonly", pollIntervalS: 60 })]);
  const { components } = (await api.call("/openapi.json", { role: "viewer" })).json as {
    components: { schemas: Record<string, { required: string[]; properties: Record<string, { enum?: string[] }> }> };
  };
  expect(components.schemas["Status"]?.required).toContain("editor");
  expect(components.schemas["Status"]?.properties["editor"]?.enum).toEqual(["on", "readonly", "off"]);
});

test("without the database: not ready, history says so, rounds and the latest state go on", async () => {
  await api.loseDatabase();
  nowMs += 2_000;
  expect((await api.call("/readyz")).json).toMatchObject({ reasons: ["database not reachable"] });
  const history = await api.call("/api/v1/sites/site-001/history?points=supply_temp_c", { role: "viewer" });
  expect([history.status, history.json]).toEqual([503, expect.objectContaining({ code: "storage.unavailable" })]);
  const collectors = await api.call("/api/v1/collectors", { role: "viewer" });
  expect([collectors.status, collectors.json]).toEqual([503, expect.objectContaining({ code: "storage.unavailable" })]);
  api.liveState.applyRound(aRound(T0_MS + 180_000));
  const rounds = await api.call("/api/v1/rounds", { role: "viewer" });
  expect(rounds.json).toMatchObject({ items: [{ slot: isoAt(T0_MS + 180_000) }], total: 1 });
  expect((await api.call("/api/v1/snapshots", { role: "viewer" })).status).toBe(200);
  // A machine that holds this process up for 2 s makes it "stalled" for a while, and rightly so.
  await expect.poll(async () => (await api.call("/healthz")).status).toBe(200);
});

function rawGet(url: string, headers: Record<string, string>) {
  return new Promise<{ body: Buffer; headers: Record<string, unknown>; status: number }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const path = url.slice(url.indexOf(port) + port.length);
    rawRequest({ hostname, port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ body: Buffer.concat(chunks), headers: response.headers, status: response.statusCode ?? 0 }),
      );
    })
      .on("error", reject)
      .end();
  });
}
