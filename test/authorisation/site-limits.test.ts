import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { markDue, rollUp } from "../../adapters/database/rollup/roll-up.ts";
import { saveRounds } from "../../adapters/database/round-repository.ts";
import { saveSamples } from "../../adapters/database/sample-repository.ts";
import { createNumberResolver } from "../../adapters/database/site-numbers.ts";
import type { SisterHistory } from "../../domain/telemetry/history.ts";
import { type ApiUnderTest, startApi } from "../api/api-under-test.ts";
import { aRound, aSite, aSnapshot, isoAt } from "../api/builders.ts";
import { PASSWORD } from "../api/test-database.ts";
import { type Actor, addActors, LIMITED } from "./actors.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** An hour that is over: the database has partitions from yesterday on. */
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
const NOW_MS = START_MS + 2 * HOUR_MS;
const RANGE = `from=${isoAt(START_MS)}&to=${isoAt(START_MS + HOUR_MS)}`;
/** Odd numbers lie in the north, even ones in the south, all in a zone of one name. */
const FLEET = Array.from({ length: 10 }, (_, at) => aSite(at + 1));
const NORTH_IDS = FLEET.flatMap(({ id, region }) => (region === "north" ? [id] : []));
const SOUTH_IDS = FLEET.flatMap(({ id, region }) => (region === "south" ? [id] : []));
/** Somebody who may see two sites of different regions, and somebody who may see none. */
const TWO: Actor = {
  name: "viewer-two",
  role: "viewer",
  scope: { regions: [], zones: [], sites: ["site-001", "site-002"] },
};
const NONE: Actor = { name: "viewer-none", role: "viewer", scope: { regions: [], zones: [], sites: [] } };

let api: ApiUnderTest;
const tokens = new Map<string, string>();

beforeAll(async () => {
  api = await startApi({ sites: FLEET, clock: () => NOW_MS });
  await addActors(api.database, [...LIMITED, TWO, NONE]);
  for (const { name } of [...LIMITED, TWO, NONE]) {
    const body = { username: name, password: PASSWORD };
    const { json } = await api.call("/api/v1/auth/login", { method: "POST", body });
    tokens.set(name, (json as { accessToken: string }).accessToken);
  }
  const numbers = createNumberResolver(api.database);
  const siteNumbers = await numbers.sites(FLEET.map(({ id }) => id));
  const profileNumber = (await numbers.profiles(["bitmain-antbox-hk3@1"])).get("bitmain-antbox-hk3@1") ?? 0;
  const samples = FLEET.flatMap(({ id, region }, index) =>
    Array.from({ length: 30 }, (_, minute) => {
      const values = { supply_temp_c: (region === "north" ? 30 : 50) + index / 10 };
      const snapshot = aSnapshot(id, { values, quality: {} }, START_MS + minute * MINUTE_MS);
      return { siteNumber: siteNumbers.get(id) ?? 0, profileNumber, snapshot };
    }),
  );
  await saveSamples(api.database, samples);
  await markDue(api.database, START_MS, NOW_MS);
  await rollUp(api.database, { nowMs: NOW_MS });
  await saveRounds(api.database, "host-1", [
    aRound(NOW_MS - MINUTE_MS, {
      sites: 10,
      ok: 7,
      late: 1,
      lateSites: ["site-002"],
      failed: { timeout: 1, bad_json: 1 },
      failedSites: { timeout: ["site-001"], bad_json: ["site-004"] },
      slowest: { siteId: "site-006", latencyMs: 80 },
    }),
  ]);
});
beforeEach(() => {
  api.setSites(FLEET);
});
afterAll(() => api.close());

let step = 0;
/** A newer snapshot of every site: hot in the south, and one site of each region out of line. */
function moveAll(): void {
  step += 1;
  for (const { id, region } of FLEET) {
    const isOdd = id === "site-001" || id === "site-002";
    const supply_temp_c = (region === "north" ? 30 : 50) + (isOdd ? 9 : 0);
    api.liveState.apply(aSnapshot(id, { values: { supply_temp_c }, quality: {} }, NOW_MS - MINUTE_MS + step * 1000));
  }
}

type Listed = { items: { id?: string; siteId?: string }[]; total: number; nextCursor: string | null };
const as = (name: string) => ({ headers: { authorization: `Bearer ${tokens.get(name)}` } });
async function get<T = Listed>(name: string, path: string): Promise<T> {
  const answer = await api.call(`/api/v1/${path}`, as(name));
  expect([path, answer.status, answer.text.slice(0, 200)]).toEqual([path, 200, expect.any(String)]);
  return answer.json as T;
}
const idsOf = ({ items }: Listed) => items.map(({ id, siteId }) => id ?? siteId);

test.for([
  { name: "viewer-north", ids: NORTH_IDS },
  { name: "operator-south", ids: SOUTH_IDS },
  { name: "viewer-two", ids: ["site-001", "site-002"] },
  { name: "viewer-none", ids: [] },
])("lists and totals of $name are of the own sites", async ({ name, ids }) => {
  moveAll();
  for (const list of ["sites", "snapshots"]) {
    const all = await get(name, list);
    expect([idsOf(all), all.total, all.nextCursor]).toEqual([ids, ids.length, null]);
    const paged: (string | undefined)[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Listed = await get(name, `${list}?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.total).toBe(ids.length);
      paged.push(...idsOf(page));
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(ids);
  }
});

test("a site outside the limits is answered, word for word, like one that does not exist", async () => {
  moveAll();
  const requests = [
    { path: (id: string) => `sites/${id}` },
    { path: (id: string) => `sites/${id}/snapshot` },
    { path: (id: string) => `sites/${id}/snapshot?before=${isoAt(NOW_MS)}` },
    { path: (id: string) => `sites/${id}/reply` },
    { path: (id: string) => `sites/${id}/history?points=supply_temp_c&${RANGE}` },
    { path: (id: string) => `sites/${id}/history/sisters?points=supply_temp_c&${RANGE}` },
    { path: (id: string) => `sites/${id}/lab-readings` },
    { path: (id: string) => `sites/${id}/lab-readings/latest` },
    { path: (id: string) => `sites/${id}/watch`, body: { forS: 60 } },
    { path: (id: string) => `sites/${id}/lab-readings`, body: { takenAt: isoAt(NOW_MS), values: { coolant_ph: 8 } } },
    { path: (id: string) => `sites/${id}/lab-readings/1/void`, body: {} },
    { path: (id: string) => `history?point=supply_temp_c&sites=${id}&${RANGE}` },
    { path: (id: string) => `export?points=supply_temp_c&sites=site-001,${id}&${RANGE}` },
  ];
  for (const { path, body } of requests) {
    const ask = async (id: string) => {
      const options = { ...as("operator-north"), ...(body ? { method: "POST", body } : {}) };
      const { status, text } = await api.call(`/api/v1/${path(id)}`, options);
      return [status, text.replaceAll(id, "<id>")];
    };
    const [foreign, unknown] = [await ask("site-002"), await ask("site-999")];
    expect(foreign, path("site-002")).toEqual(unknown);
    expect([400, 404]).toContain(foreign[0]);
  }
  expect(api.watched.filter(([siteId]) => siteId === "site-002")).toEqual([]);
});

test.for([
  { query: "region=south", field: "query.region" },
  { query: "region=nowhere", field: "query.region" },
  { query: "sites=site-002", field: "query.sites" },
])("a selection by $query names nothing for somebody of the north", async ({ query, field }) => {
  for (const path of ["history?point=supply_temp_c", "export?points=supply_temp_c"]) {
    const { status, json } = await api.call(`/api/v1/${path}&${query}`, as("operator-north"));
    expect([status, json]).toEqual([400, expect.objectContaining({ errors: [expect.objectContaining({ field })] })]);
  }
});

test("the history of many sites and its export hold the own ones only", async () => {
  type Fleet = { sites: Record<string, unknown> };
  const heat = (name: string, query = "") => get<Fleet>(name, `history?point=supply_temp_c&${RANGE}${query}`);
  expect(Object.keys((await heat("operator-north")).sites)).toEqual(NORTH_IDS);
  expect(Object.keys((await heat("viewer-two", "&zone=zone-101")).sites)).toEqual(["site-001", "site-002"]);
  expect(Object.keys((await heat("viewer-none")).sites)).toEqual([]);
  const exported = await api.call(`/api/v1/export?points=supply_temp_c&step=raw&${RANGE}`, as("operator-south"));
  const sites = exported.text.split("\r\n").flatMap((line) => /^site-\d+/.exec(line)?.[0] ?? []);
  expect([...new Set(sites)]).toEqual(SOUTH_IDS);
  expect(sites).toHaveLength(SOUTH_IDS.length * 30);
});

test("sisters outside the limits count in no median", async () => {
  const path = `sites/site-001/history/sisters?points=supply_temp_c&step=5m&${RANGE}`;
  const { json } = await api.call(`/api/v1/${path}`, { role: "viewer" });
  // Same region: four of the north, whoever asks.
  expect((json as SisterHistory).sisters).toBe(4);
  expect((await get<SisterHistory>("viewer-north", path)).sisters).toBe(4);
  // Whoever sees one other site only is told of that one, and of no neighbour that he may not see.
  const two = await get<SisterHistory>("viewer-two", path);
  expect([two.sisters, two.basis]).toEqual([1, "profile"]);
  expect(two.series["supply_temp_c"]?.median.find((value) => value !== null)).toBeCloseTo(50.1);
});

test("outliers are found among, and told of, the own sites", async () => {
  moveAll();
  type Outliers = { items: { siteId: string }[]; total: number };
  const found = async (name: string) => {
    const { items, total } = await get<Outliers>(name, "outliers?point=supply_temp_c");
    expect(total).toBe(items.length);
    return items.map(({ siteId }) => siteId);
  };
  expect(await found("viewer-north")).toEqual(["site-001"]);
  expect(await found("operator-south")).toEqual(["site-002"]);
  expect(await found("viewer-two")).toEqual([]);
});

test("rounds count the own sites, from the database and from memory", async () => {
  type Rounds = { items: Record<string, unknown>[]; total: number };
  const [north, south] = [await get<Rounds>("viewer-north", "rounds"), await get<Rounds>("operator-south", "rounds")];
  expect(north.items[0]).toMatchObject({ sites: 5, ok: 4, late: 0, failed: { timeout: 1 }, slowest: null });
  expect(south.items[0]).toMatchObject({ sites: 5, ok: 3, late: 1, failed: { bad_json: 1 } });
  expect(south.items[0]).toMatchObject({ slowest: { siteId: "site-006", latencyMs: 80 } });
  const whole = await api.call("/api/v1/rounds", { role: "viewer" });
  expect((whole.json as Rounds).items[0]).toMatchObject({ sites: 10, ok: 7, late: 1 });
});

test("what counts the whole fleet is not told to whoever sees a part of it", async () => {
  const limited = await get<{ journal: unknown; writer: unknown; version: string }>("viewer-north", "status");
  expect([limited.journal, limited.writer, limited.version]).toEqual([null, null, "0.1.0"]);
  const whole = await api.call("/api/v1/status", { role: "viewer" });
  expect(whole.json).toMatchObject({ journal: { rows: 3 }, writer: { written: 42 } });
  expect((await api.call("/metrics", as("operator-north"))).status).toBe(403);
  type Collectors = { items: { sites: number }[]; orphans: number };
  const countOf = ({ items, orphans }: Collectors) => items.reduce((sum, { sites }) => sum + sites, orphans);
  expect(countOf(await get<Collectors>("viewer-north", "collectors"))).toBe(NORTH_IDS.length);
  expect(countOf(await get<Collectors>("viewer-none", "collectors"))).toBe(0);
});

test("an engineer of a region imports into that region only", async () => {
  const rawBody =
    "site,time,supply_temp_c\nsite-001,2026-01-01T00:00:00Z,35\nsite-002,2026-01-01T00:00:00Z,35\nsite-999,2026-01-01T00:00:00Z,35\n";
  const headers = { ...as("engineer-north").headers, "content-type": "text/csv" };
  const send = async (query: string) => {
    const { json } = await api.call(`/api/v1/import/history?${query}`, { method: "POST", rawBody, headers });
    return json as { rows: number; added: number; problems: { line: number; field: string; allowed: string }[] };
  };
  const tried = await send("dryRun=true");
  expect(tried.problems.map(({ line, field }) => [line, field])).toEqual([
    [3, "site"],
    [4, "site"],
  ]);
  expect(new Set(tried.problems.map(({ allowed }) => allowed)).size).toBe(1);
  expect((await send("skipBadLines=true")).rows).toBe(1);
  const stored = await api.database.query(
    "select s.code from sample join site s on s.id = site_id where slot < '2026-02-01T00:00:00Z'",
  );
  expect(stored.map(({ code }) => code)).toEqual(["site-001"]);
});

test("people with the same limits share a representation, others never do", async () => {
  moveAll();
  const tagOf = async (name: string) => {
    const { headers } = await api.call("/api/v1/snapshots", as(name));
    return headers.get("etag") ?? "";
  };
  const [north, alike, south] = [
    await tagOf("viewer-north"),
    await tagOf("operator-north"),
    await tagOf("operator-south"),
  ];
  expect(alike).toBe(north);
  expect(south).not.toBe(north);
  const ask = (name: string, tag: string) =>
    api.call("/api/v1/snapshots", { headers: { ...as(name).headers, "if-none-match": tag } });
  expect((await ask("viewer-north", north)).status).toBe(304);
  expect((await ask("operator-south", north)).status).toBe(200);
  const whole = (await api.call("/api/v1/snapshots", { role: "viewer" })).headers.get("etag") ?? "";
  expect((await ask("viewer-north", whole)).status).toBe(200);
  moveAll();
  await expect.poll(() => tagOf("viewer-north")).not.toBe(north);
});

test("a site that moves to another region goes from one person's list to another's", async () => {
  moveAll();
  expect(idsOf(await get("viewer-north", "snapshots"))).toContain("site-003");
  api.setSites(FLEET.map((site) => (site.id === "site-003" ? { ...site, region: "south" } : site)));
  expect(idsOf(await get("viewer-north", "snapshots"))).not.toContain("site-003");
  expect(idsOf(await get("viewer-north", "sites"))).not.toContain("site-003");
  expect(idsOf(await get("operator-south", "sites"))).toContain("site-003");
  expect((await api.call("/api/v1/sites/site-003", as("viewer-north"))).status).toBe(404);
});

test("limits that change count within two seconds, and on what is asked next", async () => {
  expect(idsOf(await get("operator-south", "sites"))).toEqual(SOUTH_IDS);
  const change = (scope: string | null) =>
    api.database.query("update user_account set scope = $1::jsonb where username = 'operator-south'", [scope]);
  await change('{"regions":[],"zones":[],"sites":["site-005"]}');
  const started = performance.now();
  await expect
    .poll(async () => idsOf(await get("operator-south", "sites")), { timeout: 10_000, interval: 50 })
    .toEqual(["site-005"]);
  process.stdout.write(`another scope counted after ${Math.round(performance.now() - started)} ms\n`);
  // What cannot be read is no limit that was lifted.
  await change('{"regions":"all"}');
  await expect
    .poll(async () => (await get("operator-south", "sites")).total, { timeout: 10_000, interval: 50 })
    .toBe(0);
  await change(null);
  await expect
    .poll(async () => (await get("operator-south", "sites")).total, { timeout: 10_000, interval: 50 })
    .toBe(FLEET.length);
});

test("what somebody with limits tried outside them stands in the audit trail, once in a while", async () => {
  for (let again = 0; again < 3; again += 1) await api.call("/api/v1/sites/site-002", as("viewer-north"));
  const entries = async () =>
    (await api.call("/api/v1/audit?actor=viewer-north&outcome=refused", { role: "engineer" })).json as {
      items: { action: string; target: string }[];
    };
  await expect
    .poll(async () => (await entries()).items, { timeout: 10_000, interval: 100 })
    .toContainEqual(expect.objectContaining({ action: "sites:read", target: "GET /api/v1/sites/{id}" }));
  const own = (await api.call("/api/v1/audit?actor=viewer&outcome=refused", { role: "engineer" })).json;
  expect(own).toMatchObject({ total: 0 });
});
