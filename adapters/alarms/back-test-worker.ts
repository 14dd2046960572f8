import { parentPort, workerData } from "node:worker_threads";
import { createFirstLook } from "../../domain/alarms/back-test/first-look.ts";
import { historyFacts } from "../../domain/alarms/back-test/history-facts.ts";
import { type BackTest, type BackTestOptions, createBackTest } from "../../domain/alarms/back-test.ts";
import { localClock } from "../../domain/alarms/local-clock.ts";
import type { LocalClock } from "../../domain/alarms/site-view.ts";
import { AppError } from "../../domain/errors.ts";
import { createSlotReader } from "./history-slots.ts";
import type { BackTestReply, BackTestTask, ToBackTest } from "./run-back-test.ts";

/** Judges history in a thread of its own: the event loop of the platform goes on, and what takes too long can be ended. */
const task = workerData as BackTestTask;
const port = parentPort;
const looks = task.looksFirst ? (attempt(() => task.variants.map((one) => createFirstLook(optionsOf(one)))) ?? []) : [];
let tests: readonly BackTest[] = task.looksFirst
  ? []
  : (attempt(() => task.variants.map((one) => createBackTest(optionsOf(one)))) ?? []);
let judges: readonly Pick<BackTest, "take">[] = task.looksFirst ? looks : tests;
let slotsOf = createSlotReader(task.plan);

port?.on("message", (message: ToBackTest) => {
  attempt(() => {
    if (message === "end") return reply({ results: tests.map((test) => test.result()) });
    if (message === "looked") return lookAgain();
    if ("plan" in message) {
      slotsOf = createSlotReader(message.plan);
      return;
    }
    let snapshots = 0;
    for (const { slotMs, readings } of slotsOf(message)) {
      snapshots += readings.length;
      for (const judge of judges) judge.take(slotMs, readings);
    }
    reply({ doneMs: message.toMs, snapshots });
  });
});

function lookAgain(): void {
  tests = looks.map((look) => look.secondLook(factsAt()));
  judges = tests;
  reply({ sites: [...new Set(looks.flatMap((look) => [...look.sites()]))] });
}

function optionsOf({ rules, tested }: BackTestTask["variants"][number]): BackTestOptions {
  const { flags, fromMs, toMs, budgetPerSiteDay, timeZone } = task;
  return {
    rules,
    tested: new Set(tested),
    factsAt: factsAt(),
    clockAt: clockOf(timeZone),
    flags,
    fromMs,
    toMs,
    budgetPerSiteDay,
  };
}

function factsAt(): BackTestOptions["factsAt"] {
  const { facts, flags, lab } = task;
  return historyFacts(new Map(facts.map((own) => [own.siteId, own])), flags, lab);
}

/** It is asked several times for each slot. */
function clockOf(timeZone: string): (slotMs: number) => LocalClock {
  let known: { readonly slotMs: number; readonly clock: LocalClock } | null = null;
  return (slotMs) => {
    if (known?.slotMs !== slotMs) known = { slotMs, clock: localClock(slotMs, timeZone) };
    return known.clock;
  };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const isOurs = error instanceof AppError;
    reply({ code: isOurs ? error.code : "internal.unexpected", reason: error instanceof Error ? error.message : "" });
    return undefined;
  }
}

function reply(message: BackTestReply): void {
  port?.postMessage(message);
}
