import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AlarmTransition } from "../../domain/alarms/alarm.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerNotify from "../../nodes/notify/notify.ts";
import { aRaise } from "../domain/notification/notification-builders.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, type TestPlatform } from "./test-platform.ts";

let node: LoadedNode;
let platform: TestPlatform;
let attached = 0;
const taken: AlarmTransition[] = [];
let store: () => Promise<void> = async () => undefined;

beforeEach(async () => {
  taken.length = 0;
  attached = 0;
  store = async () => undefined;
  platform = createTestPlatform({
    notifications: {
      async take(transitions) {
        await store();
        taken.push(...transitions);
      },
      attach() {
        attached += 1;
        return () => {
          attached -= 1;
        };
      },
      stats: () => ({ waiting: 0, isBehind: false }),
    },
  });
  setPlatform(platform);
  node = await loadNode(registerNotify, { type: "notify" });
});
afterEach(async () => {
  await node.unload();
  expect(attached).toBe(0);
  await platform.close();
  setPlatform(undefined);
});

test("hands alarms over, and passes them on when they are stored", async () => {
  expect(attached).toBe(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  store = () => promise;
  const receiving = node.receive({ topic: "alarm", payload: aRaise("site-001") });
  expect(node.outputs[0] ?? []).toEqual([]);
  resolve();
  await receiving;
  await vi.waitFor(() => expect(node.outputs[0]).toHaveLength(1));
  expect(taken).toEqual([aRaise("site-001")]);
});

test.for([
  { name: "another topic", msg: { topic: "snapshot", payload: {} }, says: /takes msg.topic "alarm"/ },
  { name: "no transition", msg: { topic: "alarm", payload: { kind: "raised" } }, says: /not an AlarmTransition/ },
])("refuses $name", async ({ msg, says }) => {
  await node.receive(msg);
  expect(node.errors).toEqual([expect.stringMatching(says)]);
  expect(taken).toEqual([]);
});
