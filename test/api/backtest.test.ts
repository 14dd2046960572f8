import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { saveSamples } from "../../adapters/database/sample-repository.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { addActors, LIMITED } from "../authorisation/actors.ts";
import { aSnapshot } from "../domain/alarms/fleet-under-test.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { PASSWORD } from "./test-database.ts";

const SITES = [aSite(1), aSite(2)];
const MINUTE_MS = 60_000;
/** Today, so that its partition is there. */
const TO_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const FROM_MS = TO_MS - 30 * MINUTE_MS;
const PATH = "/api/v1/rules/backtest";
const STRETCH = { from: new Date(FROM_MS).toISOString(), to: new Date(TO_MS).toISOString() };
const HOT = DEFAULT_RULES.find(({ id }) => id === "supply-temp-too-high");

type Job = {
  id: string;
  state: string;
  ruleIds: string[];
  result: { firings: number; sites: number; rules: { ruleId: string }[]; items: { siteId: string }[] } | null;
  difference: { onlyBefore: number; onlyAfter: number; both: number } | null;
  failure: { code: string } | null;
};
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi({ sites: SITES });
  await addActors(api.database, LIMITED);
  await api.database.query(
    "insert into profile_registry (code) values ('bitmain-antbox-hk3@1') on conflict do nothing",
  );
  const sites = await api.database.query("select id, code from site");
  for (let minute = 0; minute < 30; minute++) {
    const hot = minute >= 10 && minute < 15 ? { values: { supply_temp_c: 41.5 } } : {};
    const samples = sites.map((row) => ({
      siteNumber: Number(row["id"]),
      profileNumber: 1,
      snapshot: aSnapshot(String(row["code"]), FROM_MS + minute * MINUTE_MS, hot),
    }));
    await saveSamples(api.database, samples);
  }
});
afterAll(() => api.close());

const post = (body: object, call: object = { role: "engineer" }) => api.call(PATH, { method: "POST", body, ...call });
const get = async (id: string, call: object = { role: "engineer" }) => api.call(`${PATH}/${id}`, call);

async function finished(body: object, call: object = { role: "engineer" }): Promise<Job> {
  const { status, json, headers } = await post(body, call);
  expect([status, headers.get("location")]).toEqual([202, `${PATH}/${(json as Job).id}`]);
  return vi.waitFor(
    async () => {
      const job = (await get((json as Job).id, call)).json as Job;
      expect(job.state).not.toBe("running");
      return job;
    },
    { timeout: 20_000, interval: 50 },
  );
}

test("a rule in force is run over history, and the trail says so", async () => {
  const { state, result, ruleIds, failure } = await finished({ ruleIds: ["supply-temp-too-high"], ...STRETCH });
  expect([state, failure, ruleIds]).toEqual(["done", null, ["supply-temp-too-high"]]);
  expect(result).toMatchObject({ firings: 2, sites: 2, rules: [{ ruleId: "supply-temp-too-high" }] });
  const { json } = await api.call("/api/v1/audit?action=rule:backtest", { role: "engineer" });
  expect((json as { items: unknown[] }).items[0]).toMatchObject({ actor: "engineer", outcome: "done" });
});

test("an edited rule is compared with the one in force", async () => {
  const edited = { ...HOT, onDelayS: 3_000 };
  const { difference, result } = await finished({ rules: [edited], compareWith: "in-force", ...STRETCH });
  expect(result?.firings).toBe(0);
  expect(difference).toMatchObject({ onlyBefore: 2, onlyAfter: 0, both: 0 });
});

test("a rule that is off is tested before it is switched on", async () => {
  const { result } = await finished({ rules: [{ ...HOT, enabled: false }], ...STRETCH });
  expect(result?.firings).toBe(2);
});

describe("what is wrong is refused by name", () => {
  test.for([
    { body: { ruleIds: ["nobody"] }, code: "request.invalid" },
    // Of cameras no history is kept.
    { body: { ruleIds: ["camera-offline"] }, code: "request.invalid" },
    { body: { ruleIds: ["segment-cameras-offline"] }, code: "request.invalid" },
    { body: { ruleIds: ["supply-temp-too-high"], to: STRETCH.from, from: STRETCH.to }, code: "request.invalid" },
    { body: { from: "2020-01-01T00:00:00Z" }, code: "request.invalid" },
    { body: { rules: [{ ...HOT, condition: { kind: "eval", text: "1" } }] }, code: "rule.invalid" },
    { body: { rules: [{ id: "x" }] }, code: "rule.invalid" },
    { body: { rules: [{ ...HOT, condition: deep(60) }] }, code: "rule.invalid" },
    {
      body: { rules: [{ ...HOT, condition: { kind: "expression", text: "nothing > 1" } }] },
      code: "rule.expression-invalid",
    },
    { body: { rules: [{ ...HOT, suppressedBy: ["supply-temp-too-high"] }] }, code: "rule.invalid" },
    { body: { budgetPerSiteDay: 0 }, code: "request.invalid" },
    { body: { rules: Array.from({ length: 101 }, () => HOT) }, code: "request.invalid" },
  ])("$code", async ({ body, code }) => {
    const { status, json } = await post({ ...STRETCH, ...body });
    expect([status, json]).toMatchObject([400, { code }]);
  });
});

test("others can neither see nor end it, and no operator may start one", async () => {
  const { id } = await finished({ ruleIds: ["supply-temp-too-high"], ...STRETCH });
  expect((await get(id, { role: "admin" })).json).toMatchObject({ status: 404, code: "backtest.not-found" });
  expect((await api.call(`${PATH}/${id}`, { method: "DELETE", role: "admin" })).status).toBe(404);
  expect((await post({ ...STRETCH }, { role: "operator" })).status).toBe(403);
  expect((await api.call(`${PATH}/${id}`, { method: "DELETE", role: "engineer" })).status).toBe(204);
});

test("who is limited to some sites tests on those", async () => {
  const limited = LIMITED.find(({ role }) => role === "engineer");
  if (limited === undefined) return;
  const { json } = await api.call("/api/v1/auth/login", {
    method: "POST",
    body: { username: limited.name, password: PASSWORD },
  });
  const headers = { authorization: `Bearer ${(json as { accessToken: string }).accessToken}` };
  const { result } = await finished({ ruleIds: ["supply-temp-too-high"], ...STRETCH }, { headers });
  expect(result?.sites).toBeLessThan(SITES.length);
  expect((await post({ ruleIds: ["segment-down"], ...STRETCH }, { headers })).status).toBe(400);
});

function deep(levels: number): object {
  const leaf = { kind: "flag", point: "leak_detected" };
  return levels === 0 ? leaf : { kind: "all", of: [deep(levels - 1)] };
}
