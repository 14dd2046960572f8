import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { takeLeases } from "../../adapters/leases/lease-store.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { RULE_NODES } from "../../nodes/rule-nodes/all-rule-nodes.ts";
import { aReply, aRound, healthyReplies } from "../nodes/builders.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "../nodes/test-platform.ts";
import { type RunningNodeRed, setNodesPlatform, startNodeRed } from "./embedded-node-red.ts";
import { PROJECT_ROOT } from "./package-root.ts";

const MINUTE_MS = 60_000;
const START_MS = Math.floor(Date.now() / MINUTE_MS - 10) * MINUTE_MS;
const slotAt = (minute: number) => new Date(START_MS + minute * MINUTE_MS).toISOString();
const SITE = "site-001";
/** As the editor saves it. */
const SETTINGS = { point: "supply_temp_c", side: "above", limit: "38", deadband: "1", delayS: "60", priority: "high" };
const RULE_ID = "own-supply-temp-c-above-high";
const V2 = { "Node-RED-API-Version": "v2", "Content-Type": "application/json" };

let nodeRed: RunningNodeRed;
let platform: TestPlatform;
let database: Database;

beforeAll(async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "antbox-pglite-"));
  database = await openDatabase({ url: null, dataDir, log: quietLog });
  await database.whenReady();
  await database.query(
    `insert into site (code, name, region, zone, controller_url, profile_id)
     values ($1, $1, 'default', 'default', 'http://c.example', 'p')`,
    [SITE],
  );
  const token = (await takeLeases(database, ["alarms"], "me", 600_000)).get("alarms") ?? 0;
  platform = createTestPlatform({ database, siteIds: [SITE], fence: { name: "alarms", holder: "me", token } });
  setNodesPlatform(platform);
  nodeRed = await startNodeRed({ flowsDir: flowsWithNode() });
  await vi.waitFor(() => expect(platform.alarms.isJudging()).toBe(true));
});
afterAll(async () => {
  await nodeRed?.stop();
  await platform?.close();
  await database?.close();
});

/** The shipped flows, with a limit of one's own before the shipped rules. */
function flowsWithNode(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-flows-"));
  cpSync(path.join(PROJECT_ROOT, "flows"), folder, { recursive: true });
  const file = path.join(folder, "tab.alarms.json");
  const nodes = JSON.parse(readFileSync(file, "utf8")) as { id: string; wires?: string[][] }[];
  for (const node of nodes) if (node.id === "alarms-live") node.wires = [["own"]];
  const own = { id: "own", type: "alert-limit", z: "alarms-tab", platform: "antbox-platform-main", ...SETTINGS };
  writeFileSync(file, JSON.stringify([...nodes, { ...own, x: 1, y: 1, wires: [["alarms-rules"]] }]));
  return folder;
}

/** One round, as the collector hands it out. */
async function round(minute: number, supplyTempC: number): Promise<void> {
  const slot = slotAt(minute);
  const healthy = healthyReplies();
  const state = healthy["coolerState"] as { params: Record<string, unknown> };
  const params = { ...state.params, supply_liquid_temp: supplyTempC };
  const replies = { ...healthy, coolerState: { ...state, params } };
  const reply = aReply({ siteId: SITE, slot, collectedAt: slot, replies });
  platform.collector.subscriber?.onReply({ reply, journalId: null, isReplay: false });
  await expect.poll(() => platform.liveState.get(SITE)?.slot).toBe(slot);
  expect(platform.liveState.get(SITE)?.values["supply_temp_c"]).toBe(supplyTempC);
  platform.collector.subscriber?.onRound(aRound({ slot, sites: 1, ok: 1 }));
  await expect.poll(() => platform.alarms.judgedMs()).toBe(Date.parse(slot));
}
const alarm = () =>
  database.query("select id, is_active from alarm where rule_id = $1", [RULE_ID]) as Promise<unknown[]>;

test("a reading at its limit for the delay raises the alarm, and one that is back by the deadband ends it", async () => {
  await round(0, 38.2);
  expect(await alarm()).toEqual([]);
  expect(platform.alarms.rules().map(({ id }) => id)).toEqual([RULE_ID, ...DEFAULT_RULES.map(({ id }) => id)]);
  await round(1, 38.4);
  await expect.poll(alarm).toEqual([{ id: `${SITE}.${RULE_ID}`, is_active: true }]);
  await round(2, 37.5);
  await round(3, 36.5);
  await round(4, 36.5);
  await expect.poll(alarm).toEqual([{ id: `${SITE}.${RULE_ID}`, is_active: false }]);
});

test("the editor is given every type out of one entry, with its form and its help in both languages", async () => {
  const get = async (address: string, accept: string, language: string) =>
    nodeRed.get(address, "engineer", { headers: { accept, "accept-language": language } });
  const sets = (await (await get("/editor/nodes", "application/json", "en-US")).json()) as {
    id: string;
    types: string[];
  }[];
  const own = sets.find(({ id }) => id === "antbox-flow/rule-nodes");
  expect(own?.types).toEqual(RULE_NODES.map(({ type }) => type));
  for (const [language, label] of [
    ["zh-CN", "限值报警"],
    ["en-US", "limit alarm"],
  ] as const) {
    const form = await (await get("/editor/nodes/antbox-flow/rule-nodes", "text/html", language)).text();
    expect(form).toContain('data-template-name="alert-limit"');
    expect(form).toContain('data-help-name="alert-limit"');
    const words = await get(
      `/editor/nodes/antbox-flow/rule-nodes/messages?lng=${language}`,
      "application/json",
      language,
    );
    expect(await words.json()).toMatchObject({ "rule-nodes": { node: { "alert-limit": label } } });
  }
});

test("an open form is told what it would make, or what is wrong", async () => {
  const ask = async (body: object) =>
    nodeRed.get("/editor/rule-nodes/alert-limit/rules", "engineer", {
      method: "POST",
      headers: { ...V2, origin: nodeRed.origin },
      body: JSON.stringify(body),
    });
  expect(await (await ask({ settings: SETTINGS })).json()).toMatchObject({ problem: null, rules: [{ id: RULE_ID }] });
  const wrong = await (await ask({ settings: { ...SETTINGS, limit: "" } })).json();
  expect(wrong).toEqual({ rules: [], problem: expect.stringMatching(/^limit: must be a number/) });
  expect((await ask({})).status).toBe(400);
});
