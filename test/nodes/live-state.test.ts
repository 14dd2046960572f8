import { afterEach, beforeEach, expect, test } from "vitest";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerLiveState from "../../nodes/live-state/live-state.ts";
import { aRound, aSnapshot } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, type TestPlatform } from "./test-platform.ts";

let node: LoadedNode;
let platform: TestPlatform;
beforeEach(async () => {
  platform = createTestPlatform();
  setPlatform(platform);
  node = await loadNode(registerLiveState, { type: "live-state" }, { outputs: 2 });
});
afterEach(async () => {
  await node.unload();
  await platform.close();
  setPlatform(undefined);
});

test("shows a fresh snapshot and passes it on", async () => {
  await node.receive({ topic: "snapshot", payload: aSnapshot(), isReplay: false });
  expect(platform.liveState.get("site-001")).toEqual(aSnapshot());
  expect(node.outputs[0]?.map(({ payload }) => payload)).toEqual([aSnapshot()]);
});

test("passes a replayed snapshot on without showing it", async () => {
  await node.receive({ topic: "snapshot", payload: aSnapshot(), isReplay: true });
  expect(platform.liveState.get("site-001")).toBeUndefined();
  expect(node.outputs[0]).toHaveLength(1);
});

test("takes the report of a round, and passes it on at output 2", async () => {
  await node.receive({ topic: "round-report", payload: aRound() });
  expect(platform.liveState.rounds()).toEqual([aRound()]);
  expect(node.outputs[1]).toHaveLength(1);
  expect(node.outputs[0]).toEqual([]);
});

test.for([
  {
    name: "another topic",
    msg: { topic: "rejected", payload: {} },
    says: /takes msg.topic "snapshot" or "round-report"/,
  },
  { name: "a half snapshot", msg: { topic: "snapshot", payload: {} }, says: /not a Snapshot/ },
  { name: "a half report", msg: { topic: "round-report", payload: {} }, says: /not a RoundReport/ },
])("refuses $name", async ({ msg, says }) => {
  await node.receive(msg);
  expect(node.errors).toEqual([expect.stringMatching(says)]);
  expect(node.completed()).toBe(0);
});
