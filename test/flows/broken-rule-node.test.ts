import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { takeLeases } from "../../adapters/leases/lease-store.ts";
import { defineRule, type Rule } from "../../domain/alarms/rule.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { aReply, aRound, aSnapshot, healthyReplies } from "../nodes/builders.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "../nodes/test-platform.ts";
import { flowApi, RED, type RunningNodeRed, setNodesPlatform, startNodeRed } from "./embedded-node-red.ts";
import { PROJECT_ROOT } from "./package-root.ts";

const MINUTE_MS = 60_000;
const START_MS = Math.floor(Date.now() / MINUTE_MS - 10) * MINUTE_MS;
const slotAt = (minute: number) => new Date(START_MS + minute * MINUTE_MS).toISOString();
const SITE = "site-001";
const TEXT = { title: "t", cause: "c", consequence: "q", action: "a" };
/** A rule of the plant's own: the value in `healthyReplies` is below its limit. */
const OWN = defineRule({
  id: "own-hot",
  texts: { "zh-CN": TEXT, en: TEXT },
  respondWithinMin: 10,
  owner: "operations",
  priority: "high",
  condition: { kind: "limit", point: "supply_temp_c", op: ">", limit: 60 },
  source: "J",
});
/** As a person may save it, or an older version may have. */
const BROKEN = { ...OWN, priority: "urgent" };

let nodeRed: RunningNodeRed;
let platform: TestPlatform;
let database: Database;

beforeAll(async () => {
  database = await openDatabase({
    url: null,
    dataDir: mkdtempSync(path.join(tmpdir(), "antbox-pglite-")),
    log: quietLog,
  });
  await database.whenReady();
  await database.query(
    `insert into site (code, name, region, zone, controller_url, profile_id)
     values ($1, $1, 'default', 'default', 'http://c.example', 'p')`,
    [SITE],
  );
  const token = (await takeLeases(database, ["alarms"], "me", 600_000)).get("alarms") ?? 0;
  const fence = { name: "alarms", holder: "me", token };
  await judgeBeforeTheRestart(fence);
  platform = createTestPlatform({ database, siteIds: [SITE], fence });
  setNodesPlatform(platform);
  nodeRed = await startNodeRed({ flowsDir: flowsWith(BROKEN) });
  await vi.waitFor(() => expect(platform.alarms.isJudging()).toBe(true));
});
afterAll(async () => {
  await nodeRed?.stop();
  await platform?.close();
  await database?.close();
});

/** A process in which the rule could still be used: it has raised its alarm, and remembers it. */
async function judgeBeforeTheRestart(fence: { name: string; holder: string; token: number }): Promise<void> {
  const before = createTestPlatform({ database, siteIds: [SITE], fence });
  const { alarms } = before;
  await vi.waitFor(() => expect(alarms.isJudging()).toBe(true));
  alarms.shelf.offer("own", [OWN]);
  alarms.shelf.offer("alarms-rules", DEFAULT_RULES);
  const hot: Snapshot = aSnapshot({ siteId: SITE, slot: slotAt(0), values: { supply_temp_c: 61 } });
  await alarms.record(alarms.judge(["own", "alarms-rules"], [hot]));
  await before.close();
}

/** The shipped flows, with a node of one's own before the shipped rules. */
function flowsWith(rule: object): string {
  const folder = mkdtempSync(path.join(tmpdir(), "antbox-flows-"));
  cpSync(path.join(PROJECT_ROOT, "flows"), folder, { recursive: true });
  const file = path.join(folder, "tab.alarms.json");
  const nodes = JSON.parse(readFileSync(file, "utf8")) as { id: string; wires?: string[][] }[];
  for (const node of nodes) if (node.id === "alarms-live") node.wires = [["own"]];
  const own = { id: "own", type: "alert-rule", z: "alarms-tab", name: "", platform: "antbox-platform-main" };
  writeFileSync(file, JSON.stringify([...nodes, { ...own, rule, x: 1, y: 1, wires: [["alarms-rules"]] }]));
  return folder;
}

type Flow = { id: string; rule?: Rule | object; wires?: string[][] };
async function deploy(change: (flows: Flow[]) => Flow[]): Promise<void> {
  const { flows } = structuredClone(flowApi().getFlows());
  const started = once(RED.events, "flows:started");
  await flowApi().setFlows(change(flows as Flow[]), "nodes");
  await started;
}

/** One round, as the collector hands it out: the site leaks or not. */
async function round(minute: number, isLeaking: boolean): Promise<void> {
  const slot = slotAt(minute);
  const replies = healthyReplies();
  const state = replies["coolerState"] as { params: Record<string, unknown> };
  const said = { ...replies, coolerState: { ...state, params: { ...state.params, leakage_fault: isLeaking } } };
  const reply = aReply({ siteId: SITE, slot, collectedAt: slot, replies: said });
  platform.collector.subscriber?.onReply({ reply, journalId: null, isReplay: false });
  await expect.poll(() => platform.liveState.get(SITE)?.slot).toBe(slot);
  platform.collector.subscriber?.onRound(aRound({ slot, sites: 1, ok: 1 }));
  await expect.poll(() => platform.alarms.judgedMs()).toBe(Date.parse(slot));
}
const alarms = async () =>
  Object.fromEntries(
    (await database.query("select rule_id, is_active from alarm where rule_id in ('own-hot', 'leak')")).map(
      ({ rule_id: ruleId, is_active: isActive }) => [ruleId, isActive],
    ),
  );

test("beside a node without a usable rule the shipped rules judge on, and its stored alarm stays as it is", async () => {
  expect(await alarms()).toEqual({ "own-hot": true });
  await round(1, false);
  await round(2, true);
  await expect.poll(alarms).toEqual({ "own-hot": true, leak: true });
  expect(platform.alarms.rules()).toEqual(DEFAULT_RULES);
  expect(platform.alarms.holdersWithoutRules()).toEqual(["own"]);
});

test("the node that was mended is judged by again", async () => {
  await deploy((flows) => flows.map((node) => (node.id === "own" ? { ...node, rule: OWN } : node)));
  await round(3, true);
  await expect.poll(alarms).toEqual({ "own-hot": false, leak: true });
  expect(platform.alarms.holdersWithoutRules()).toEqual([]);
});

test("another broken one that is taken away leaves no alarm behind", async () => {
  // A new node without a rule takes the place of the one that had it.
  await platform.alarms.record(
    platform.alarms.judge(
      ["own", "alarms-rules"],
      [aSnapshot({ siteId: SITE, slot: slotAt(4), values: { supply_temp_c: 61, leak_detected: true } })],
    ),
  );
  await expect.poll(alarms).toEqual({ "own-hot": true, leak: true });
  await deploy((flows) =>
    flows.map((node) => {
      if (node.id === "own") return { ...node, id: "other", rule: BROKEN };
      return node.id === "alarms-live" ? { ...node, wires: [["other"]] } : node;
    }),
  );
  await round(5, true);
  expect(await alarms()).toEqual({ "own-hot": true, leak: true });
  await deploy((flows) =>
    flows
      .filter(({ id }) => id !== "other")
      .map((node) => (node.id === "alarms-live" ? { ...node, wires: [["alarms-rules"]] } : node)),
  );
  await round(6, true);
  await expect.poll(alarms).toEqual({ "own-hot": false, leak: true });
});
