import { connect } from "node:net";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { markDue, rollUp } from "../../adapters/database/rollup/roll-up.ts";
import { saveSamples } from "../../adapters/database/sample-repository.ts";
import { createNumberResolver } from "../../adapters/database/site-numbers.ts";
import type { FleetHistory, History, SisterHistory } from "../../domain/telemetry/history.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite, aSnapshot, isoAt } from "./builders.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** An hour that is over: the database has partitions from yesterday on. */
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
const NOW_MS = START_MS + 2 * HOUR_MS;
const SITES = 6;
let api: ApiUnderTest;

const tempAt = (site: number, minute: number) => 30 + site + (minute % 10) / 10;

beforeAll(async () => {
  const sites = Array.from({ length: SITES }, (_, index) =>
    aSite(index + 1, index === 5 ? { zone: "zone-102", enabled: false } : {}),
  );
  api = await startApi({ sites, clock: () => NOW_MS });
  const numbers = createNumberResolver(api.database);
  const siteNumbers = await numbers.sites(sites.map(({ id }) => id));
  const profileNumber = (await numbers.profiles(["bitmain-antbox-hk3@1"])).get("bitmain-antbox-hk3@1") ?? 0;
  const minutes = [...Array.from({ length: 30 }, (_, minute) => minute), 40, 41];
  const samples = sites.flatMap(({ id }, index) =>
    minutes.map((minute) => {
      const values = { supply_temp_c: tempAt(index + 1, minute), running_mode: "auto" };
      const snapshot = aSnapshot(id, { values, quality: {} }, START_MS + minute * MINUTE_MS);
      return { siteNumber: siteNumbers.get(id) ?? 0, profileNumber, snapshot };
    }),
  );
  await saveSamples(api.database, samples);
  await markDue(api.database, START_MS, NOW_MS);
  await rollUp(api.database, { nowMs: NOW_MS });
});
afterAll(async () => {
  expect(api.seen.filter((text) => /10\.[12]\.|ECONNREFUSED/.test(text))).toEqual([]);
  await api.close();
});

const get = async <T>(path: string) => {
  const answer = await api.call(`/api/v1/${path}`, { role: "viewer" });
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  return answer.json as T;
};
const RANGE = `from=${isoAt(START_MS)}&to=${isoAt(START_MS + HOUR_MS)}`;

test("a site's history: raw values, the gap as null, the range and the step named", async () => {
  const history = await get<History>(`sites/site-001/history?points=supply_temp_c,leak_detected&${RANGE}`);
  expect([history.step, history.stepS, history.from, history.to]).toEqual([
    "raw",
    60,
    isoAt(START_MS),
    isoAt(START_MS + HOUR_MS),
  ]);
  expect(history.times).toHaveLength(33);
  expect(history.series["supply_temp_c"]?.avg.slice(28)).toEqual([
    tempAt(1, 28),
    tempAt(1, 29),
    null,
    tempAt(1, 40),
    tempAt(1, 41),
  ]);
  expect(history.series["leak_detected"]?.avg.every((value) => value === null)).toBe(true);
});

test("a step that is asked for is taken", async () => {
  const history = await get<History>(`sites/site-001/history?points=supply_temp_c&step=5m&${RANGE}`);
  expect([history.step, history.stepS]).toEqual(["5m", 300]);
  expect(history.series["supply_temp_c"]?.min.filter((value) => value !== null)).toEqual([
    31, 31.5, 31, 31.5, 31, 31.5, 31,
  ]);
});

test("a long range comes in a coarser step", async () => {
  const from = isoAt(NOW_MS - 60 * 24 * HOUR_MS);
  const history = await get<History>(`sites/site-001/history?points=supply_temp_c&from=${from}&to=${isoAt(NOW_MS)}`);
  expect([history.step, history.stepS]).toEqual(["1h", 3600]);
  expect(history.times.at(-1)).toBe(isoAt(START_MS));
});

test("the fleet: one point on one grid, enabled sites only unless they are named", async () => {
  const fleet = await get<FleetHistory>(`history?point=supply_temp_c&${RANGE}`);
  expect([fleet.point, fleet.step, fleet.times.length]).toEqual(["supply_temp_c", "5m", 12]);
  expect(Object.keys(fleet.sites)).toEqual(["site-001", "site-002", "site-003", "site-004", "site-005"]);
  expect(Object.keys(fleet.sites["site-002"] ?? {})).toEqual(["avg"]);
  const { sites } = await get<FleetHistory>(`history?point=supply_temp_c&values=envelope&${RANGE}`);
  expect(sites["site-002"]?.min).toEqual([32, 32.5, 32, 32.5, 32, 32.5, null, null, 32, null, null, null]);
  const named = await get<FleetHistory>(`history?point=supply_temp_c&sites=site-006,site-001&${RANGE}`);
  expect(Object.keys(named.sites)).toEqual(["site-001", "site-006"]);
  const northern = await get<FleetHistory>(`history?point=supply_temp_c&region=north&${RANGE}`);
  expect(Object.keys(northern.sites)).toEqual(["site-001", "site-003", "site-005"]);
});

test("the sisters of a site: the circle they were taken from, median and quartiles, without the site itself", async () => {
  const sisters = await get<SisterHistory>(`sites/site-001/history/sisters?points=supply_temp_c&step=5m&${RANGE}`);
  expect(sisters).toMatchObject({
    siteId: "site-001",
    basis: expect.stringMatching(/^(zone|region|profile)$/),
    step: "5m",
  });
  expect(sisters.times).toHaveLength(12);
  expect(sisters.sisters).toBeGreaterThanOrEqual(2);
  expect(sisters.series["supply_temp_c"]?.median[0]).toBeGreaterThan(tempAt(1, 4) + 0.5);
});

test("the snapshot before a moment, or none", async () => {
  const before = await get<Snapshot>(`sites/site-002/snapshot?before=${isoAt(START_MS + 35 * MINUTE_MS)}`);
  expect([before.slot, before.values.supply_temp_c]).toEqual([isoAt(START_MS + 29 * MINUTE_MS), tempAt(2, 29)]);
  const none = await api.call(`/api/v1/sites/site-002/snapshot?before=${isoAt(START_MS)}`, { role: "viewer" });
  expect([none.status, none.json]).toEqual([404, expect.objectContaining({ code: "request.not-found" })]);
});

test.for([
  { path: "sites/site-001/history?points=supply_temp_x", field: "query.points", says: "/api/v1/points" },
  { path: "sites/site-001/history?points=__proto__", field: "query.points", says: "/api/v1/points" },
  { path: "sites/site-001/history?", field: "query.points", says: "string" },
  { path: "sites/site-001/history?points=supply_temp_c&step=1m", field: "query.step", says: "raw" },
  {
    path: `sites/site-001/history?points=supply_temp_c&from=${isoAt(START_MS)}&to=${isoAt(START_MS)}`,
    field: "query.to",
    says: "later",
  },
  {
    path: `sites/site-001/history?points=supply_temp_c&from=${isoAt(NOW_MS + HOUR_MS)}&to=${isoAt(NOW_MS + 2 * HOUR_MS)}`,
    field: "query.from",
    says: "future",
  },
  {
    path: `sites/site-001/history?points=supply_temp_c&step=raw&from=${isoAt(NOW_MS - 20_001 * MINUTE_MS)}`,
    field: "query.from",
    says: "1200000 s",
  },
  { path: "sites/site-001/history?points=supply_temp_c&from=yesterday", field: "query.from", says: "ISO" },
  { path: "sites/site-001/history?points=supply_temp_c&points=return_temp_c", field: "query.points", says: "string" },
  { path: "sites/site-001/history?points=supply_temp_c&form=1", field: "query", says: "form" },
  { path: "history?point=supply_temp_x", field: "query.point", says: "supply_temp_x" },
  { path: "history?point=supply_temp_c&step=raw", field: "query.step", says: "5m" },
  { path: "history?point=supply_temp_c&sites=site-001,site-999", field: "query.sites", says: "site-999" },
  { path: "history?point=supply_temp_c&region=nowhere", field: "query.region", says: "nowhere" },
  { path: "history?point=supply_temp_c&zone=zone-9", field: "query.zone", says: "zone-9" },
  { path: "history?point=supply_temp_c&zone=zone-102", field: "query", says: "at least one site" },
  { path: "sites/site-001/history/sisters?points=nothing", field: "query.points", says: "nothing" },
  { path: "sites/site-001/snapshot?before=noon", field: "query.before", says: "ISO" },
])("refuses $path and names the field", async ({ path, field, says }) => {
  const { status, json } = await api.call(`/api/v1/${path}`, { role: "viewer" });
  expect([status, json]).toEqual([400, expect.objectContaining({ code: "request.invalid" })]);
  const [error] = (json as { errors: { field: string; value: string; allowed: string }[] }).errors;
  expect(error?.field).toBe(field);
  expect(`${error?.value} ${error?.allowed}`).toContain(says);
});

test.for(["sites/site-999/history?points=supply_temp_c", "sites/site-999/history/sisters?points=supply_temp_c"])(
  "a site that does not exist is not found: %s",
  async (path) => {
    const { status, json } = await api.call(`/api/v1/${path}`, { role: "viewer" });
    expect([status, json]).toEqual([404, expect.objectContaining({ code: "site.not-found" })]);
  },
);

test("an export is a file with every value: CSV", async () => {
  const { status, headers, text } = await api.call(
    `/api/v1/export?sites=site-002&points=supply_temp_c,running_mode&step=raw&${RANGE}`,
    { role: "operator" },
  );
  expect(status).toBe(200);
  expect(headers.get("content-type")).toMatch(/^text\/csv/);
  expect(headers.get("content-disposition")).toMatch(
    /^attachment; filename="antbox-\d{8}T\d{6}Z-\d{8}T\d{6}Z-raw\.csv"$/,
  );
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toBe("site,time,supply_temp_c,running_mode");
  expect(lines[1]).toBe(`site-002,${isoAt(START_MS)},32,auto`);
  expect(lines).toHaveLength(33);
});

test("an export is a file with every value: Parquet", async () => {
  const response = await fetch(`${api.url}/api/v1/export?points=supply_temp_c&format=parquet&step=raw&${RANGE}`, {
    headers: { authorization: `Bearer ${api.token("operator")}` },
  });
  expect(response.headers.get("content-type")).toBe("application/vnd.apache.parquet");
  const rows = await parquetReadObjects({ file: await response.arrayBuffer() });
  expect(rows).toHaveLength(5 * 32);
  expect(rows[0]).toEqual({ site: "site-001", time: new Date(START_MS), supply_temp_c: 31 });
});

test("whoever asks for the head gets no file", async () => {
  const { status, text, headers } = await api.call(`/api/v1/export?points=supply_temp_c&${RANGE}`, {
    role: "operator",
    method: "HEAD",
  });
  expect([status, text, headers.get("content-disposition")?.slice(0, 10)]).toEqual([200, "", "attachment"]);
});

test.for([
  { query: "points=supply_temp_c&format=pdf", field: "query.format", says: "csv" },
  { query: "points=", field: "query.points", says: "no such point" },
  { query: `points=supply_temp_c&sites=nobody&${RANGE}`, field: "query.sites", says: "nobody" },
])("an export refuses $query", async ({ query, field, says }) => {
  const { status, json } = await api.call(`/api/v1/export?${query}`, { role: "operator" });
  expect(status).toBe(400);
  const [error] = (json as { errors: { field: string; value: string; allowed: string }[] }).errors;
  expect(error?.field).toBe(field);
  expect(`${error?.value} ${error?.allowed}`).toContain(says);
});

test("a viewer may look, but not carry away", async () => {
  const { status } = await api.call(`/api/v1/export?points=supply_temp_c&${RANGE}`, { role: "viewer" });
  expect(status).toBe(403);
});

test("a client that goes away in the middle harms nobody", async () => {
  const path = `/api/v1/export?points=supply_temp_c&step=raw&${RANGE}`;
  for (let time = 0; time < 6; time += 1) {
    const socket = connect(api.port, "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.token("operator")}\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.destroy();
  }
  await expect.poll(async () => (await api.call(path, { role: "operator" })).status, { timeout: 5_000 }).toBe(200);
});

test("without the database every question says so, also an export before its first byte", async () => {
  await api.loseDatabase();
  const paths = [
    `sites/site-001/history?points=supply_temp_c&${RANGE}`,
    `history?point=supply_temp_c&${RANGE}`,
    `sites/site-001/history/sisters?points=supply_temp_c&${RANGE}`,
    `sites/site-001/snapshot?before=${isoAt(NOW_MS)}`,
    `export?points=supply_temp_c&${RANGE}`,
    `export?points=supply_temp_c&format=xlsx&${RANGE}`,
  ];
  for (const path of paths) {
    const { status, json } = await api.call(`/api/v1/${path}`, { role: "operator" });
    expect([path, status, json]).toEqual([path, 503, expect.objectContaining({ code: "storage.unavailable" })]);
  }
});
