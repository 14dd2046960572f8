import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPlatformLook, type PlatformSources } from "../../../adapters/self-watch/platform-look.ts";
import { createSelfWatch, type SelfWatch } from "../../../adapters/self-watch/self-watch.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import type { RoundReport } from "../../../domain/collection/round-report.ts";
import type { Log } from "../../../domain/log.ts";
import { aRound } from "../../nodes/builders.ts";

const LOOK_MS = 5;
const INTERVAL_MS = 60_000;

let nowMs: number;
let rounds: RoundReport[];
let journal: { bytes: number; capBytes: number; isWritable: boolean };
let lagS: number;
let storedMs: number | Error;
let judgedMs: number | null;
let withoutRules: string[];
let isJudging: boolean;
let said: string[];
let lookCount = 0;
let watch: SelfWatch;

const log: Log = {
  info: (facts, text) => said.push(`${text} ${JSON.stringify(facts)}`),
  warn: (facts, text) => said.push(`${text} ${JSON.stringify(facts)}`),
  error: () => undefined,
};
const sources: PlatformSources = {
  liveState: { rounds: () => rounds },
  inventory: { all: () => [] },
  alarms: { judgedMs: () => judgedMs, rules: () => [], holdersWithoutRules: () => withoutRules },
  writer: { stats: () => ({ lagS }) },
  journal: { stats: () => journal },
  async storedSlot() {
    lookCount += 1;
    if (storedMs instanceof Error) throw storedMs;
    return storedMs;
  },
  failingChannels: () => [],
  heartbeatFailingSinceMs: () => null,
  recordingStoppedSince: async () => null,
  pollIntervalS: 60,
};

beforeEach(() => {
  nowMs = Date.parse("2026-03-02T08:00:00.000Z");
  rounds = [];
  journal = { bytes: 1, capBytes: 100, isWritable: true };
  lagS = 1;
  storedMs = nowMs;
  judgedMs = nowMs;
  withoutRules = [];
  isJudging = true;
  said = [];
});
afterEach(() => watch?.stop());

function start(own: Partial<PlatformSources> = {}): { readonly told: ConditionEvent[] } {
  const look = createPlatformLook({ ...sources, ...own }, nowMs - 3_600_000, log);
  watch = createSelfWatch({ look, reign: () => (isJudging ? 7 : null), clock: () => nowMs, log, lookMs: LOOK_MS });
  const told: ConditionEvent[] = [];
  watch.onFound((events) => told.push(...events));
  return { told };
}
const raised = (told: readonly ConditionEvent[]) =>
  told.filter(({ type }) => type === "raised").map(({ ruleId, at }) => `${ruleId} ${at}`);
/** Waits until it has looked several times. */
async function looks(): Promise<void> {
  const before = lookCount;
  await vi.waitFor(() => expect(lookCount).toBeGreaterThan(before + 3));
}

test("finds a full journal at once, says so in the log, and tells of its end", async () => {
  const { told } = start();
  journal = { ...journal, bytes: 81 };
  await vi.waitFor(() => expect(raised(told)).not.toEqual([]));
  expect(watch.active()).toMatchObject([{ ruleId: "platform-journal-filling", priority: "high" }]);
  expect(said.join()).toContain('raises an alarm about itself {"ruleId":"platform-journal-filling"');
  journal = { ...journal, bytes: 10 };
  await looks();
  nowMs += INTERVAL_MS;
  const cleared = expect.objectContaining({ type: "cleared", ruleId: "platform-journal-filling" });
  await vi.waitFor(() => expect(told).toContainEqual(cleared));
  expect(watch.active()).toEqual([]);
});

test("a journal that cannot be written counts as full", async () => {
  journal = { ...journal, isWritable: false };
  const { told } = start();
  await vi.waitFor(() =>
    expect(told).toContainEqual(expect.objectContaining({ type: "raised", priority: "critical", value: 100 })),
  );
});

test("what is found while nobody can store it is told when this process judges again, with its own time", async () => {
  isJudging = false;
  const { told } = start();
  journal = { ...journal, bytes: 90 };
  await vi.waitFor(() => expect(watch.active()).toHaveLength(1));
  const beganAt = new Date(nowMs).toISOString();
  journal = { ...journal, bytes: 10 };
  await looks();
  nowMs += INTERVAL_MS;
  await vi.waitFor(() => expect(watch.active()).toEqual([]));
  expect(told).toEqual([]);
  nowMs += INTERVAL_MS;
  isJudging = true;
  await vi.waitFor(() => expect(raised(told)).toEqual([`platform-journal-filling ${beganAt}`]));
  expect(told.filter(({ ruleId, type }) => ruleId === "platform-journal-filling" && type === "cleared")).not.toEqual(
    [],
  );
});

test("a listener that comes later hears everything, and one that has left nothing", async () => {
  journal = { ...journal, bytes: 90 };
  start();
  await vi.waitFor(() => expect(watch.active()).toHaveLength(1));
  const later: ConditionEvent[] = [];
  const leave = watch.onFound((events) => later.push(...events));
  await vi.waitFor(() => expect(raised(later).length).toBeGreaterThan(0));
  leave();
  const heard = later.length;
  journal = { ...journal, bytes: 99 };
  await looks();
  expect(later).toHaveLength(heard);
  expect(watch.endings()).toMatchObject([{ type: "cleared", ruleId: "platform-journal-filling" }]);
});

test("a database that does not answer does not keep its lag from being raised", async () => {
  const { told } = start({ writer: null });
  rounds = [aRound({ slot: new Date(nowMs).toISOString() })];
  await looks();
  storedMs = new Error("gone");
  for (let minute = 1; minute <= 4; minute += 1) {
    nowMs += INTERVAL_MS;
    rounds = [aRound({ slot: new Date(nowMs).toISOString() }), ...rounds];
    judgedMs = nowMs;
    await looks();
  }
  await vi.waitFor(() => expect(raised(told).join()).toContain("platform-write-lag"));
  expect(said.filter((line) => line.includes("self-watch cannot ask"))).toHaveLength(1);
});

test("extra polls of watched sites are no rounds", async () => {
  const slot = (offsetMs: number) => new Date(nowMs + offsetMs).toISOString();
  rounds = [10_000, 20_000, 30_000].map((offsetMs) => aRound({ slot: slot(-offsetMs), durationMs: 9_000 }));
  const look = createPlatformLook(sources, nowMs, log);
  expect(look.facts(nowMs).rounds).toEqual([]);
  rounds = [aRound({ slot: slot(0) }), ...rounds];
  expect(look.facts(nowMs).rounds).toHaveLength(1);
});
