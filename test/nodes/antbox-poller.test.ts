import { afterEach, expect, test } from "vitest";
import { packJournalBody } from "../../domain/telemetry/journal-body.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerAntboxPoller from "../../nodes/antbox-poller/antbox-poller.ts";
import { aReply, aRound } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, type TestPlatform } from "./test-platform.ts";

let node: LoadedNode;
let platform: TestPlatform | undefined;
afterEach(async () => {
  await node?.unload();
  await platform?.close();
  setPlatform(undefined);
});

async function load(options: Parameters<typeof createTestPlatform>[0] = {}): Promise<TestPlatform> {
  platform = createTestPlatform(options);
  setPlatform(platform);
  node = await loadNode(registerAntboxPoller, { type: "antbox-poller" }, { outputs: 2 });
  return platform;
}

test("hands out each collected reply, with its journal entry, at output 1", async () => {
  const { collector } = await load();
  collector.subscriber?.onReply({ reply: aReply(), journalId: 7, isReplay: false });
  await expect.poll(() => node.outputs[0]).toHaveLength(1);
  expect(node.outputs[0]?.[0]).toMatchObject({ topic: "reply", payload: aReply(), journalId: 7, isReplay: false });
  expect(node.outputs[1]).toEqual([]);
});

test("hands out the report of each round at output 2, and shows its figures", async () => {
  const { collector } = await load();
  collector.subscriber?.onRound(aRound({ sites: 150, ok: 148, late: 2 }));
  await expect.poll(() => node.outputs[1]).toHaveLength(1);
  expect(node.outputs[1]?.[0]).toMatchObject({ topic: "round-report", payload: { ok: 148 } });
  await expect
    .poll(() => node.statuses.at(-1), { timeout: 5000 })
    .toMatchObject({ fill: "yellow", shape: "ring", text: "148 / 150 · 0.8 s" });
});

test("replays what the journal still holds, unpacked and marked", async () => {
  const reply = aReply();
  const texts = Object.entries(reply.replies).map(([name, json]): [string, string] => [name, JSON.stringify(json)]);
  platform = createTestPlatform({ replayAfterMs: 0 });
  const { siteId, slot, profile } = reply;
  const id = await platform.journal.append({ siteId, slot, profile, body: packJournalBody(reply, new Map(texts)) });
  platform.journal.release([id ?? 0]);
  setPlatform(platform);
  node = await loadNode(registerAntboxPoller, { type: "antbox-poller" }, { outputs: 2 });
  await expect.poll(() => node.outputs[0]?.length, { timeout: 5000 }).toBeGreaterThan(0);
  expect(node.outputs[0]?.[0]).toMatchObject({ topic: "reply", payload: reply, journalId: id, isReplay: true });
});

test("a damaged journal entry goes to the quarantine instead of coming again for ever", async () => {
  platform = createTestPlatform({ replayAfterMs: 0 });
  const { siteId, slot, profile } = aReply();
  const id = await platform.journal.append({ siteId, slot, profile, body: new TextEncoder().encode("no header") });
  platform.journal.release([id ?? 0]);
  setPlatform(platform);
  node = await loadNode(registerAntboxPoller, { type: "antbox-poller" }, { outputs: 2 });
  await expect.poll(() => platform?.journal.stats().quarantined, { timeout: 5000 }).toBe(1);
  expect(node.outputs[0]).toEqual([]);
});

test("lets go of the collector when the flow is closed", async () => {
  const { collector } = await load();
  expect(collector.subscriber).not.toBeNull();
  await node.unload();
  expect(collector.subscriber).toBeNull();
});

test("in a process that collects nothing it says who does, and attaches to nothing", async () => {
  platform = createTestPlatform();
  setPlatform({ ...platform, pollsHere: false });
  node = await loadNode(registerAntboxPoller, { type: "antbox-poller" }, { outputs: 2 });
  await expect
    .poll(() => node.statuses.at(-1), { timeout: 5000 })
    .toMatchObject({ fill: "grey", shape: "dot", text: "antbox-poller.status.elsewhere" });
  expect(platform.collector.subscriber).toBeNull();
  expect(node.logged()).toEqual([]);
});

test("without the platform it says so and harms nothing", async () => {
  setPlatform(undefined);
  node = await loadNode(registerAntboxPoller, { type: "antbox-poller" }, { outputs: 2 });
  expect(node.logged()).toEqual([expect.stringContaining("services are not started")]);
});
