import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { saveSamples } from "../../adapters/database/sample-repository.ts";
import { createNumberResolver } from "../../adapters/database/site-numbers.ts";
import { History } from "../../domain/telemetry/history.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerHistoryQuery from "../../nodes/history-query/history-query.ts";
import { createFreshDataDir } from "../services/fresh-pglite.ts";
import { aSnapshot } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "./test-platform.ts";

const MINUTE_MS = 60_000;
const START_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 30 * MINUTE_MS;
const iso = (minute: number) => new Date(START_MS + minute * MINUTE_MS).toISOString();
const FIELDS = { type: "history-query", siteId: "site-001", points: "supply_temp_c", lastHours: "1", step: "auto" };
const RANGE = { from: iso(0), to: iso(10) };

let database: Database;
let platform: TestPlatform;
let node: LoadedNode;
let removeFolder: () => void;

beforeAll(async () => {
  const { dataDir, remove } = await createFreshDataDir();
  removeFolder = remove;
  database = await openDatabase({ url: null, dataDir, log: quietLog });
  await database.query(
    "insert into site (code, name, region, zone, controller_url, profile_id) values ('site-001', 'Site', 'r', 'z', 'http://127.0.0.1', 'x')",
  );
  const profileNumber =
    (await createNumberResolver(database).profiles(["bitmain-antbox-hk3@1"])).get("bitmain-antbox-hk3@1") ?? 0;
  const snapshots = [0, 1, 2, 5].map((minute) => {
    const values = { supply_temp_c: 30 + minute };
    return {
      siteNumber: 1,
      profileNumber,
      snapshot: aSnapshot({ slot: iso(minute), collectedAt: iso(minute), values, quality: {} }),
    };
  });
  await saveSamples(database, snapshots);
  platform = createTestPlatform({ database });
  setPlatform(platform);
});
afterAll(async () => {
  await platform?.close();
  await database?.close();
  removeFolder?.();
});
afterEach(() => node?.unload());

const load = async (config: object = {}) => {
  node = await loadNode(registerHistoryQuery, { ...FIELDS, ...config });
};

test("answers a question with the history, a gap as null", async () => {
  await load({ siteId: "", points: "" });
  await node.receive({ payload: { siteId: "site-001", points: ["supply_temp_c"], ...RANGE, step: "raw" }, mine: 7 });
  const [message] = node.outputs[0] ?? [];
  expect(message).toMatchObject({ topic: "history", mine: 7 });
  const history = History.parse(message?.payload);
  expect([history.siteId, history.step, history.stepS]).toEqual(["site-001", "raw", 60]);
  expect(history.series["supply_temp_c"]?.avg).toEqual([30, 31, 32, null, 35]);
  expect(node.completed()).toBe(1);
});

test.for([
  { name: "a time stamp", payload: Date.now() },
  { name: "nothing", payload: undefined },
  { name: "an empty object", payload: {} },
])("by its settings alone when asked with $name", async ({ payload }) => {
  await load();
  await node.receive({ payload });
  const history = History.parse(node.outputs[0]?.[0]?.payload);
  expect(history.series["supply_temp_c"]?.avg.filter((value) => value !== null)).toEqual([30, 31, 32, 35]);
  expect(Date.parse(history.to) - Date.parse(history.from)).toBe(3_600_000);
});

test("takes times in milliseconds, names joined by commas, and a step", async () => {
  await load();
  const payload = { points: "supply_temp_c, return_temp_c", from: START_MS, to: START_MS + 2 * MINUTE_MS, step: "5m" };
  await node.receive({ payload });
  const history = History.parse(node.outputs[0]?.[0]?.payload);
  expect([history.step, Object.keys(history.series)]).toEqual(["5m", ["supply_temp_c", "return_temp_c"]]);
});

test.for([
  { name: "an unknown site", payload: { siteId: "site-999" }, says: 'siteId is "site-999": no such site' },
  { name: "an unknown point", payload: { points: "supply_temp_x" }, says: 'points is "supply_temp_x": no such point' },
  { name: "a range backwards", payload: { from: RANGE.to, to: RANGE.from }, says: "must be later than from" },
  { name: "a wrong step", payload: { step: "1m" }, says: "payload.step:" },
  { name: "a wrong time", payload: { from: "noon" }, says: "payload.from:" },
  { name: "a field too many", payload: { form: 1 }, says: "form" },
])("$name goes to the Catch node, and the next question is answered", async ({ payload, says }) => {
  await load();
  await node.receive({ payload });
  expect(node.errors).toEqual([expect.stringContaining(says)]);
  expect(node.outputs[0]).toEqual([]);
  await node.receive({ payload: RANGE });
  expect(node.outputs[0]).toHaveLength(1);
});

test.for([
  { field: "siteId", config: { siteId: "Site 1" }, says: "siteId:" },
  { field: "lastHours", config: { lastHours: "" }, says: "lastHours:" },
  { field: "lastHours", config: { lastHours: "0" }, says: "lastHours: Too small" },
  { field: "step", config: { step: "1m" }, says: "step:" },
  { field: "points", config: { points: "$" + "{NOT_SET}" }, says: "not set: $" + "{NOT_SET}" },
])("a bad $field is named at the deploy, and messages are refused", async ({ config, says }) => {
  await load(config);
  expect(node.logged()).toEqual([expect.stringContaining(says)]);
  await node.receive({});
  expect(node.errors).toEqual([expect.stringContaining("history-query settings are wrong")]);
});

test("without the database the Catch node hears of it", async () => {
  const broken = createTestPlatform();
  setPlatform(broken);
  await load();
  await node.receive({ payload: RANGE });
  expect(node.errors).toEqual([expect.stringContaining("the database cannot be read")]);
  setPlatform(platform);
  await broken.close();
});
