import fc from "fast-check";
import { expect, test } from "vitest";
import type { CommandState } from "../../../domain/commands/command.ts";
import {
  type EmergencyFacts,
  type EmergencyStep,
  nextEmergencyStep,
  type OrderedStep,
} from "../../../domain/commands/emergency-stop.ts";
import { fitKind } from "../../../domain/commands/fit-profile.ts";
import { ask, HK3, profileOf } from "./command-under-test.ts";

const WAITS: EmergencyFacts["judgement"] = {
  verdict: "refused",
  findings: [{ id: "it-power", result: "refused", values: { load_kw: 900 }, limit: 51.5 }],
};
const READY: EmergencyFacts["judgement"] = { verdict: "allowed", findings: [] };
const BATCHES = { minersPerBatch: 30, mostBatches: 7, isAllowed: true };

const step = (more: Partial<EmergencyFacts>) =>
  nextEmergencyStep({
    state: "running",
    attempt: 1,
    sleepBatches: 0,
    stop: null,
    sleep: null,
    judgement: WAITS,
    sleeps: null,
    ...more,
  });
const done = (state: CommandState, stateReason: string | null = null): OrderedStep => ({ state, stateReason });

test.each<[string, Partial<EmergencyFacts>, object]>([
  ["miners run, and only people can stop them", {}, { act: "wait" }],
  ["miners run, and the platform can", { sleeps: BATCHES }, { act: "sleep-miners", miners: 30 }],
  ["a batch is under way", { sleeps: BATCHES, sleepBatches: 1, sleep: done("accepted") }, { act: "wait" }],
  [
    "a batch sleeps, and there is load",
    { sleeps: BATCHES, sleepBatches: 1, sleep: done("verified") },
    { act: "sleep-miners", miners: 30 },
  ],
  ["a batch that did not go to sleep", { sleeps: BATCHES, sleepBatches: 1, sleep: done("no_effect") }, { act: "wait" }],
  [
    "a batch was never sent",
    { sleeps: BATCHES, sleepBatches: 1, sleep: done("failed", "interlock") },
    { act: "sleep-miners", miners: 30 },
  ],
  ["the controller refused a batch", { sleeps: BATCHES, sleep: done("failed", "refused") }, { act: "wait" }],
  ["the gap between two batches", { sleeps: { ...BATCHES, isAllowed: false } }, { act: "wait" }],
  ["all batches were told", { sleeps: BATCHES, sleepBatches: 7, sleep: done("verified") }, { act: "wait" }],
  [
    "nobody knows the load",
    {
      sleeps: BATCHES,
      judgement: {
        verdict: "cannot_verify",
        findings: [{ id: "it-power", result: "cannot_verify", values: {}, limit: null }],
      },
    },
    { act: "wait" },
  ],
  ["everything is met", { judgement: READY }, { act: "order-stop" }],
  ["everything is met, but a batch is under way", { judgement: READY, sleep: done("queued") }, { act: "wait" }],
  ["the stop is on its way", { judgement: READY, stop: done("sent") }, { act: "wait" }],
  ["nobody knows what the stop did", { judgement: READY, stop: done("unknown") }, { act: "wait" }],
  ["the plant shows it", { stop: done("verified", "read-back") }, { act: "end", state: "stopped", reason: null }],
  [
    "the plant does not",
    { stop: done("no_effect", "not-seen") },
    { act: "end", state: "needs_person", reason: "no-effect" },
  ],
  [
    "the controller refused",
    { stop: done("failed", "refused") },
    { act: "end", state: "needs_person", reason: "refused" },
  ],
  [
    "a person says that it failed",
    { stop: done("failed", "by-person") },
    { act: "end", state: "needs_person", reason: "by-person" },
  ],
  ["taken back by a person", { stop: done("cancelled") }, { act: "end", state: "needs_person", reason: "cancelled" }],
  ["the load came back before it was sent", { stop: done("failed", "interlock") }, { act: "next-attempt" }],
  ["it was surely not sent", { stop: done("failed", "not-sent") }, { act: "next-attempt" }],
  ["its turn did not come", { stop: done("expired") }, { act: "next-attempt" }],
  [
    "its turn never comes",
    { attempt: 20, stop: done("expired") },
    { act: "end", state: "needs_person", reason: "not-sent-in-time" },
  ],
  ["it waits for a person", { state: "needs_person", judgement: READY }, { act: "wait" }],
  ["it has stopped", { state: "stopped", judgement: READY }, { act: "wait" }],
])("%s", (_, facts, expected) => {
  expect(step(facts)).toEqual(expected);
});

test("whatever comes of its commands, no stop is ordered after one that may have been sent", () => {
  const fate = fc.constantFrom(
    { end: done("verified", "read-back"), wasSent: true },
    { end: done("no_effect", "not-seen"), wasSent: true },
    { end: done("failed", "refused"), wasSent: true },
    { end: done("failed", "by-person"), wasSent: true },
    { end: done("unknown"), wasSent: true },
    { end: done("failed", "interlock"), wasSent: false },
    { end: done("failed", "not-sent"), wasSent: false },
    { end: done("expired", "not-sent-in-time"), wasSent: false },
  );
  const turn = fc.record({ judgement: fc.constantFrom(READY, WAITS), isOver: fc.boolean(), fate });
  const tally = { sent: 0, anew: 0 };
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 40 }), (turns) => {
      let now: Known = { state: "running", attempt: 1, stop: null, wasSent: false };
      for (const { judgement, isOver, fate: next } of turns) {
        if (isOver) now = ended(now, next);
        const act = step({ ...now, judgement });
        if (act.act === "order-stop" || act.act === "next-attempt") expect(now.wasSent).toBe(false);
        now = after(now, act);
      }
      tally.sent += now.wasSent ? 1 : 0;
      tally.anew += now.attempt - 1;
    }),
    { numRuns: 300, seed: 20_260_401 },
  );
  expect(tally.sent).toBeGreaterThan(50);
  expect(tally.anew).toBeGreaterThan(50);
});

type Known = Pick<EmergencyFacts, "state" | "attempt" | "stop"> & { readonly wasSent: boolean };
function ended(now: Known, { end, wasSent }: { readonly end: OrderedStep; readonly wasSent: boolean }): Known {
  return now.stop?.state === "queued" ? { ...now, stop: end, wasSent: now.wasSent || wasSent } : now;
}
function after(now: Known, next: EmergencyStep): Known {
  switch (next.act) {
    case "order-stop":
      return { ...now, stop: done("queued") };
    case "next-attempt":
      return { ...now, attempt: now.attempt + 1, stop: null };
    case "end":
      return { ...now, state: next.state };
    default:
      return now;
  }
}

test("an operator need not wait for the over-run, and only an engineer stops under load", () => {
  const site = { recentLoads: [] };
  expect(ask("emergency_stop", { site }).verdict).toBe("cannot_verify");
  expect(ask("emergency_stop", { site, role: "operator", overrides: ["pump-overrun"] }).verdict).toBe("allowed");
  const running = { reading: { values: { total_power_kw: 900 } }, overrides: ["pump-overrun", "it-power"] };
  expect(ask("emergency_stop", { ...running, role: "operator" }).verdict).toBe("refused");
  expect(ask("emergency_stop", { ...running, role: "engineer" }).verdict).toBe("allowed");
});

test("its call is the one that stops the cooling", () => {
  const profile = profileOf("bitmain-antbox-hk3");
  const { vendor, unusable } = fitKind("emergency_stop", profile);
  expect([vendor, unusable]).toEqual([profile.commands["stop_cooling"], null]);
  const { stop_cooling: _, ...others } = profile.commands;
  expect(fitKind("emergency_stop", { ...profile, commands: others }).unusable).toBe("no-vendor-call");
  expect(HK3.map).toHaveProperty("circulation_pump_running");
});
