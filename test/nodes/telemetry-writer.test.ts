import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createWriter } from "../../adapters/database/create-writer.ts";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import type { WriterStats } from "../../adapters/database/writer.ts";
import { unpackJournalBody } from "../../domain/telemetry/journal-body.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerTelemetryWriter from "../../nodes/telemetry-writer/telemetry-writer.ts";
import { aReply, aRound, aSnapshot } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "./test-platform.ts";

let database: Database;
let node: LoadedNode;
let platform: TestPlatform;
/** There are partitions around the present only. */
const NOW_SLOT = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
let shown: Partial<WriterStats> = {};

beforeAll(async () => {
  database = await openDatabase({
    url: null,
    dataDir: mkdtempSync(path.join(tmpdir(), "antbox-pglite-")),
    log: quietLog,
  });
  await database.whenReady();
  await database.query(
    "insert into site (code, name, region, zone, controller_url, profile_id) values ($1, $1, 'r', 'z', 'http://c.example', 'p')",
    ["site-001"],
  );
});
afterAll(() => database?.close());

beforeEach(async () => {
  shown = {};
  platform = createTestPlatform({
    database,
    writer(journal) {
      const writer = createWriter({ database, journal, log: quietLog });
      return { ...writer, stats: () => ({ ...writer.stats(), ...shown }) };
    },
  });
  setPlatform(platform);
  node = await loadNode(registerTelemetryWriter, { type: "telemetry-writer" }, { outputs: 2 });
});
afterEach(async () => {
  await node.unload();
  await platform.close();
  setPlatform(undefined);
});

test("stores a snapshot, acknowledges its journal entry after the commit, and passes it on", async () => {
  const body = new TextEncoder().encode("{}");
  const snapshot = aSnapshot({ slot: NOW_SLOT, collectedAt: NOW_SLOT });
  const journalId = await platform.journal.append({ siteId: "site-001", slot: NOW_SLOT, profile: "p@1", body });
  expect(platform.journal.stats().rows).toBe(1);
  await node.receive({ topic: "snapshot", payload: snapshot, journalId });
  await expect.poll(() => platform.journal.stats().rows, { timeout: 10_000 }).toBe(0);
  const rows = await database.query("select supply_temp_c::float8 as t, circulation_pump_running as pump from sample");
  expect(rows).toEqual([{ t: expect.closeTo(35.1, 4), pump: true }]);
  expect(node.outputs[0]?.map(({ payload }) => payload)).toEqual([snapshot]);
});

test("records a round, and passes it on at output 2", async () => {
  await node.receive({ topic: "round-report", payload: aRound() });
  expect(node.outputs[1]).toHaveLength(1);
  const count = async () => Number((await database.query("select count(*) as n from round"))[0]?.["n"]);
  await expect.poll(count, { timeout: 10_000 }).toBe(1);
});

test("keeps a rejected reply with its raw body, and passes nothing on", async () => {
  const reply = aReply();
  const { siteId, slot, profile } = reply;
  await node.receive({
    topic: "rejected",
    payload: { siteId, slot, profile, reason: "request coolerState: not_ok" },
    reply,
  });
  const kept = () => database.query("select body, reason from raw_payload");
  await expect.poll(async () => (await kept()).length, { timeout: 10_000 }).toBe(1);
  const [row] = await kept();
  expect(row?.["reason"]).toBe("request coolerState: not_ok");
  expect(unpackJournalBody({ siteId, slot, profile, body: row?.["body"] as Uint8Array })).toEqual(reply);
  expect(node.outputs.flat()).toEqual([]);
});

test.for([
  { stats: { state: "writing" }, status: { fill: "green", shape: "dot", text: "telemetry-writer.status.writing" } },
  {
    stats: { state: "behind", lagS: 12.4 },
    status: { fill: "yellow", shape: "ring", text: "落后 12 s · behind 12 s" },
  },
  {
    stats: { state: "waiting_for_database", lastError: "57P03" },
    status: { fill: "red", shape: "ring", text: "等待数据库 57P03 · waiting for the database 57P03" },
  },
] as const)("shows the state $stats.state", async ({ stats, status }) => {
  shown = stats;
  await node.unload();
  node = await loadNode(registerTelemetryWriter, { type: "telemetry-writer" }, { outputs: 2 });
  shown = { state: "behind", lagS: 99 };
  await expect.poll(() => node.statuses.length, { timeout: 5000 }).toBeGreaterThan(0);
  shown = stats;
  await expect.poll(() => node.statuses.at(-1), { timeout: 10_000 }).toEqual(status);
});

test.for([
  {
    name: "another topic",
    msg: { topic: "alarm", payload: {} },
    says: /"snapshot" or "round-report" or "rejected", got "alarm"/,
  },
  {
    name: "a half snapshot",
    msg: { topic: "snapshot", payload: { ...aSnapshot(), latencyMs: -1 } },
    says: /\/latencyMs must be >= 0, is -1/,
  },
  { name: "a half report", msg: { topic: "round-report", payload: {} }, says: /not a RoundReport/ },
  { name: "a half rejection", msg: { topic: "rejected", payload: {} }, says: /not a RejectedReply/ },
])("refuses $name and stores nothing of it", async ({ msg, says }) => {
  const { queued, written } = platform.writer.stats();
  await node.receive(msg);
  expect(node.errors).toEqual([expect.stringMatching(says)]);
  expect(platform.writer.stats()).toMatchObject({ queued, written });
});
