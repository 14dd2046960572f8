import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aRaise, aSite, isoAt, T0_MS } from "./builders.ts";

const HOUR_MS = 3_600_000;
const nowMs = T0_MS + 30 * HOUR_MS;
let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi({ sites: [aSite(1), aSite(2)], clock: () => nowMs });
  await api.alarms.applyConditions(
    [
      aRaise("site-001", { ruleId: "flow-low", priority: "medium" }),
      aRaise("site-002", { ruleId: "leak", priority: "critical" }, T0_MS + HOUR_MS),
      aRaise("site-002", { ruleId: "flow-low", priority: "medium" }, T0_MS + 2 * HOUR_MS),
    ],
    null,
  );
  await api.alarms.act([
    {
      alarmId: "site-002.leak",
      event: { type: "acknowledge", at: isoAt(T0_MS + HOUR_MS + 90_000), by: "li.wei", note: "" },
    },
  ]);
});
afterAll(() => api.close());

const get = (query: string) => api.call(`/api/v1/alarm-statistics${query}`, { role: "viewer" });

test("counts what people were told in the period, by rule and priority", async () => {
  const { json, status } = await get(`?from=${isoAt(T0_MS - HOUR_MS)}&to=${isoAt(nowMs)}&operators=2`);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    announced: 3,
    operators: 2,
    byPriority: { critical: 1, high: 0, medium: 2, low: 0 },
    topRules: [
      { ruleId: "flow-low", announced: 2, share: 2 / 3 },
      { ruleId: "leak", announced: 1 },
    ],
    topShare: 1,
    medianAcknowledgeS: 90,
    stale: { count: 3 },
    chattering: { count: 0, ids: [] },
  });
  expect((json as { perOperatorHour: number }).perOperatorHour).toBeCloseTo(3 / 2 / 31);
});

test("takes a week when nobody says which time, and one site alone when that is named", async () => {
  const { json } = await get("?site=site-002");
  expect(json).toMatchObject({ from: isoAt(nowMs - 7 * 24 * HOUR_MS), to: isoAt(nowMs), announced: 2 });
});

test.for([
  { query: `?from=${isoAt(nowMs - 40 * 24 * HOUR_MS)}`, field: "query.from" },
  { query: `?from=${isoAt(nowMs)}&to=${isoAt(nowMs - 1)}`, field: "query.from" },
  { query: "?site=site-009", field: "query.site" },
  { query: "?operators=0", field: "query.operators" },
])("refuses $query, and says what is wrong", async ({ query, field }) => {
  const { json, status } = await get(query);
  expect(status).toBe(400);
  expect(JSON.stringify(json)).toContain(field);
});
