import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { packJournalBody } from "../../domain/telemetry/journal-body.ts";
import { aReply, aRound, healthyReplies } from "../nodes/builders.ts";
import { createTestPlatform, type TestPlatform } from "../nodes/test-platform.ts";
import { flowApi, RED, type RunningNodeRed, setNodesPlatform, startNodeRed } from "./embedded-node-red.ts";

const SITES = Array.from({ length: 150 }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);
let nodeRed: RunningNodeRed;
let platform: TestPlatform;
const written: { siteId: string; slot: string }[] = [];
const rejected: string[] = [];
let rounds = 0;

beforeAll(async () => {
  platform = createTestPlatform({
    siteIds: SITES,
    replayAfterMs: 300,
    writer: (journal) => ({
      write({ siteId, slot }, journalId) {
        written.push({ siteId, slot });
        if (journalId !== null) journal.acknowledge([journalId]);
      },
      writeRejected({ reason }, journalId, body) {
        rejected.push(`${reason} (${body === null ? "no body" : "body kept"})`);
        if (journalId !== null) journal.acknowledge([journalId]);
      },
      writeRound() {
        rounds += 1;
      },
      stats: () => ({
        written: written.length,
        duplicates: 0,
        quarantined: 0,
        queued: 0,
        lagS: 0,
        state: "writing",
        lastError: null,
      }),
      close: async () => {},
    }),
  });
  setNodesPlatform(platform);
  nodeRed = await startNodeRed();
});
afterAll(async () => {
  await nodeRed?.stop();
  await platform?.close();
});

/** What the collector does for each good reply: journal first, then hand out. */
async function collect(reply: ControllerReply): Promise<void> {
  const { siteId, slot, profile, replies } = reply;
  const texts = Object.entries(replies).map(([name, json]): [string, string] => [name, JSON.stringify(json)]);
  const journalId = await platform.journal.append({
    siteId,
    slot,
    profile,
    body: packJournalBody(reply, new Map(texts)),
  });
  platform.collector.subscriber?.onReply({ reply, journalId, isReplay: false });
}
const slotAt = (minute: number) => new Date(Date.parse("2026-03-01T08:00:00.000Z") + minute * 60_000).toISOString();

test("the shipped flows start without an error", () => {
  expect(nodeRed.log.filter(({ level }) => level === "error" || level === "fatal")).toEqual([]);
  expect(platform.collector.subscriber).not.toBeNull();
});

test("150 replies of one round are stored, shown and settled", async () => {
  const slot = slotAt(0);
  await Promise.all(SITES.map((siteId) => collect(aReply({ siteId, slot, collectedAt: slot }))));
  await expect.poll(() => written.length, { timeout: 10_000 }).toBe(150);
  expect(new Set(written.map(({ siteId }) => siteId)).size).toBe(150);
  await expect.poll(() => platform.liveState.all().size).toBe(150);
  expect(platform.liveState.get("site-001")?.values.supply_temp_c).toBe(35.1);
  expect(platform.journal.stats().rows).toBe(0);
});

test("a round's report is recorded and shown", async () => {
  platform.collector.subscriber?.onRound(aRound({ slot: slotAt(0), sites: 150, ok: 150 }));
  await expect.poll(() => platform.liveState.rounds()).toHaveLength(1);
  expect(rounds).toBe(1);
});

test("a reply that is no use is kept with its body, settled, and not shown", async () => {
  const replies = { ...healthyReplies(), coolerState: { ok: false } };
  await collect(aReply({ slot: slotAt(1), collectedAt: slotAt(1), replies }));
  await expect.poll(() => rejected).toEqual(["request coolerState: not_ok (body kept)"]);
  expect(platform.liveState.get("site-001")?.slot).toBe(slotAt(0));
  expect(platform.journal.stats().rows).toBe(0);
});

test("an error of a node reaches the log by the Catch node", async () => {
  flowApi()
    .getNode("collection-live")
    ?.receive({ topic: "snapshot", payload: { siteId: "broken" } });
  const logged = () =>
    nodeRed.log.some(({ nodeType, message }) => nodeType === "debug" && message.includes("not a Snapshot"));
  await expect.poll(logged).toBe(true);
});

test("full deploys while replies come lose none of them", async () => {
  written.length = 0;
  let isDeploying = true;
  const deploying = (async () => {
    for (let n = 0; n < 4; n += 1) {
      const started = once(RED.events, "flows:started");
      await flowApi().setFlows(structuredClone(flowApi().getFlows().flows), "full");
      await started;
    }
    isDeploying = false;
  })();
  const sent = new Set<string>();
  for (let minute = 10; isDeploying || minute < 20; minute += 1) {
    const slot = slotAt(minute);
    await Promise.all(
      SITES.slice(0, 30).map((siteId) => {
        sent.add(`${siteId} ${slot}`);
        return collect(aReply({ siteId, slot, collectedAt: slot }));
      }),
    );
  }
  await deploying;
  await expect.poll(() => platform.journal.stats().rows, { timeout: 20_000, interval: 100 }).toBe(0);
  const stored = new Set(written.map(({ siteId, slot }) => `${siteId} ${slot}`));
  expect([...sent].filter((key) => !stored.has(key))).toEqual([]);
});
