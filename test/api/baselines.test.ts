import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ensureDays } from "../../adapters/database/partitions.ts";
import { saveSamples } from "../../adapters/database/sample-repository.ts";
import type { Role } from "../../domain/access/session-user.ts";
import type { BaselineFinding, SiteBaseline } from "../../domain/alarms/baseline.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { aSnapshot } from "../domain/alarms/fleet-under-test.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite, isoAt, T0_MS } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

const MINUTE_MS = 60_000;
const MINUTES = 320;
const DAY_MS = 86_400_000;
const STRETCH = { from: isoAt(T0_MS - MINUTES * MINUTE_MS), to: isoAt(T0_MS) };
/** Odd numbers lie in the north, even ones in the south. */
const SITES = [aSite(1), aSite(2)];
const PATH = "/api/v1/sites/site-001/baselines";
let api: ApiUnderTest;
const tokens = new Map<string, string>();

type Page = { items: SiteBaseline[]; nextCursor: string | null; total: number };
type Kept = { isDryRun: boolean; items: SiteBaseline[]; found: BaselineFinding[] };

beforeAll(async () => {
  api = await startApi({ sites: SITES });
  await addActors(api.database, LIMITED);
  for (const { name } of LIMITED) {
    const body = { username: name, password: PASSWORD };
    const { json } = await api.call("/api/v1/auth/login", { method: "POST", body });
    tokens.set(name, (json as { accessToken: string }).accessToken);
  }
  const { database } = api;
  if (database.engine.ownPartitions) {
    await ensureDays(database, [STRETCH.from.slice(0, 10), STRETCH.to.slice(0, 10)]);
  }
  await database.query("insert into profile_registry (code) values ('bitmain-antbox-hk3@1') on conflict do nothing");
  const [site] = await database.query("select id from site where code = 'site-001'");
  const samples = Array.from({ length: MINUTES }, (_, minute) => ({
    siteNumber: Number(site?.["id"]),
    profileNumber: 1,
    snapshot: aSnapshot("site-001", T0_MS - (minute + 1) * MINUTE_MS, { values: { supply_flow_m3h: 98 } }),
  }));
  await saveSamples(database, samples);
}, 60_000);
beforeEach(async () => {
  await api.database.query("truncate site_baseline");
});
afterAll(() => api.close());

function as(who: string): { role?: Role; headers?: Record<string, string> } {
  const token = tokens.get(who);
  return token === undefined ? { role: who as Role } : { headers: { authorization: `Bearer ${token}` } };
}
const post = (body: object, who = "engineer", path = PATH) => api.call(path, { method: "POST", ...as(who), body });
const list = async (query = "", who = "viewer") => (await api.call(PATH + query, as(who))).json as Page;
const drop = (id: number, who = "engineer", path = PATH) => api.call(`${path}/${id}`, { method: "DELETE", ...as(who) });

test("a dry run tells value, readings and spread, and keeps nothing", async () => {
  const { status, json } = await post({ quantity: "all", ...STRETCH, dryRun: true });
  const { isDryRun, items, found } = json as Kept;
  expect([status, isDryRun, items, found.length]).toEqual([200, true, [], 6]);
  expect(found[0]).toMatchObject({ quantity: "supply_flow_m3h", value: 98, samples: MINUTES, spread: 0, lack: null });
  expect(found.map(({ quantity }) => quantity)).not.toContain("pump_greased_at_h");
  expect((await list("?past=true")).total).toBe(0);
});

test("what the history gives is kept with where it comes from; what it does not give is said", async () => {
  const { items, found } = (await post({ quantity: "all", ...STRETCH, note: "after the overhaul" })).json as Kept;
  const given = found.filter(({ value }) => value !== null).map(({ quantity }) => quantity);
  expect(items.map(({ quantity }) => quantity)).toEqual(given);
  expect(given).toContain("supply_flow_m3h");
  expect(given).not.toContain("ppue");
  expect(items[0]).toMatchObject({ value: 98, ...STRETCH, samples: MINUTES, setBy: "engineer", isInForce: true });
  const audit = await api.call("/api/v1/audit?action=alarm:set-baseline", { role: "engineer" });
  expect(audit.json).toMatchObject({
    items: [{ target: "site-001", detail: { note: "after the overhaul", values: { supply_flow_m3h: 98 } } }],
  });
  const refused = await post({ quantity: "ppue", ...STRETCH });
  expect([refused.status, refused.json]).toMatchObject([
    409,
    { code: "baseline.not-in-history", detail: expect.stringMatching(/^ppue: 0 readings count .*300 are needed$/) },
  ]);
});

test("a value by hand replaces the one before it, and a voided one brings it back", async () => {
  await post({ quantity: "supply_flow_m3h", value: 101.5, note: "sheet" });
  const { items } = (await post({ quantity: "supply_flow_m3h", value: 99 })).json as Kept;
  const [newest] = items;
  expect(newest).toMatchObject({ value: 99, from: null, samples: null, note: "" });
  expect((await list()).items.map(({ value }) => value)).toEqual([99]);
  expect((await list("?past=true")).items.map(({ value, isInForce }) => [value, isInForce])).toEqual([
    [99, true],
    [101.5, false],
  ]);
  const voided = await drop(newest?.id ?? 0);
  expect([voided.status, voided.json]).toMatchObject([200, { voidedBy: "engineer", isInForce: false }]);
  expect((await list()).items.map(({ value }) => value)).toEqual([101.5]);
  expect((await list("?past=true&limit=1")).nextCursor).toBe(String(newest?.id));
  expect((await list(`?past=true&limit=1&cursor=${newest?.id}`)).items.map(({ value }) => value)).toEqual([101.5]);
  expect((await list("?quantity=ppue&past=true")).total).toBe(0);
});

test("limits hold: others' baselines are neither seen, set nor voided, and operators set none", async () => {
  const { items } = (await post({ quantity: "ppue", value: 1.05 })).json as Kept;
  const south = "/api/v1/sites/site-002/baselines";
  const foreign = (await post({ quantity: "ppue", value: 1.06 }, "engineer", south)).json as Kept;
  expect((await list("", "viewer-north")).total).toBe(1);
  expect((await api.call(south, as("viewer-north"))).json).toMatchObject({ code: "site.not-found" });
  expect((await post({ quantity: "ppue", value: 1.1 }, "engineer-north", south)).json).toMatchObject({
    code: "site.not-found",
  });
  const id = foreign.items[0]?.id ?? 0;
  expect((await drop(id, "engineer-north", south)).json).toMatchObject({ code: "site.not-found" });
  // Through a site of one's own it is not reached either.
  expect((await drop(id, "engineer-north")).json).toMatchObject({ status: 404, code: "baseline.not-found" });
  expect((await post({ quantity: "ppue", value: 1.1 }, "operator")).status).toBe(403);
  expect((await drop(items[0]?.id ?? 0, "operator")).status).toBe(403);
});

test.for([
  { name: "no value and no time", body: { quantity: "ppue" } },
  { name: "half a time", body: { quantity: "ppue", from: STRETCH.from } },
  { name: "a value and a time", body: { quantity: "ppue", value: 1.1, ...STRETCH } },
  { name: "a value for all", body: { quantity: "all", value: 1.1 } },
  { name: "another quantity", body: { quantity: "supply_temp_c", value: 35 } },
  { name: "l/min instead of m³/h", body: { quantity: "supply_flow_m3h", value: 1600 } },
  { name: "an end before the begin", body: { quantity: "ppue", from: STRETCH.to, to: STRETCH.from } },
  { name: "the future", body: { quantity: "ppue", from: STRETCH.from, to: isoAt(Date.now() + DAY_MS) } },
  { name: "32 days", body: { quantity: "ppue", from: isoAt(T0_MS - 32 * DAY_MS), to: STRETCH.to } },
])("$name is refused, and nothing is kept", async ({ body }) => {
  const { status, json } = await post(body);
  expect([status, json]).toMatchObject([400, { code: "request.invalid" }]);
  expect((await list("?past=true")).total).toBe(0);
});

test("while the database is away there is a problem, and no answer", async () => {
  await api.loseDatabase();
  try {
    expect((await api.call(PATH, { role: "viewer" })).json).toMatchObject({ status: 503 });
  } finally {
    await api.findDatabase();
  }
});
