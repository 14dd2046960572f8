import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RuleCheck } from "../../domain/alarms/check-rule.ts";
import type { RulePreview } from "../../domain/alarms/preview-rule.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRaise, aSite, aSnapshot, T0_MS } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

/** Odd numbers lie in the north, even ones in the south. */
const SITES = [aSite(1), aSite(2), aSite(3), aSite(4)];
const LEAK = DEFAULT_RULES.find(({ id }) => id === "leak");
const SCAN = DEFAULT_RULES.find(({ id }) => id === "scan-suspect");
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi({ sites: SITES, clock: () => T0_MS + 5_000 });
  for (const { id } of SITES)
    api.liveState.apply(aSnapshot(id, { values: { supply_temp_c: id === "site-003" ? 41 : 35 } }));
});
beforeEach(() => api.database.query("truncate alarm, alarm_transition"));
afterAll(() => api.close());

const ask = (verb: string, rule: object, headers?: Record<string, string>) =>
  api.call(`/api/v1/rules/${verb}`, {
    method: "POST",
    body: { rule },
    ...(headers ? { headers } : { role: "engineer" as const }),
  });
const withCondition = (condition: object) => ({ ...LEAK, id: "own-rule", latching: false, condition });
const HIGH = withCondition({ kind: "limit", point: "supply_temp_c", op: ">=", limit: 40 });

test("says what a rule watches", async () => {
  const { json } = await ask("check", HIGH);
  expect(json).toEqual({
    isValid: true,
    problem: null,
    condition: "supply_temp_c >= 40",
    clear: null,
    reads: ["supply_temp_c"],
  });
});

test("names position and field of what is wrong, and is no error of the request", async () => {
  const expression = await ask("check", withCondition({ kind: "expression", text: "supply_temp_c >= tempp" }));
  expect(expression.status).toBe(200);
  expect((expression.json as RuleCheck).problem).toMatchObject({
    word: "unknown-name",
    position: 18,
    found: '"tempp"',
  });
  const field = await ask("check", { ...HIGH, priority: "urgent" });
  expect((field.json as RuleCheck).problem).toMatchObject({ code: "rule.invalid", field: "priority" });
});

test("shows where it holds now; a site that has just missed a poll cannot be told", async () => {
  const { json } = await ask("preview", HIGH);
  expect(json as RulePreview).toMatchObject({
    holds: 1,
    clear: 2,
    unknown: 1,
    items: [{ siteId: "site-003", value: 41, limit: 40, unit: "°C" }],
  });
});

test("a rule that cannot be used is no preview", async () => {
  expect((await ask("preview", { ...HIGH, priority: "urgent" })).json).toMatchObject({ code: "rule.invalid" });
});

test("an engineer of the north sees the north only, and tests no rule about the fleet", async () => {
  await addActors(api.database, LIMITED);
  const limited = LIMITED.find(({ name }) => name.startsWith("engineer"));
  const login = { username: limited?.name ?? "", password: PASSWORD };
  const { json } = await api.call("/api/v1/auth/login", { method: "POST", body: login });
  const headers = { authorization: `Bearer ${(json as { accessToken: string }).accessToken}` };
  const preview = (await ask("preview", HIGH, headers)).json as RulePreview;
  expect(preview.holds + preview.clear + preview.unknown).toBe(2);
  expect((await ask("preview", SCAN ?? {}, headers)).json).toMatchObject({ code: "request.invalid" });
});

test("the rules that the platform has about itself are listed, in a class of their own", async () => {
  const { json } = await api.call("/api/v1/rules", { role: "viewer" });
  const { items } = json as { items: { id: string; class: string }[] };
  const classOf = new Map(items.map((rule) => [rule.id, rule.class]));
  expect(classOf.get("platform-write-lag")).toBe("platform");
  expect(classOf.get("leak")).toBe("process");
  await api.alarms.applyConditions([aRaise(null, { ruleId: "platform-write-lag" })], null);
  const { json: alarm } = await api.call("/api/v1/alarms/~.platform-write-lag", { role: "viewer" });
  expect(alarm).toMatchObject({ texts: { en: "The database is behind", zh: "数据库写入延迟" } });
});

test("a rule comes whole, to be copied and changed; the platform's own are no such data", async () => {
  const { json } = await api.call("/api/v1/rules/leak", { role: "viewer" });
  expect(json).toEqual(JSON.parse(JSON.stringify(LEAK)));
  for (const id of ["platform-write-lag", "nothing"]) {
    const { status, json: problem } = await api.call(`/api/v1/rules/${id}`, { role: "viewer" });
    expect([status, problem]).toEqual([404, expect.objectContaining({ code: "request.not-found" })]);
  }
});

test("the state of the platform says what it finds wrong with itself, with the database away too", async () => {
  await api.loseDatabase();
  const { json } = await api.call("/api/v1/status", { role: "viewer" }).finally(() => api.findDatabase());
  expect(json).toMatchObject({
    selfAlarms: [{ ruleId: "platform-write-lag", priority: "high", since: "1970-01-01T00:00:00.000Z" }],
  });
});

test("metrics count the alarms by priority and state, and tell how far the rules are", async () => {
  await api.alarms.applyConditions(
    [aRaise("site-001"), aRaise("site-002"), aRaise(null, { ruleId: "scan-suspect" })],
    null,
  );
  const { text } = await api.call("/metrics", { role: "operator" });
  expect(text).toMatch(/antbox_alarms\{priority="\w+",state="unacknowledged"\} [23]/);
  const lag = Number(/antbox_rule_lag_seconds (\d+(\.\d+)?)/.exec(text)?.[1]);
  expect(lag).toBeGreaterThanOrEqual(42);
  await api.loseDatabase();
  const away = await api.call("/metrics", { role: "operator" }).finally(() => api.findDatabase());
  expect(away.text).not.toContain("antbox_alarms{");
});
