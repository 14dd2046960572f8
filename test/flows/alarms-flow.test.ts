import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { takeLeases } from "../../adapters/leases/lease-store.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { aReply, aRound, healthyReplies } from "../nodes/builders.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "../nodes/test-platform.ts";
import { idleVideo } from "../services/idle-video.ts";
import { flowApi, RED, type RunningNodeRed, setNodesPlatform, startNodeRed } from "./embedded-node-red.ts";

const MINUTE_MS = 60_000;
const START_MS = Math.floor(Date.now() / MINUTE_MS - 5) * MINUTE_MS;
const slotAt = (minute: number) => new Date(START_MS + minute * MINUTE_MS).toISOString();
const SITES = ["site-001", "site-002", "site-003"];

/** What the platform finds wrong with itself. */
const OWN = { siteId: null, segmentId: null, ruleId: "platform-write-lag" } as const;
let tellOfPlatform: ((events: readonly ConditionEvent[]) => void) | null = null;

const video = idleVideo();
let nodeRed: RunningNodeRed;
let platform: TestPlatform;
let database: Database;

beforeAll(async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "antbox-pglite-"));
  database = await openDatabase({ url: null, dataDir, log: quietLog });
  await database.whenReady();
  await database.query(
    `insert into site (code, name, region, zone, controller_url, profile_id)
     select code, code, 'default', 'default', 'http://c.example', 'p' from unnest($1::text[]) as code`,
    [SITES],
  );
  const token = (await takeLeases(database, ["alarms"], "me", 600_000)).get("alarms") ?? 0;
  const fence = { name: "alarms", holder: "me", token };
  const selfWatch: TestPlatform["selfWatch"] = {
    onFound(listener) {
      tellOfPlatform = listener;
      return () => undefined;
    },
    active: () => [],
    endings: () => [{ ...OWN, type: "cleared", at: new Date().toISOString() }],
  };
  platform = createTestPlatform({
    database,
    siteIds: SITES,
    cameras: ["site-003"],
    fence,
    selfWatch,
    video: {
      board: video.board,
      wiring: { ask: () => () => undefined, record: () => () => undefined },
      marks: { mark: async () => true },
      gateway: null,
    },
  });
  setNodesPlatform(platform);
  nodeRed = await startNodeRed();
  await vi.waitFor(() => expect(platform.alarms.isJudging()).toBe(true));
});
afterAll(async () => {
  await nodeRed?.stop();
  await platform?.close();
  await database?.close();
});

/** One round as the collector hands it out: site-002 leaks or not. */
async function round(minute: number, isLeaking: boolean): Promise<void> {
  const slot = slotAt(minute);
  for (const siteId of SITES) {
    const reply = aReply({ siteId, slot, collectedAt: slot, replies: repliesOf(siteId === "site-002" && isLeaking) });
    platform.collector.subscriber?.onReply({ reply, journalId: null, isReplay: false });
  }
  await expect.poll(() => platform.liveState.get("site-003")?.slot).toBe(slot);
  platform.collector.subscriber?.onRound(aRound({ slot, sites: 3, ok: 3 }));
}

function repliesOf(isLeaking: boolean): Record<string, unknown> {
  const replies = healthyReplies();
  const state = replies["coolerState"] as { params: Record<string, unknown> };
  return { ...replies, coolerState: { ...state, params: { ...state.params, leakage_fault: isLeaking } } };
}

async function deploy(flows: object[], kind: "full" | "nodes" = "full"): Promise<void> {
  const started = once(RED.events, "flows:started");
  await flowApi().setFlows(flows, kind);
  await started;
}

const alarms = () =>
  database.query("select id, state, is_active from alarm where rule_id = 'leak' order by id") as Promise<unknown[]>;

test("the shipped rules judge what the shipped flows collect, and the alarm is stored", async () => {
  await round(0, false);
  await expect.poll(() => platform.alarms.judgedMs()).toBe(START_MS);
  expect(await alarms()).toEqual([]);
  // Nothing that a test or a person once deployed here is shipped.
  expect(platform.alarms.rules()).toEqual(DEFAULT_RULES);
  await round(1, true);
  await expect.poll(alarms).toEqual([{ id: "site-002.leak", state: "unacknowledged", is_active: true }]);
});

test("a camera that is away becomes an alarm by the same flow, and what nobody knows of it ends nothing", async () => {
  const known = { sinceMs: 0, progressedAtMs: null, codec: null, width: null, height: null, bitrateKbps: null };
  const cameraAlarm = () => database.query("select is_active from alarm where id = 'site-003.camera-offline'");
  const away = { ...known, siteId: "site-003", state: "offline", cause: "upstream_refused" } as const;
  video.board.put([{ ...away, lookedAtMs: Date.now() }]);
  // The delay goes by the time of the rounds.
  for (const minute of [2, 5, 8, 11, 14]) await round(minute, true);
  await expect.poll(cameraAlarm).toEqual([{ is_active: true }]);
  const { flows } = structuredClone(flowApi().getFlows());
  const wired = flows as { id: string; wires?: string[][] }[];
  const live = wired.find(({ id }) => id === "alarms-live");
  const before = live?.wires;
  if (live) live.wires = [["alarms-rules"]];
  await deploy(wired);
  video.board.put([{ ...away, state: "online", cause: null, lookedAtMs: Date.now() }]);
  for (const minute of [17, 20, 23]) await round(minute, true);
  await expect.poll(() => platform.alarms.judgedMs()).toBe(START_MS + 23 * MINUTE_MS);
  expect(await cameraAlarm()).toEqual([{ is_active: true }]);
  if (live && before) live.wires = before;
  await deploy(wired);
  for (const minute of [26, 29, 32]) await round(minute, true);
  await expect.poll(cameraAlarm).toEqual([{ is_active: false }]);
});

test("what the platform finds wrong with itself is stored by the same flow, and ends with its node", async () => {
  tellOfPlatform?.([
    {
      type: "raised",
      ...OWN,
      at: new Date().toISOString(),
      priority: "high",
      sources: ["platform"],
      point: "write_lag_s",
      value: 90,
      limit: 60,
      unit: "s",
      latching: false,
      suppressedBy: null,
    },
  ]);
  const own = () => database.query("select is_active from alarm where id = '~.platform-write-lag'");
  await expect.poll(own).toEqual([{ is_active: true }]);
  const { flows } = structuredClone(flowApi().getFlows());
  await deploy(
    (flows as { id: string }[]).filter(({ id }) => id !== "alarms-watch"),
    "nodes",
  );
  await expect.poll(own).toEqual([{ is_active: false }]);
});

test("without the rules' node nothing is judged by them, and their alarms end", async () => {
  const { flows } = structuredClone(flowApi().getFlows());
  const wired = flows as { id: string; wires?: string[][] }[];
  const live = wired.find(({ id }) => id === "alarms-live");
  if (live) live.wires = [["alarms-suppress"]];
  await deploy(wired);
  await round(35, true);
  // It latches: ended, and still to be reset by a person.
  await expect.poll(alarms).toEqual([{ id: "site-002.leak", state: "latched", is_active: false }]);
  expect(platform.alarms.rules()).toEqual([]);
});
