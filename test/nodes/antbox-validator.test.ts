import { afterEach, beforeEach, expect, test } from "vitest";
import { createDerivedMemory } from "../../adapters/database/derived-memory.ts";
import type { RejectedReply } from "../../domain/telemetry/controller-reply.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerAntboxValidator from "../../nodes/antbox-validator/antbox-validator.ts";
import { aReply, healthyReplies } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, quietLog, type TestPlatform } from "./test-platform.ts";

let node: LoadedNode;
let platform: TestPlatform;
beforeEach(() => {
  platform = createTestPlatform();
  setPlatform(platform);
});
afterEach(async () => {
  await node?.unload();
  await platform.close();
  setPlatform(undefined);
});

const load = async (config: object = {}) => {
  node = await loadNode(registerAntboxValidator, { type: "antbox-validator", schema: "", ...config }, { outputs: 2 });
};
const snapshot = (index = 0) => node.outputs[0]?.[index]?.payload as Snapshot;
const rejected = (index = 0) => node.outputs[1]?.[index]?.payload as RejectedReply;
/** The replies with one parameter of `coolerState` changed. */
function repliesWith(name: string, value: unknown): Record<string, unknown> {
  const replies = healthyReplies() as { coolerState: { params: Record<string, unknown> } };
  replies.coolerState.params[name] = value;
  return replies;
}

test("turns a reply into a snapshot, keeping the fields of the message", async () => {
  await load();
  await node.receive({ topic: "reply", payload: aReply(), journalId: 7, isReplay: true, mine: "kept" });
  expect(snapshot()).toMatchObject({ siteId: "site-001", profile: "bitmain-antbox-hk3@1", attempts: 1 });
  expect(snapshot().values.supply_temp_c).toBe(35.1);
  expect(node.outputs[0]?.[0]).toMatchObject({ topic: "snapshot", journalId: 7, isReplay: true, mine: "kept" });
  expect(node.outputs[1]).toEqual([]);
  expect(node.completed()).toBe(1);
});

test("a value outside the profile's limits becomes null with a reason, and the rest stands", async () => {
  await load();
  await node.receive({ topic: "reply", payload: aReply({ replies: repliesWith("supply_liquid_temp", 999) }) });
  expect(snapshot().values.supply_temp_c).toBeNull();
  expect(snapshot().quality["supply_temp_c"]).toBe("out_of_range");
  expect(snapshot().values.return_temp_c).toBe(43.3);
});

test("a replay of an older round gets the count that it got the first time", async () => {
  const derivedMemory = createDerivedMemory({ database: platform.database, intervalOf: () => 60, log: quietLog });
  setPlatform({ ...platform, derivedMemory });
  await load();
  const rounds = [false, true, false, true, true].map((isOn, minute) =>
    aReply({ slot: `2026-03-01T08:0${minute}:00.000Z`, replies: repliesWith("fluid_infusion_pump", isOn) }),
  );
  for (const payload of [...rounds, ...rounds.slice(1, 3)]) await node.receive({ topic: "reply", payload });
  const starts = node.outputs[0]?.map(({ payload }) => (payload as Snapshot).values.makeup_pump_starts_24h);
  expect(starts).toEqual([0, 1, 1, 2, 2, 1, 1]);
  await derivedMemory.close();
});

test("rejects a reply that the profile refuses, with the raw reply beside it", async () => {
  await load();
  const reply = aReply({ replies: { ...healthyReplies(), coolerState: { ok: false } } });
  await node.receive({ topic: "reply", payload: reply, journalId: 8 });
  expect(rejected()).toMatchObject({ siteId: "site-001", slot: reply.slot, reason: "request coolerState: not_ok" });
  expect(node.outputs[1]?.[0]).toMatchObject({ topic: "rejected", journalId: 8, reply });
  expect(node.outputs[0]).toEqual([]);
});

test("an optional request that failed costs its points only", async () => {
  await load();
  const { minerInfo: _lost, ...replies } = healthyReplies();
  await node.receive({ topic: "reply", payload: aReply({ replies, failedRequests: { minerInfo: "timeout" } }) });
  expect(snapshot().values.supply_temp_c).toBe(35.1);
  expect(node.outputs[1]).toEqual([]);
});

test("rejects a reply of an unknown profile", async () => {
  await load();
  await node.receive({ topic: "reply", payload: aReply({ profile: "unheard-of@1" }) });
  expect(rejected().reason).toBe("profile unheard-of@1 is not known");
});

test("a reply of an older profile version is mapped by the present one", async () => {
  await load();
  await node.receive({ topic: "reply", payload: aReply({ profile: "bitmain-antbox-hk3@0" }) });
  expect(snapshot().profile).toBe("bitmain-antbox-hk3@1");
});

const NEEDS_HOT_SUPPLY = JSON.stringify({
  type: "object",
  properties: { values: { type: "object", properties: { supply_temp_c: { type: "number", minimum: 36 } } } },
});
const NEEDS_MINER_INFO = JSON.stringify({ type: "object", required: ["minerInfo", "somethingElse"] });

test.for([
  {
    schemaFor: "snapshot",
    schema: NEEDS_HOT_SUPPLY,
    says: "JSON Schema: /values/supply_temp_c must be >= 36, is 35.1",
  },
  { schemaFor: "replies", schema: NEEDS_MINER_INFO, says: /must have required property 'somethingElse'/ },
])("an additional JSON Schema for the $schemaFor rejects what does not match", async ({ schemaFor, schema, says }) => {
  await load({ schema, schemaFor });
  await node.receive({ topic: "reply", payload: aReply() });
  expect(rejected().reason).toEqual(typeof says === "string" ? says : expect.stringMatching(says));
});

test.for([
  { name: "no JSON", schema: "{", says: "the JSON Schema is not JSON" },
  { name: "no schema", schema: '{"type": "nonsense"}', says: "schema is invalid" },
  { name: "a reference to elsewhere", schema: '{"$ref": "https://schema.example/x"}', says: "can't resolve reference" },
  { name: "an unset variable", schema: "$" + "{NOT_SET}", says: "not set: $" + "{NOT_SET}" },
])("a bad schema ($name) is reported, and snapshots still flow", async ({ schema, says }) => {
  await load({ schema });
  expect(node.logged()).toEqual([expect.stringContaining(says)]);
  await node.receive({ topic: "reply", payload: aReply() });
  expect(node.outputs[0]).toHaveLength(1);
});

test.for([
  {
    name: "another topic",
    msg: { topic: "snapshot", payload: aReply() },
    says: /takes msg.topic "reply", got "snapshot"/,
  },
  { name: "no topic", msg: { payload: aReply() }, says: /got no topic/ },
  {
    name: "another shape",
    msg: { topic: "reply", payload: { ...aReply(), slot: "yesterday" } },
    says: /\/slot must match/,
  },
  { name: "no payload", msg: { topic: "reply" }, says: /not a ControllerReply/ },
])("refuses $name by the Catch node", async ({ msg, says }) => {
  await load();
  await node.receive(msg);
  expect(node.errors).toEqual([expect.stringMatching(says)]);
  expect(node.completed()).toBe(0);
});
