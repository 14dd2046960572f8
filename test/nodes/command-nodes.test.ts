import { afterEach, describe, expect, test } from "vitest";
import type { CommandSender } from "../../adapters/commands/command-sender.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import type { Command } from "../../domain/commands/command.ts";
import { setPlatform } from "../../nodes/_shared/platform.ts";
import registerCommandIn from "../../nodes/command-in/command-in.ts";
import registerCommandSender from "../../nodes/command-sender/command-sender.ts";
import registerCommandState from "../../nodes/command-state/command-state.ts";
import { type LoadedNode, loadNode } from "./node-harness.ts";
import { createTestPlatform, type TestPlatform } from "./test-platform.ts";

const COMMAND: Command = {
  id: "018f0000-0000-7000-8000-000000000001",
  siteId: "site-001",
  kind: "set_supply_temp",
  args: { temp_c: 35 },
  state: "claimed",
  stateReason: null,
  requestedBy: "li",
  reason: null,
  approvedBy: null,
  overrides: [],
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-01T00:01:00.000Z",
  sentAt: null,
  verifyBy: null,
  endedAt: null,
  effectAfterS: null,
  evidence: null,
};
const ACCEPTED: Command = { ...COMMAND, state: "accepted", sentAt: "2026-01-01T00:00:02.000Z" };
const RAISED: ConditionEvent = {
  type: "raised",
  siteId: "site-001",
  segmentId: null,
  ruleId: "command-no-effect",
  at: "2026-01-01T00:00:00.000Z",
  priority: "high",
  sources: ["platform"],
  point: null,
  value: null,
  limit: null,
  unit: null,
  latching: false,
  suppressedBy: null,
};

/** A sender that a test drives by hand; the real one is tested with real controllers. */
function handDrivenSender() {
  const sent: string[] = [];
  const listeners = new Set<(command: Command) => void>();
  let taker: ((command: Command) => void) | null = null;
  let fails = false;
  const sender: CommandSender = {
    attach(take) {
      taker = take;
      return () => {
        taker = null;
      };
    },
    async send(id) {
      if (fails) throw new Error("the database is away");
      sent.push(id);
      return ACCEPTED;
    },
    ring: () => {},
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stats: () => ({ inHand: 0, underWay: 0, isAttached: taker !== null }),
    close: async () => {},
  };
  return {
    sender,
    sent,
    claim: (command: Command) => taker?.(command),
    move(command: Command) {
      for (const listener of listeners) listener(command);
    },
    isAttached: () => taker !== null,
    listening: () => listeners.size,
    fail() {
      fails = true;
    },
  };
}

let node: LoadedNode | undefined;
let platform: TestPlatform;
async function load(register: Parameters<typeof loadNode>[0], type: string, parts = {}, outputs = 1) {
  platform = createTestPlatform(parts);
  setPlatform(platform);
  node = await loadNode(register, { type }, { outputs });
  return node;
}
afterEach(async () => {
  await node?.unload();
  await platform.close();
  setPlatform(undefined);
});

describe("command-in", () => {
  test("hands out what is claimed, as long as it is there", async () => {
    const hand = handDrivenSender();
    const loaded = await load(registerCommandIn, "command-in", { commandSender: hand.sender });
    hand.claim(COMMAND);
    await expect
      .poll(() => loaded.outputs[0])
      .toEqual([expect.objectContaining({ topic: "command", payload: COMMAND })]);
    await loaded.unload();
    node = undefined;
    expect(hand.isAttached()).toBe(false);
  });
});

describe("command-sender", () => {
  test("sends what arrives by its id, and hands out what becomes of commands", async () => {
    const hand = handDrivenSender();
    const loaded = await load(registerCommandSender, "command-sender", { commandSender: hand.sender });
    await loaded.receive({ topic: "command", payload: { ...COMMAND, args: { temp_c: 20 } } });
    expect(hand.sent).toEqual([COMMAND.id]);
    hand.move(ACCEPTED);
    await expect
      .poll(() => loaded.outputs[0])
      .toEqual([expect.objectContaining({ topic: "command-state", payload: ACCEPTED })]);
    await loaded.unload();
    node = undefined;
    expect(hand.listening()).toBe(0);
  });

  test.for([
    { name: "another topic", msg: { topic: "snapshot", payload: {} }, says: /takes msg.topic "command"/ },
    { name: "no command", msg: { topic: "command", payload: { id: "1" } }, says: /not a Command/ },
  ])("refuses $name", async ({ msg, says }) => {
    const hand = handDrivenSender();
    const loaded = await load(registerCommandSender, "command-sender", { commandSender: hand.sender });
    await loaded.receive(msg);
    expect(loaded.errors).toEqual([expect.stringMatching(says)]);
    expect(hand.sent).toEqual([]);
  });

  test("sends nothing where other processes send", async () => {
    const loaded = await load(registerCommandSender, "command-sender");
    await loaded.receive({ topic: "command", payload: COMMAND });
    expect([loaded.errors, loaded.outputs[0], loaded.completed()]).toEqual([[], [], 1]);
  });

  test("a database that is away reaches the Catch node", async () => {
    const hand = handDrivenSender();
    hand.fail();
    const loaded = await load(registerCommandSender, "command-sender", { commandSender: hand.sender });
    await loaded.receive({ topic: "command", payload: COMMAND });
    expect(loaded.errors).toEqual([expect.stringMatching(/database is away/)]);
  });
});

describe("command-state", () => {
  test("shows what arrives and passes it on", async () => {
    const loaded = await load(registerCommandState, "command-state", {}, 2);
    const shown: Command[] = [];
    platform.commandFeed.onShown((command) => shown.push(command));
    await loaded.receive({ topic: "command-state", payload: ACCEPTED });
    expect(shown).toEqual([ACCEPTED]);
    expect(loaded.outputs[0]?.map(({ payload }) => payload)).toEqual([ACCEPTED]);
    expect(loaded.outputs[1]).toEqual([]);
    await loaded.receive({ topic: "command-state", payload: {} });
    expect(loaded.errors).toEqual([expect.stringMatching(/not a Command/)]);
  });

  test("hands out the alarm of commands without effect", async () => {
    let tell: (events: readonly ConditionEvent[]) => void = () => {};
    const commandAlarms = {
      onFound(listener: typeof tell) {
        tell = listener;
        return () => {};
      },
    };
    const loaded = await load(registerCommandState, "command-state", { commandAlarms }, 2);
    tell([RAISED]);
    await expect
      .poll(() => loaded.outputs[1])
      .toEqual([
        expect.objectContaining({
          topic: "alarm-conditions",
          payload: { events: [RAISED], place: expect.any(Number) },
        }),
      ]);
  });
});
