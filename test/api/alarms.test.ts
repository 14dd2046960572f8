import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Role } from "../../domain/access/session-user.ts";
import type { AlarmListItem, AlarmTransition } from "../../domain/alarms/alarm.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { PLATFORM_RULE_FACTS } from "../../domain/alarms/self-watch/index.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { COMMAND_RULES } from "../../domain/commands/command-alarms.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRaise, aSite, isoAt, T0_MS } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

/** Odd numbers lie in the north, even ones in the south. */
const SITES = Array.from({ length: 210 }, (_, at) => aSite(at + 1));
const HOUR_MS = 3_600_000;
const SUPPLY = "supply-temp-too-high";
const nowMs = T0_MS + HOUR_MS;
let api: ApiUnderTest;
const tokens = new Map<string, string>();

beforeAll(async () => {
  api = await startApi({ sites: SITES, clock: () => nowMs });
  await addActors(api.database, LIMITED);
  for (const { name } of LIMITED) {
    const { json } = await post("/api/v1/auth/login", { username: name, password: PASSWORD });
    tokens.set(name, (json as { accessToken: string }).accessToken);
  }
});
beforeEach(async () => {
  await api.database.query("truncate alarm, alarm_transition");
});
afterAll(() => api.close());

type List = { items: AlarmListItem[]; nextCursor: string | null; total: number };
type History = { items: AlarmTransition[]; nextCursor: string | null };
type Bulk = {
  isDryRun: boolean;
  done: number;
  refused: { id: string; code: string }[];
  scope: { alarms: number; sites: number; refused: number; priorities: object; newestRaisedAt: string | null };
};

/** @param who a role, or the name of somebody with limits */
function as(who: string): { role?: Role; headers?: Record<string, string> } {
  const token = tokens.get(who);
  return token === undefined ? { role: who as Role } : { headers: { authorization: `Bearer ${token}` } };
}
const get = async (path: string, who = "viewer") => api.call(`/api/v1/${path}`, as(who));
const list = async (query = "", who = "viewer") => (await get(`alarms${query}`, who)).json as List;
const post = (path: string, body?: unknown, who?: string) =>
  api.call(path, { method: "POST", ...(body === undefined ? {} : { body }), ...(who === undefined ? {} : as(who)) });
const act = (alarmId: string, verb: string, body?: unknown, who = "operator") =>
  post(`/api/v1/alarms/${alarmId}/${verb}`, body, who);
const bulk = async (verb: string, body: object, who = "operator") =>
  (await post(`/api/v1/alarms/${verb}`, body, who)).json as Bulk;
const idsOf = ({ items }: List) => items.map(({ id }) => id);
const tell = (...events: ConditionEvent[]) => api.alarms.applyConditions(events, null);
const clear = (siteId: string, ruleId: string, atMs: number): ConditionEvent => ({
  type: "cleared",
  siteId,
  segmentId: null,
  ruleId,
  at: isoAt(atMs),
});
const inHours = (hours: number) => isoAt(nowMs + hours * HOUR_MS);

/** How many lines of the trail an action has, and the newest of them. */
async function trail(action: string) {
  const { json } = await api.call(`/api/v1/audit?action=${action}`, { role: "engineer" });
  const { items, total } = json as { items: Record<string, unknown>[]; total: number };
  return { newest: items[0], total };
}

describe("the list", () => {
  beforeEach(async () => {
    await tell(
      aRaise("site-001", { ruleId: "site-unreachable", priority: "high" }),
      aRaise("site-001", { ruleId: SUPPLY, priority: "critical", suppressedBy: "site-001.site-unreachable" }),
      aRaise("site-002", { ruleId: "flow-low", priority: "medium" }, T0_MS + 60_000),
      aRaise("site-003", { ruleId: "flow-low", priority: "medium" }),
      aRaise("site-004", { ruleId: "housekeeping", priority: "low" }),
      clear("site-004", "housekeeping", T0_MS + 120_000),
      aRaise(null, { segmentId: "north-zone-101", ruleId: "segment-down", priority: "critical" }),
    );
  });

  test("is worst first, with titles in both languages and what each one hides", async () => {
    const { items, total } = await list();
    expect(items.map(({ id }) => id)).toEqual([
      "~north-zone-101.segment-down",
      `site-001.${SUPPLY}`,
      "site-001.site-unreachable",
      "site-002.flow-low",
      "site-003.flow-low",
    ]);
    expect(total).toBe(5);
    expect(items[2]?.children).toBe(1);
    const { texts } = DEFAULT_RULES.find(({ id }) => id === SUPPLY) ?? {};
    expect(items[1]?.texts).toEqual({ zh: texts?.["zh-CN"].title, en: texts?.en.title });
  });

  test.for([
    { query: "?present=any", ids: 6 },
    { query: "?present=false", ids: 1 },
    { query: "?state=normal", ids: 1 },
    { query: "?state=active", ids: 5 },
    { query: "?active=true&site=site-001", ids: 2 },
    { query: "?state=suppressed,normal", ids: 2 },
    { query: "?priority=critical", ids: 2 },
    { query: "?priority=high,medium", ids: 3 },
    { query: "?rule=flow-low", ids: 2 },
    { query: "?suppressedBy=site-001.site-unreachable", ids: 1 },
    { query: "?site=site-005", ids: 0 },
    { query: "?region=north", ids: 3 },
    { query: "?region=north&site=site-002", ids: 0 },
    { query: "?text=FLOW-low", ids: 2 },
    { query: "?text=site-001", ids: 2 },
    { query: "?text=flow-low&site=site-003", ids: 1 },
    { query: "?text=nothing%20is%20called%20so", ids: 0 },
  ])("$query finds $ids", async ({ query, ids }) => {
    const { items, total } = await list(query);
    expect([items.length, total]).toEqual([ids, ids]);
  });

  test("has every alarm on one of its pages, once", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: List = await list(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      expect([page.items.length <= 2, page.total]).toEqual([true, 5]);
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(idsOf(await list()));
  });

  test.for([
    { query: "?state=angry", field: "query.state" },
    { query: "?priority=critical,worst", field: "query.priority" },
    { query: "?rule=No Rule", field: "query.rule" },
    { query: "?site=site-999", field: "query.site" },
    { query: "?present=yes", field: "query.present" },
    { query: "?cursor=x", field: "query.cursor" },
    { query: "?limit=501", field: "query.limit" },
  ])("$query is refused by name", async ({ query, field }) => {
    const { status, json } = await get(`alarms${query}`);
    expect([status, json]).toMatchObject([400, { code: "request.invalid", errors: [{ field }] }]);
  });

  test("is counted by priority and site; what is hidden or over is not", async () => {
    const { json } = await get("alarms/summary");
    expect(json).toEqual({
      counts: {
        critical: { present: 1, unacknowledged: 1 },
        high: { present: 1, unacknowledged: 1 },
        medium: { present: 2, unacknowledged: 2 },
        low: { present: 0, unacknowledged: 0 },
      },
      sites: [
        { siteId: "site-001", worst: "high", present: 1, unacknowledged: 1 },
        { siteId: "site-002", worst: "medium", present: 1, unacknowledged: 1 },
        { siteId: "site-003", worst: "medium", present: 1, unacknowledged: 1 },
      ],
      at: isoAt(nowMs),
      isJudging: false,
      judgedAt: null,
    });
  });

  test("of somebody with limits holds their sites, and nothing about segments or the fleet", async () => {
    expect(idsOf(await list("", "viewer-north"))).toEqual([
      `site-001.${SUPPLY}`,
      "site-001.site-unreachable",
      "site-003.flow-low",
    ]);
    const { json } = await get("alarms/summary", "operator-south");
    expect(json).toMatchObject({
      counts: { critical: { present: 0 }, high: { present: 0 }, medium: { present: 1 } },
      sites: [{ siteId: "site-002" }],
    });
    expect((await get("alarms?site=site-002", "viewer-north")).text).toBe(
      (await get("alarms?site=site-999", "viewer-north")).text.replaceAll("site-999", "site-002"),
    );
    const { items } = (await get("rules", "operator-south")).json as { items: { id: string; active: number }[] };
    expect(items.find(({ id }) => id === "flow-low")?.active).toBe(1);
    expect(items.find(({ id }) => id === SUPPLY)?.active).toBe(0);
  });

  test("an alarm comes with its rule and what happened", async () => {
    await act("site-002.flow-low", "notes", { note: "valve 4 was half closed" });
    const { json } = await get("alarms/site-002.flow-low");
    const rule = DEFAULT_RULES.find(({ id }) => id === "flow-low");
    expect(json).toMatchObject({
      id: "site-002.flow-low",
      value: 41.2,
      rule: { texts: rule?.texts, respondWithinMin: rule?.respondWithinMin },
      transitions: [{ kind: "commented", by: "operator", note: "valve 4 was half closed" }, { kind: "raised" }],
    });
    const { json: page } = await get("alarms/site-002.flow-low/transitions?limit=1");
    const { nextCursor, items } = page as History;
    expect(items.map(({ kind }) => kind)).toEqual(["commented"]);
    const { json: rest } = await get(`alarms/site-002.flow-low/transitions?cursor=${nextCursor}`);
    expect(rest).toMatchObject({ items: [{ kind: "raised" }], nextCursor: null });
  });

  test("a foreign alarm is answered, word for word, like one that does not exist, and the trail knows", async () => {
    const [foreign, unknown] = [
      await get("alarms/site-002.flow-low", "viewer-north"),
      await get("alarms/site-999.flow-low", "viewer-north"),
    ];
    expect([foreign.status, foreign.json]).toMatchObject([404, { code: "alarm.not-found" }]);
    expect(foreign.text.replaceAll("site-002", "site-999")).toBe(unknown.text);
    expect((await get("alarms/~north-zone-101.segment-down", "viewer-north")).status).toBe(404);
    expect((await act("site-002.flow-low", "acknowledge", {}, "operator-north")).status).toBe(404);
    expect((await list("?site=site-002")).items[0]?.state).toBe("unacknowledged");
    const refused = async () =>
      (await api.call("/api/v1/audit?actor=operator-north&outcome=refused", { role: "engineer" })).json as List;
    await expect
      .poll(async () => (await refused()).items, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ action: "alarms:acknowledge" }));
  });

  test("the history is filtered by site, rule and time", async () => {
    const history = async (query: string, who = "viewer") =>
      ((await get(`alarm-history${query}`, who)).json as History).items.map(({ alarmId }) => alarmId);
    expect(await history("")).toHaveLength(7);
    expect(await history("?site=site-004")).toHaveLength(2);
    expect(await history("?rule=flow-low,housekeeping")).toHaveLength(4);
    expect(await history("?kind=cleared")).toEqual(["site-004.housekeeping"]);
    expect(await history(`?from=${isoAt(T0_MS + 60_000)}&to=${isoAt(T0_MS + 120_000)}`)).toEqual(["site-002.flow-low"]);
    expect(await history("", "operator-south")).toEqual([
      "site-004.housekeeping",
      "site-002.flow-low",
      "site-004.housekeeping",
    ]);
    expect((await get(`alarm-history?from=${isoAt(T0_MS)}&to=${isoAt(T0_MS)}`)).status).toBe(400);
  });
});

describe("one alarm", () => {
  const ID = `site-001.${SUPPLY}`;
  beforeEach(async () => {
    await tell(aRaise("site-001", { latching: true }));
  });

  test("is acknowledged once, with who and why; a second time is refused and stands in no trail", async () => {
    const { json } = await act(ID, "acknowledge", { note: "fan 2\nstands still" });
    expect(json).toMatchObject({
      state: "acknowledged",
      acknowledgedBy: "operator",
      acknowledged: { note: "fan 2\nstands still", at: isoAt(nowMs) },
    });
    const { newest, total } = await trail("alarm:acknowledge");
    expect(newest).toMatchObject({ actor: "operator", target: ID, outcome: "done", detail: { was: "unacknowledged" } });
    const again = await act(ID, "acknowledge", {}, "engineer");
    expect([again.status, again.json]).toMatchObject([409, { code: "alarm.nothing-to-acknowledge" }]);
    expect((await trail("alarm:acknowledge")).total).toBe(total);
  });

  test("that latches is reset when its condition is over", async () => {
    expect((await act(ID, "reset", {})).json).toMatchObject({ status: 409, code: "alarm.still-active" });
    await tell(clear("site-001", SUPPLY, T0_MS + 60_000));
    expect((await list()).items[0]?.state).toBe("latched");
    expect((await act(ID, "reset", { note: "looked" })).json).toMatchObject({ state: "normal" });
    expect((await act(ID, "reset", {})).json).toMatchObject({ status: 409, code: "alarm.nothing-to-reset" });
  });

  test("is shelved for some hours with a reason, and comes back", async () => {
    for (const until of [inHours(-1), inHours(9), "soon"]) {
      const { status, json } = await act(ID, "shelve", { until, reason: "x" });
      expect([status, json]).toMatchObject([400, { errors: [{ field: "body.until" }] }]);
    }
    expect((await act(ID, "shelve", { until: inHours(1), reason: "" })).status).toBe(400);
    expect((await act(ID, "shelve", { until: inHours(2), reason: "fan is replaced" })).json).toMatchObject({
      state: "shelved",
      shelved: { until: inHours(2), by: "operator", reason: "fan is replaced" },
    });
    expect((await act(ID, "unshelve")).json).toMatchObject({ state: "unacknowledged", shelved: null });
    expect((await act(ID, "unshelve")).json).toMatchObject({ status: 409, code: "alarm.not-shelved" });
    expect((await trail("alarm:unshelve")).newest).toMatchObject({ target: ID });
  });

  test("is taken out of service by an engineer, and back", async () => {
    expect((await act(ID, "out-of-service", { reason: "no sensor" }, "operator")).status).toBe(403);
    expect((await act(ID, "out-of-service", { reason: "no sensor" }, "engineer")).json).toMatchObject({
      state: "out_of_service",
      outOfService: { by: "engineer", reason: "no sensor" },
    });
    expect((await act(ID, "in-service", undefined, "engineer")).json).toMatchObject({ state: "unacknowledged" });
    expect((await act(ID, "in-service", undefined, "engineer")).json).toMatchObject({
      status: 409,
      code: "alarm.not-out-of-service",
    });
  });

  test("is assigned, and given back", async () => {
    expect((await act(ID, "assign", { to: "李伟" })).json).toMatchObject({ assignedTo: "李伟" });
    expect((await act(ID, "assign", { to: "李伟" })).json).toMatchObject({ status: 409, code: "alarm.nothing-new" });
    expect((await act(ID, "assign", { to: null })).json).toMatchObject({ assignedTo: null });
  });

  test("gets a note once, though it is sent twice with the same key", async () => {
    const send = () =>
      api.call(`/api/v1/alarms/${ID}/notes`, {
        method: "POST",
        role: "operator",
        body: { note: "seen" },
        headers: { "idempotency-key": "note-1" },
      });
    const [first, second] = [await send(), await send()];
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    const { transitions } = (await get(`alarms/${ID}`)).json as { transitions: AlarmTransition[] };
    expect(transitions.map(({ kind }) => kind)).toEqual(["commented", "raised"]);
    expect((await trail("alarm:comment")).newest).toMatchObject({ detail: { note: "seen" } });
  });

  test("takes no text that cannot be stored, and no act of a viewer", async () => {
    expect((await act(ID, "notes", { note: "a\u0000b" })).status).toBe(400);
    expect((await act(ID, "notes", { note: "\ud800" })).status).toBe(400);
    expect((await act(ID, "acknowledge", { note: "x".repeat(2001) })).status).toBe(400);
    expect((await act(ID, "acknowledge", { note: "", by: "somebody else" })).status).toBe(400);
    for (const verb of ["acknowledge", "reset"]) expect((await act(ID, verb, {}, "viewer")).status).toBe(403);
  });
});

describe("many alarms", () => {
  test("200 are acknowledged by one request, after a dry run that changes nothing", async () => {
    await tell(...SITES.slice(0, 200).map(({ id }) => aRaise(id)));
    const filter = { rule: SUPPLY, state: "unacknowledged" };
    const tried = await bulk("acknowledge", { filter, dryRun: true });
    expect(tried).toEqual({
      isDryRun: true,
      done: 200,
      refused: [],
      scope: {
        alarms: 200,
        sites: 200,
        refused: 0,
        priorities: { critical: 0, high: 200, medium: 0, low: 0 },
        newestRaisedAt: isoAt(T0_MS),
      },
    });
    expect((await list("?state=unacknowledged")).total).toBe(200);
    const { total } = await trail("alarm:acknowledge");
    // What comes between the look and the act has been seen by nobody.
    await tell(aRaise("site-205", {}, T0_MS + 60_000));
    const seen = { ...filter, raisedUntil: tried.scope.newestRaisedAt };
    expect(await bulk("acknowledge", { filter: seen, note: "storm" })).toMatchObject({ isDryRun: false, done: 200 });
    expect(idsOf(await list("?state=unacknowledged"))).toEqual([`site-205.${SUPPLY}`]);
    const after = await trail("alarm:acknowledge");
    expect(after.total).toBe(total + 1);
    expect(after.newest).toMatchObject({ actor: "operator", detail: { count: 200, note: "storm", filter: seen } });
  });

  test("each that stays as it is is named with its reason", async () => {
    await tell(aRaise("site-001"), aRaise("site-002"), aRaise("site-003"));
    await act(`site-002.${SUPPLY}`, "acknowledge", {});
    const ids = ["site-001", "site-002", "site-004", "site-001"].map((siteId) => `${siteId}.${SUPPLY}`);
    expect(await bulk("acknowledge", { ids })).toMatchObject({
      done: 1,
      refused: [
        { id: `site-004.${SUPPLY}`, code: "alarm.not-found" },
        { id: `site-002.${SUPPLY}`, code: "alarm.nothing-to-acknowledge" },
      ],
      scope: { alarms: 2, refused: 2 },
    });
    expect(idsOf(await list("?state=unacknowledged"))).toEqual([`site-003.${SUPPLY}`]);
  });

  test("are shelved by filter, within one's limits", async () => {
    await tell(aRaise("site-001"), aRaise("site-002"), aRaise(null, { ruleId: "scan-suspect" }));
    const body = { until: inHours(1), reason: "maintenance" };
    expect(await bulk("shelve", { filter: {}, ...body }, "operator-north")).toMatchObject({ done: 1 });
    expect(idsOf(await list("?state=shelved"))).toEqual([`site-001.${SUPPLY}`]);
    const ids = [`site-002.${SUPPLY}`, "~.scan-suspect"];
    expect(await bulk("shelve", { ids, ...body }, "operator-north")).toMatchObject({
      done: 0,
      refused: ids.map((id) => ({ id, code: "alarm.not-found" })),
      scope: { alarms: 0 },
    });
    expect((await post("/api/v1/alarms/shelve", { filter: {}, ...body, until: inHours(9) }, "operator")).status).toBe(
      400,
    );
  });

  test.for([
    { body: {} },
    { body: { ids: [], note: "" } },
    { body: { ids: ["site-001.a"], filter: {} } },
    { body: { filter: { site: "site-999" } } },
    { body: { filter: { nothing: 1 } } },
    { body: { ids: Array.from({ length: 1001 }, (_, n) => `site-${n}.a`) } },
  ])("$body is refused", async ({ body }) => {
    expect((await post("/api/v1/alarms/acknowledge", body, "operator")).status).toBe(400);
  });
});

test("the rules are listed with texts, limits and how many alarms they have", async () => {
  await tell(aRaise("site-001"), aRaise("site-002", { suppressedBy: "maintenance" }));
  const { json } = await get("rules");
  const { items, total } = json as { items: { id: string; condition: string; active: number }[]; total: number };
  const all = DEFAULT_RULES.length + PLATFORM_RULE_FACTS.length + Object.keys(COMMAND_RULES).length;
  expect([items.length, total]).toEqual([all, all]);
  expect(items.find(({ id }) => id === SUPPLY)).toMatchObject({
    condition: "supply_temp_c >= 40 (deadband 2) or supply_temp_too_high or return_temp_too_high",
    active: 2,
    suppressedBy: expect.arrayContaining(["pump-fault"]),
  });
  for (const { condition } of items) expect(condition).not.toMatch(/undefined|\[object|NaN/);
});

test("without the database alarms say so, and nothing is done", async () => {
  await tell(aRaise("site-001"));
  await api.loseDatabase();
  for (const path of ["alarms", "alarms/summary", `alarms/site-001.${SUPPLY}`, "alarm-history", "rules"]) {
    const { status, json } = await get(path);
    expect([path, status, json]).toMatchObject([path, 503, { code: "storage.unavailable" }]);
  }
  expect((await act(`site-001.${SUPPLY}`, "acknowledge", {})).status).toBe(503);
  expect((await post("/api/v1/alarms/acknowledge", { filter: {} }, "operator")).status).toBe(503);
});
