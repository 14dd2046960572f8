import { afterAll, beforeAll, expect, test } from "vitest";
import { createRateLimiter, rateLimitsFor } from "../../api/rate-limit.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";

/** 30 at once; 6 of them costly. */
const PER_S = 2;
let api: ApiUnderTest;
let nowMs = Date.now();

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1)], requestsPerS: PER_S, clock: () => nowMs });
});
afterAll(() => api.close());

async function statuses(count: number, call: () => Promise<{ status: number }>): Promise<Record<number, number>> {
  const seen: Record<number, number> = {};
  for (let n = 0; n < count; n += 1) {
    const { status } = await call();
    seen[status] = (seen[status] ?? 0) + 1;
  }
  return seen;
}

test("a user who asks too much waits, and nobody else does", async () => {
  const asViewer = () => api.call("/api/v1/points", { role: "viewer" });
  expect(await statuses(40, asViewer)).toEqual({ 200: 30, 429: 10 });
  const refused = await asViewer();
  expect(refused.json).toMatchObject({ code: "request.rate-limited", retryAfterS: 1 });
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    "retry-after": "1",
    ratelimit: '"default";r=0;t=15',
    "ratelimit-policy": '"default";q=30',
    "x-content-type-options": "nosniff",
  });
  expect((await api.call("/api/v1/points", { role: "engineer" })).status).toBe(200);
  // What is not there counts, too: that is how addresses are guessed.
  expect((await api.call("/api/v1/nothing", { role: "viewer" })).status).toBe(429);
  nowMs += 1_000;
  expect(await statuses(3, asViewer)).toEqual({ 200: 2, 429: 1 });
});

test("strangers are counted by address, and health checks not at all", async () => {
  expect(await statuses(40, () => api.call("/login"))).toEqual({ 200: 30, 429: 10 });
  expect((await api.call("/api/v1/points")).status).toBe(429);
  expect(await statuses(40, () => api.call("/healthz"))).toEqual({ 200: 40 });
  expect((await api.call("/api/v1/points", { role: "engineer" })).status).toBe(200);
  // A forged token makes nobody of a stranger.
  const headers = { authorization: "Bearer forged.by.somebody" };
  expect((await api.call("/api/v1/points", { headers })).status).toBe(429);
});

test("costly requests have a bucket of their own", async () => {
  const history = () => api.call("/api/v1/sites/site-001/history?points=supply_temp_c", { role: "operator" });
  expect(await statuses(10, history)).toEqual({ 200: 6, 429: 4 });
  expect((await api.call("/api/v1/points", { role: "operator" })).status).toBe(200);
  const file = () => api.call("/api/v1/export?points=supply_temp_c", { role: "admin" });
  expect(await statuses(4, file)).toEqual({ 200: 2, 429: 2 });
});

test("a clock that is set back neither gives nor takes for ever", () => {
  let atMs = 1_000_000;
  const limiter = createRateLimiter(rateLimitsFor(1), () => atMs);
  for (let n = 0; n < 15; n += 1) limiter.take("user", "a");
  atMs -= 500_000;
  expect(limiter.take("user", "a").retryAfterS).toBe(1);
  atMs += 1_000;
  expect(limiter.take("user", "a").retryAfterS).toBeNull();
});

test("a flood of names holds a bounded number of buckets", () => {
  const limiter = createRateLimiter(rateLimitsFor(1), () => 0);
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 400_000; n += 1) limiter.take("anonymous", `address ${n}`);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(80 * 1_048_576);
});
