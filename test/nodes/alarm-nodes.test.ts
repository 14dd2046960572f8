import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Fence } from "../../adapters/alarms/write-alarms.ts";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { takeLeases } from "../../adapters/leases/lease-store.ts";
import type { AlarmTransition } from "../../domain/alarms/alarm.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerAlarmLifecycle from "../../nodes/alarm-lifecycle/alarm-lifecycle.ts";
import registerAlarmSuppress from "../../nodes/alarm-suppress/alarm-suppress.ts";
import registerAlertRules from "../../nodes/alert-rules/alert-rules.ts";
import registerFleetLive from "../../nodes/fleet-live/fleet-live.ts";
import { aRound, aSnapshot } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "./test-platform.ts";

const RULES_FOLDER = mkdtempSync(path.join(tmpdir(), "antbox-rules-"));
const LEAK = DEFAULT_RULES.find(({ id }) => id === "leak");
const SLOT = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
const leaking = (leak: boolean): Snapshot => {
  const snapshot = aSnapshot({ slot: SLOT, collectedAt: SLOT });
  return { ...snapshot, values: { ...snapshot.values, leak_detected: leak } };
};

let database: Database;
let fence: Fence;
let node: LoadedNode;
let platform: TestPlatform;

beforeAll(async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "antbox-pglite-"));
  database = await openDatabase({ url: null, dataDir, log: quietLog });
  await database.whenReady();
  await database.query(
    "insert into site (code, name, region, zone, controller_url, profile_id) values ($1, $1, 'r', 'z', 'http://c.example', 'p')",
    ["site-001"],
  );
  const tokens = await takeLeases(database, ["alarms"], "me", 600_000);
  fence = { name: "alarms", holder: "me", token: tokens.get("alarms") ?? 0 };
});
afterAll(() => database?.close());

beforeEach(async () => {
  await database.query("truncate alarm, alarm_transition, alarm_memory");
  platform = createTestPlatform({ database, fence, rulesFolder: RULES_FOLDER });
  setPlatform(platform);
  await vi.waitFor(() => expect(platform.alarms.isJudging()).toBe(true));
});
afterEach(async () => {
  await node?.unload();
  await platform.close();
  setPlatform(undefined);
});

test("fleet-live hands out what has moved, then the round", async () => {
  node = await loadNode(registerFleetLive, { type: "fleet-live" });
  const snapshot = leaking(false);
  platform.liveState.apply(snapshot);
  platform.liveState.applyRound(aRound());
  await vi.waitFor(() => expect(node.outputs[0]).toHaveLength(2));
  expect(node.outputs[0]?.map(({ topic, payload }) => [topic, payload])).toEqual([
    ["snapshots", [snapshot]],
    ["round-report", aRound()],
  ]);
});

describe("alert-rules", () => {
  const offered = () => platform.alarms.shelf.join(["subject"]).rules.map(({ id }) => id);

  test("lays out the shipped rules but the excepted ones, and adds itself to what passes", async () => {
    node = await loadNode(registerAlertRules, { type: "alert-rules", ruleSet: "starter", except: "leak, smoke" });
    const kept = DEFAULT_RULES.filter(({ id }) => id !== "leak" && id !== "smoke");
    expect(offered()).toEqual(kept.map(({ id }) => id));
    await node.receive({ topic: "snapshots", payload: [], ruleHolders: ["before"] });
    expect(node.outputs[0]?.[0]).toMatchObject({ topic: "snapshots", ruleHolders: ["before", "subject"] });
  });

  test("reads a file of rules", async () => {
    writeFileSync(path.join(RULES_FOLDER, "own.json"), JSON.stringify({ rules: [LEAK] }));
    node = await loadNode(registerAlertRules, { type: "alert-rules", ruleSet: "file", file: "own.json" });
    expect(offered()).toEqual(["leak"]);
  });

  test.for([
    { name: "a path", config: { ruleSet: "file", file: "../../etc/passwd" }, says: /file: must be a name/ },
    { name: "no such file", config: { ruleSet: "file", file: "none.json" }, says: /there is no none.json/ },
    { name: "half a rule", config: { ruleSet: "file", file: "half.json" }, says: /half.json: rules.0.priority/ },
    { name: "no JSON", config: { ruleSet: "file", file: "broken.json" }, says: /broken.json is not JSON/ },
    { name: "an unknown exception", config: { except: "leek" }, says: /except: "leek" is none of the rules/ },
    { name: "another set", config: { ruleSet: "mine" }, says: /ruleSet: / },
  ])("says what is wrong with $name, and lets everything pass", async ({ config, says }) => {
    writeFileSync(path.join(RULES_FOLDER, "half.json"), JSON.stringify({ rules: [{ ...LEAK, priority: "urgent" }] }));
    writeFileSync(path.join(RULES_FOLDER, "broken.json"), "{");
    node = await loadNode(registerAlertRules, { type: "alert-rules", ...config });
    expect(node.logged()).toEqual([expect.stringMatching(says)]);
    await node.receive({ topic: "snapshots", payload: [] });
    expect(node.outputs[0]).toHaveLength(1);
    expect(offered()).toEqual([]);
  });
});

describe("alarm-suppress", () => {
  beforeEach(async () => {
    platform.alarms.shelf.offer("rules", DEFAULT_RULES);
    node = await loadNode(registerAlarmSuppress, { type: "alarm-suppress" }, { outputs: 2 });
  });
  const conditions = () =>
    node.outputs[0]?.flatMap(({ payload }) => (payload as { events: { type: string }[] }).events);

  test("judges by the rules that the message has passed, and passes it on", async () => {
    const message = { topic: "snapshots", payload: [leaking(true)], ruleHolders: ["rules"] };
    await node.receive(message);
    expect(conditions()).toMatchObject([{ type: "raised", ruleId: "leak", siteId: "site-001", priority: "critical" }]);
    expect(node.outputs[1]).toMatchObject([message]);
    expect(platform.alarms.rules()).toEqual(DEFAULT_RULES);
  });

  test("shows which rules stand twice: the first that was passed counts, and a person may have meant something else", async () => {
    const all = DEFAULT_RULES.filter(({ enabled }) => enabled).length;
    const message = { topic: "snapshots", payload: [leaking(true)], ruleHolders: ["rules"] };
    await node.receive(message);
    await expect.poll(() => node.statuses.at(-1)?.text, { timeout: 10_000 }).toBe(`规则 ${all} 条 · ${all} rules`);
    const own = DEFAULT_RULES.filter(({ id }) => ["leak", "smoke", "flow-low", "pump-fault"].includes(id));
    platform.alarms.shelf.offer(
      "own",
      own.map((rule) => ({ ...rule, priority: "low" })),
    );
    await node.receive({ ...message, ruleHolders: ["own", "rules"] });
    // A node says at most one thing a second.
    await expect
      .poll(() => node.statuses.at(-1)?.text, { timeout: 10_000 })
      .toContain("held twice, the first counts: ");
    const names = own.map(({ id }) => id).sort();
    expect([...platform.alarms.rulesHeldTwice()].sort()).toEqual(names);
    expect(node.statuses.at(-1)).toMatchObject({
      fill: "green",
      text: expect.stringMatching(/编号重复.* \+1 · \d+ rules; .* \+1$/),
    });
    expect(platform.alarms.rules().find(({ id }) => id === "leak")?.priority).toBe("low");
  });

  test("ends the alarms of rules that are passed no more, and judges nothing while rules are missing", async () => {
    await node.receive({ topic: "snapshots", payload: [leaking(true)], ruleHolders: ["rules"] });
    await node.receive({ topic: "round-report", payload: aRound({ slot: SLOT }), ruleHolders: ["rules", "broken"] });
    expect(conditions()).toHaveLength(1);
    await node.receive({ topic: "round-report", payload: aRound({ slot: SLOT }), ruleHolders: [] });
    expect(conditions()).toMatchObject([{ type: "raised" }, { type: "cleared", ruleId: "leak" }]);
  });

  test("judges without cameras that it cannot use, and says so", async () => {
    const cameras = { "site-001": "offline" };
    await node.receive({ topic: "snapshots", payload: [leaking(true)], ruleHolders: ["rules"], cameras });
    expect(conditions()).toMatchObject([{ type: "raised", ruleId: "leak" }]);
    expect(node.errors).toEqual([expect.stringContaining("msg.cameras")]);
  });

  test.for([
    { name: "another topic", msg: { topic: "snapshot", payload: {} }, says: /takes msg.topic "snapshots"/ },
    { name: "no snapshots", msg: { topic: "snapshots", payload: [{}] }, says: /not snapshots/ },
    { name: "no report", msg: { topic: "round-report", payload: {} }, says: /not a RoundReport/ },
  ])("refuses $name", async ({ msg, says }) => {
    await node.receive(msg);
    expect(node.errors).toEqual([expect.stringMatching(says)]);
  });
});

describe("alarm-lifecycle", () => {
  const changes = () => node.outputs[0]?.map(({ topic, payload }) => [topic, (payload as AlarmTransition).kind]);

  beforeEach(async () => {
    platform.alarms.shelf.offer("rules", DEFAULT_RULES);
    node = await loadNode(registerAlarmLifecycle, { type: "alarm-lifecycle" });
  });

  test("stores what was judged, and hands out each change, also those of people", async () => {
    const judged = platform.alarms.judge(["rules"], [leaking(true)]);
    await node.receive({ topic: "alarm-conditions", payload: judged });
    await node.receive({ topic: "alarm-conditions", payload: judged });
    const at = new Date().toISOString();
    await platform.alarms.store.act([
      { alarmId: "site-001.leak", event: { type: "acknowledge", at, by: "li", note: "" } },
    ]);
    await vi.waitFor(() =>
      expect(changes()).toEqual([
        ["alarm", "raised"],
        ["alarm", "acknowledged"],
      ]),
    );
    const [row] = await database.query("select state, priority from alarm");
    expect(row).toEqual({ state: "acknowledged", priority: 1 });
  });

  test("stores what the platform finds wrong with itself, though no rule of the flow is behind it", async () => {
    const at = new Date().toISOString();
    const subject = { siteId: null, segmentId: null, ruleId: "platform-write-lag", at };
    const raised: ConditionEvent = {
      type: "raised",
      ...subject,
      priority: "high",
      sources: ["platform"],
      point: "write_lag_s",
      value: 90,
      limit: 60,
      unit: "s",
      latching: false,
      suppressedBy: null,
    };
    const payload = platform.alarms.beside([{ type: "cleared", ...subject }, raised]);
    await node.receive({ topic: "alarm-conditions", payload });
    expect(node.errors).toEqual([]);
    await vi.waitFor(() => expect(changes()).toEqual([["alarm", "raised"]]));
    const rows = await database.query("select id, site_id, state from alarm");
    expect(rows).toEqual([{ id: "~.platform-write-lag", site_id: null, state: "unacknowledged" }]);
  });

  test.for([
    { name: "another topic", msg: { topic: "alarm", payload: {} }, says: /takes msg.topic "alarm-conditions"/ },
    { name: "no conditions", msg: { topic: "alarm-conditions", payload: { events: 1 } }, says: /not alarm conditions/ },
  ])("refuses $name", async ({ msg, says }) => {
    await node.receive(msg);
    expect(node.errors).toEqual([expect.stringMatching(says)]);
  });
});
