import { afterEach, expect, test } from "vitest";
import registerBlueprint from "../../nodes/_blueprint/blueprint.ts";
import { migrateSettings } from "../../nodes/_blueprint/migrate-settings.ts";
import { aSnapshot } from "./builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";

let node: LoadedNode;
afterEach(() => node?.unload());
const load = (config: object = {}) =>
  loadNode(registerBlueprint, { type: "blueprint", slowAfterMs: "1000", ...config });

test("passes the snapshot on untouched, and counts what is slower than the setting", async () => {
  node = await load();
  await node.receive({ topic: "snapshot", payload: aSnapshot({ latencyMs: 1000 }) });
  await node.receive({ topic: "snapshot", payload: aSnapshot({ latencyMs: 1001 }) });
  expect(node.outputs[0]?.map(({ payload }) => payload)).toEqual([
    aSnapshot({ latencyMs: 1000 }),
    aSnapshot({ latencyMs: 1001 }),
  ]);
  expect(node.completed()).toBe(2);
  await expect.poll(() => node.statuses.at(-1), { timeout: 5000 }).toMatchObject({ fill: "green", text: "1" });
});

test.for([
  {
    name: "another topic",
    msg: { topic: "reply", payload: aSnapshot() },
    says: /takes msg.topic "snapshot", got "reply"/,
  },
  {
    name: "another shape",
    msg: { topic: "snapshot", payload: { siteId: "site-001" } },
    says: /not a Snapshot: payload/,
  },
])("refuses $name with an error that says so", async ({ msg, says }) => {
  node = await load();
  await node.receive(msg);
  expect(node.errors).toEqual([expect.stringMatching(says)]);
  expect(node.outputs[0]).toEqual([]);
  expect(node.completed()).toBe(0);
});

test.for([
  { name: "a blank field", slowAfterMs: "", says: 'slowAfterMs: Invalid input: expected number, received NaN, is ""' },
  { name: "an unset variable", slowAfterMs: "$" + "{NOT_SET}", says: "not set: $" + "{NOT_SET}" },
])("$name is reported, and snapshots still pass", async ({ slowAfterMs, says }) => {
  node = await load({ slowAfterMs });
  expect(node.logged()).toEqual([expect.stringContaining(says)]);
  await node.receive({ topic: "snapshot", payload: aSnapshot() });
  expect(node.outputs[0]).toHaveLength(1);
});

test("settings of version 1, in seconds, still open", () => {
  expect(migrateSettings({ slowAfterS: "2" })).toEqual({ version: 2, slowAfterMs: "2000" });
  expect(migrateSettings({ slowAfterS: "" })).toEqual({ version: 2, slowAfterMs: "" });
});
