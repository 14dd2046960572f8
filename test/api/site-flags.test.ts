import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Role } from "../../domain/access/session-user.ts";
import type { SiteFlag } from "../../domain/alarms/site-flag.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRaise, aSite, isoAt, T0_MS } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

/** Odd numbers lie in the north, even ones in the south. */
const SITES = Array.from({ length: 50 }, (_, at) => aSite(at + 1));
const HOUR_MS = 3_600_000;
const PATH = "/api/v1/site-flags";
let nowMs = T0_MS;
let api: ApiUnderTest;
const tokens = new Map<string, string>();

beforeAll(async () => {
  api = await startApi({ sites: SITES, clock: () => nowMs });
  await addActors(api.database, LIMITED);
  for (const { name } of LIMITED) {
    const body = { username: name, password: PASSWORD };
    const { json } = await api.call("/api/v1/auth/login", { method: "POST", body });
    tokens.set(name, (json as { accessToken: string }).accessToken);
  }
});
beforeEach(async () => {
  nowMs = T0_MS;
  await api.database.query("truncate site_flag, alarm, alarm_transition");
});
afterAll(() => api.close());

type Page = { items: SiteFlag[]; nextCursor: string | null; total: number };
type Answer = { isDryRun: boolean; items: SiteFlag[]; scope: { sites: string[]; alarms: number } };
function as(who: string): { role?: Role; headers?: Record<string, string> } {
  const token = tokens.get(who);
  return token === undefined ? { role: who as Role } : { headers: { authorization: `Bearer ${token}` } };
}
const flags = async (query = "", who = "viewer") => (await api.call(PATH + query, as(who))).json as Page;
const inHours = (hours: number) => isoAt(T0_MS + hours * HOUR_MS);
const post = (body: object, who = "engineer") =>
  api.call(PATH, {
    method: "POST",
    ...as(who),
    body: { kind: "maintenance", endsAt: inHours(2), reason: "pump is replaced", ...body },
  });
const set = async (body: object, who?: string) => (await post(body, who)).json as Answer;
const end = (id: string, who = "engineer") => api.call(`${PATH}/${id}/end`, { method: "POST", ...as(who) });

test("a dry run tells sites and alarms, and sets nothing", async () => {
  await api.alarms.applyConditions([aRaise("site-001"), aRaise("site-003"), aRaise("site-002")], null);
  const tried = await set({ region: "north", dryRun: true });
  expect([tried.isDryRun, tried.items, tried.scope.alarms]).toEqual([true, [], 2]);
  expect(tried.scope.sites).toHaveLength(25);
  expect((await flags()).total).toBe(0);
});

test("25 sites of a region are put under maintenance at once, with who and why, and one of them is ended", async () => {
  const { items } = await set({ region: "north" });
  expect(items).toHaveLength(25);
  expect(items[0]).toMatchObject({
    siteId: "site-001",
    kind: "maintenance",
    beginsAt: isoAt(T0_MS),
    endsAt: inHours(2),
    setBy: "engineer",
    reason: "pump is replaced",
    endedAt: null,
  });
  const audit = await api.call("/api/v1/audit?action=alarm:flag-sites", { role: "engineer" });
  expect(audit.json).toMatchObject({ items: [{ target: "maintenance", detail: { region: "north", count: 25 } }] });
  nowMs += 60_000;
  const { id = "" } = items[0] ?? {};
  expect((await end(id)).json).toMatchObject({ endedBy: "engineer", endedAt: isoAt(nowMs) });
  expect((await end(id)).json).toMatchObject({ status: 409, code: "alarm.flag-over" });
  expect([(await flags()).total, (await flags("?over=true")).total]).toEqual([24, 25]);
  // Signed in anew: two hours are more than a token lives.
  nowMs += 2 * HOUR_MS;
  const { json } = await api.call("/api/v1/auth/login", {
    method: "POST",
    body: { username: "viewer", password: PASSWORD },
  });
  const headers = { authorization: `Bearer ${(json as { accessToken: string }).accessToken}` };
  const totalOf = async (query: string) => ((await api.call(PATH + query, { headers })).json as Page).total;
  expect([await totalOf(""), await totalOf("?over=true")]).toEqual([0, 25]);
});

test("what is to come is listed already, page by page, by site and kind", async () => {
  await set({ sites: ["site-001", "site-002", "site-003"], beginsAt: inHours(1) });
  await set({ sites: ["site-001"], kind: "curtailment" });
  const first = await flags("?limit=2");
  const second = await flags(`?limit=2&cursor=${first.nextCursor}`);
  expect([first.total, second.nextCursor]).toEqual([4, null]);
  const ids = [...first.items, ...second.items].map(({ siteId, kind }) => `${siteId} ${kind}`);
  expect(ids.at(-1)).toBe("site-001 curtailment");
  expect(new Set(ids).size).toBe(4);
  expect((await flags("?site=site-001")).total).toBe(2);
  expect((await flags("?kind=curtailment")).total).toBe(1);
});

test("limits hold: others' flags are neither seen, set nor ended", async () => {
  const { items } = await set({ sites: ["site-001", "site-002"] });
  expect((await flags("", "viewer-north")).items.map(({ siteId }) => siteId)).toEqual(["site-001"]);
  const foreign = items.find(({ siteId }) => siteId === "site-002");
  expect((await end(foreign?.id ?? "", "engineer-north")).json).toMatchObject({ code: "alarm.flag-not-found" });
  expect((await post({ sites: ["site-002"] }, "engineer-north")).json).toMatchObject({
    code: "request.invalid",
    errors: [{ field: "body.sites" }],
  });
  const own = await set({ zone: "zone-101" }, "engineer-north");
  expect(own.scope.sites.every((siteId) => Number(siteId.slice(-3)) % 2 === 1)).toBe(true);
  expect((await post({ sites: ["site-001"] }, "operator")).status).toBe(403);
});

test.for([
  { name: "no sites", body: {} },
  { name: "an empty list", body: { sites: [] } },
  { name: "a region without sites", body: { region: "west" } },
  { name: "an unknown site", body: { sites: ["site-999"] } },
  { name: "an end in the past", body: { sites: ["site-001"], endsAt: inHours(-1) } },
  { name: "an end before the begin", body: { sites: ["site-001"], beginsAt: inHours(3) } },
  { name: "31 days", body: { sites: ["site-001"], endsAt: inHours(31 * 24) } },
  { name: "no reason", body: { sites: ["site-001"], reason: "" } },
  { name: "another kind", body: { sites: ["site-001"], kind: "holiday" } },
])("$name is refused, and nothing is set", async ({ body }) => {
  const { status, json } = await post(body);
  expect([status, json]).toMatchObject([400, { code: "request.invalid" }]);
  expect((await flags("?over=true")).total).toBe(0);
});
