import { type AlarmBook, applyConditionEvents } from "../../domain/alarms/alarm-book.ts";
import { advanceSlot } from "../../domain/alarms/alarm-engine.ts";
import { compileRule } from "../../domain/alarms/compile-rule.ts";
import { trustedReading } from "../../domain/alarms/expression/point-reading.ts";
import { EMPTY_FLEET } from "../../domain/alarms/fleet-state.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../domain/alarms/rule-set.ts";
import type { SiteFacts } from "../../domain/alarms/site-facts.ts";
import type { SiteView } from "../../domain/alarms/site-view.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { median, quantile } from "../peers/statistics.ts";

const CLOCK = { minuteOfDay: 720, weekday: 1 };
const INTERVAL_S = 60;
/** The first ones warm up. */
const WARM_UP = 100;
/** Some 0.4 ms at best. */
const REFERENCE_PASSES = 50;
const REFERENCE = Array.from({ length: 2_000 }, (_, key) => ({ key, total: key }));
/** More than that above its best is no accident of the clock. */
const HELD_BACK = 1.1;

export type SlotTimes = {
  /** Median of all slots, ms. */
  readonly allMs: number;
  /** Median of those in which the machine was not held back, ms; NaN when there was none. */
  readonly undisturbedMs: number;
  /** How many of them there were, percent. */
  readonly undisturbedPct: number;
};

/**
 * Processor time of whole slots with all threads of the process: that of one thread is counted in ticks of the scheduler,
 * which are as long as a slot. Delays, suppression, segments and life cycle are in it; storing is not.
 *
 * A processor that shares its core with a stranger's does the same in up to 1.7 times the time, for minutes, and the kernel
 * calls it ours. So a piece of work that is always the same is timed before and after each slot: where it took as long as it
 * does at best, the slot was not held back either.
 *
 * @param roundOf the snapshots of a slot, of the same sites each time
 */
export function slotTimes(
  rules: readonly Rule[],
  roundOf: (slot: number) => readonly Snapshot[],
  slots: number,
): SlotTimes {
  const set = compileRuleSet(rules);
  const first = roundOf(0);
  const facts = new Map(first.map(({ siteId }, place) => [siteId, factsOf(siteId, place)]));
  const startMs = Date.parse(first[0]?.slot ?? "");
  let state = EMPTY_FLEET;
  let book: AlarmBook = new Map();
  const taken: { readonly ms: number; readonly referenceMs: number }[] = [];
  let referenceMs = referenceWork();
  for (let slot = 0; slot < slots + WARM_UP; slot += 1) {
    const atMs = startMs + slot * INTERVAL_S * 1000;
    const at = new Date(atMs).toISOString();
    const round = roundOf(slot).map((snapshot) => ({ ...snapshot, slot: at }));
    const before = process.cpuUsage();
    const step = advanceSlot(set, state, { slotMs: atMs, facts, clock: CLOCK }, round);
    state = step.state;
    if (step.events.length > 0) ({ book } = applyConditionEvents(book, step.events));
    const { user, system } = process.cpuUsage(before);
    const referenceBefore = referenceMs;
    referenceMs = referenceWork();
    const slower = Math.max(referenceBefore, referenceMs);
    if (slot >= WARM_UP) taken.push({ ms: (user + system) / 1000, referenceMs: slower });
  }
  // Some are interrupted, none is faster than the machine.
  const atBestMs = quantile(
    taken.map((one) => one.referenceMs),
    0.02,
  );
  const undisturbed = taken.filter((one) => one.referenceMs <= atBestMs * HELD_BACK);
  const msOf = (of: typeof taken) => (of.length === 0 ? Number.NaN : median(of.map(({ ms }) => ms)));
  return {
    allMs: msOf(taken),
    undisturbedMs: msOf(undisturbed),
    undisturbedPct: (undisturbed.length / taken.length) * 100,
  };
}

/**
 * Reads and writes records, as rules do.
 *
 * @returns processor time of this thread and its process, ms
 */
function referenceWork(): number {
  const before = process.cpuUsage();
  let sum = 0;
  for (let pass = 0; pass < REFERENCE_PASSES; pass += 1) {
    for (const record of REFERENCE) {
      record.total = (record.total * 31 + record.key) % 8191;
      sum += record.total;
    }
  }
  const { user, system } = process.cpuUsage(before);
  if (sum < 0) throw new Error("the reference work did nothing");
  return (user + system) / 1000;
}

/** Processor time of one pass over the conditions of rules that need no memory, ms, and how many of them hold. */
export function conditionsMs(
  rules: readonly Rule[],
  snapshots: readonly Snapshot[],
  passes: number,
): { readonly ms: number; readonly hits: number } {
  const compiled = rules.map((rule) => compileRule(rule).condition);
  const pass = () => {
    let hits = 0;
    for (const [place, snapshot] of snapshots.entries()) {
      const view = viewOf(snapshot, place);
      for (const condition of compiled) if (condition.judge(view, false, []) === true) hits += 1;
    }
    return hits;
  };
  for (let i = 0; i < WARM_UP; i += 1) pass();
  const before = process.threadCpuUsage();
  for (let i = 0; i < passes; i += 1) pass();
  const { user, system } = process.threadCpuUsage(before);
  return { ms: (user + system) / 1000 / passes, hits: pass() };
}

function viewOf(snapshot: Snapshot, place: number): SiteView {
  return {
    atMs: Date.parse(snapshot.slot),
    facts: factsOf(snapshot.siteId, place),
    reading: trustedReading(snapshot),
    misses: 0,
    goodPolls: 1,
    operating: "unknown",
    sisters: null,
    clock: CLOCK,
    members: [],
  };
}

function factsOf(siteId: string, place: number): SiteFacts {
  return {
    siteId,
    segmentId: `zone-${place % 7}`,
    circleId: `circle-${place % 3}`,
    intervalS: INTERVAL_S,
    enabled: true,
    ratedPowerKw: null,
    baselines: {},
    lab: {},
    camera: null,
    isInMaintenance: false,
    isCurtailed: false,
  };
}
