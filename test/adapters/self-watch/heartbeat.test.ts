import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { blockListOf } from "../../../adapters/security/client-address.ts";
import { type Heartbeat, startHeartbeat } from "../../../adapters/self-watch/heartbeat.ts";
import { createPlatformLook } from "../../../adapters/self-watch/platform-look.ts";
import { createSelfWatch } from "../../../adapters/self-watch/self-watch.ts";
import { createAddressGuard } from "../../../adapters/webhooks/address-guard.ts";
import { sendOnce } from "../../../adapters/webhooks/send-once.ts";
import type { Log } from "../../../domain/log.ts";
import { answer, RECEIVER_HOST, type Receiver, startReceiver } from "../webhooks/receiver.ts";

const SECRET_PATH = "/ping/4f1c0a";

let receiver: Receiver;
let beats: Heartbeat;
let isWell: boolean;
let said: string[];
const log: Log = {
  info: (facts, text) => said.push(`${text} ${JSON.stringify(facts)}`),
  warn: (facts, text) => said.push(`${text} ${JSON.stringify(facts)}`),
  error: (facts, text) => said.push(`${text} ${JSON.stringify(facts)}`),
};

beforeEach(async () => {
  receiver = await startReceiver();
  receiver.behave(answer(200));
  isWell = true;
  said = [];
});
afterEach(async () => {
  beats?.stop();
  await receiver.close();
});

function start(allow: readonly string[] = [RECEIVER_HOST]): void {
  const guard = createAddressGuard({ allow: blockListOf(allow), forbidden: () => new Set() });
  beats = startHeartbeat({
    intervalS: 0.02,
    beat: (signal) => sendOnce({ url: receiver.url + SECRET_PATH, headers: {}, body: "" }, { guard, signal }),
    isWell: () => isWell,
    clock: Date.now,
    log,
  });
}
const settle = () => new Promise((done) => setTimeout(done, 100));

test("beats come while all is well, stop when it is not, and come again", async () => {
  start();
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(2));
  expect(receiver.received[0]).toMatchObject({ path: SECRET_PATH, body: "" });
  expect(beats.failingSinceMs()).toBeNull();
  isWell = false;
  await settle();
  const soFar = receiver.received.length;
  await settle();
  expect(receiver.received).toHaveLength(soFar);
  isWell = true;
  await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(soFar));
});

test("a beat that is not taken is a failure until one is, and the log does not tell the address", async () => {
  receiver.behave(answer(500));
  start();
  await vi.waitFor(() => expect(beats.failingSinceMs()).not.toBeNull());
  receiver.behave(answer(200));
  await vi.waitFor(() => expect(beats.failingSinceMs()).toBeNull());
  expect(said).toEqual([expect.stringContaining('"status":500')]);
  expect(said.join()).not.toContain("4f1c0a");
  expect(said.join()).not.toContain(RECEIVER_HOST);
});

test("an address that may not be reached is not called", async () => {
  start(["192.0.2.1"]);
  await vi.waitFor(() => expect(beats.failingSinceMs()).not.toBeNull());
  expect(receiver.received).toEqual([]);
  expect(said.join()).toContain("forbidden-address");
});

test("beats stop when the rules judge no more, or nothing is stored, although everything else goes on", async () => {
  let nowMs = Date.parse("2026-03-02T08:00:00.000Z");
  let judgedMs = nowMs;
  let lagS = 1;
  const look = createPlatformLook(
    {
      liveState: { rounds: () => [] },
      inventory: { all: () => [] },
      alarms: { judgedMs: () => judgedMs, rules: () => [], holdersWithoutRules: () => [] },
      writer: { stats: () => ({ lagS }) },
      journal: null,
      storedSlot: async () => null,
      failingChannels: () => [],
      heartbeatFailingSinceMs: () => null,
      recordingStoppedSince: async () => null,
      pollIntervalS: 60,
    },
    nowMs,
    log,
  );
  const watch = createSelfWatch({ look, reign: () => 1, clock: () => nowMs, log });
  const guard = createAddressGuard({ allow: blockListOf([RECEIVER_HOST]), forbidden: () => new Set() });
  beats = startHeartbeat({
    intervalS: 0.02,
    beat: (signal) => sendOnce({ url: receiver.url + SECRET_PATH, headers: {}, body: "" }, { guard, signal }),
    isWell: watch.isWell,
    clock: () => nowMs,
    log,
  });
  const comes = async () => {
    await settle();
    const before = receiver.received.length;
    await settle();
    return receiver.received.length > before;
  };
  expect(await comes()).toBe(true);
  nowMs += 180_000;
  expect(await comes()).toBe(false);
  judgedMs = nowMs;
  expect(await comes()).toBe(true);
  lagS = 90;
  expect(await comes()).toBe(false);
  expect(beats.failingSinceMs()).toBeNull();
  watch.stop();
});
