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
import { median } from "../peers/statistics.ts";

const CLOCK = { minuteOfDay: 720, weekday: 1 };
const INTERVAL_S = 60;
/** The first ones warm up. */
const WARM_UP = 100;

/**
 * Processor time of whole slots, ms, median, with all threads of the process: that of one thread is counted in ticks of the
 * scheduler, which are as long as a slot. Delays, suppression, segments and life cycle are in it; storing is not.
 *
 * @param roundOf the snapshots of a slot, of the same sites each time
 */
export function slotMs(rules: readonly Rule[], roundOf: (slot: number) => readonly Snapshot[], slots: number): number {
  const set = compileRuleSet(rules);
  const first = roundOf(0);
  const facts = new Map(first.map(({ siteId }, place) => [siteId, factsOf(siteId, place)]));
  const startMs = Date.parse(first[0]?.slot ?? "");
  let state = EMPTY_FLEET;
  let book: AlarmBook = new Map();
  const taken: number[] = [];
  for (let slot = 0; slot < slots + WARM_UP; slot += 1) {
    const atMs = startMs + slot * INTERVAL_S * 1000;
    const at = new Date(atMs).toISOString();
    const round = roundOf(slot).map((snapshot) => ({ ...snapshot, slot: at }));
    const before = process.cpuUsage();
    const step = advanceSlot(set, state, { slotMs: atMs, facts, clock: CLOCK }, round);
    state = step.state;
    if (step.events.length > 0) ({ book } = applyConditionEvents(book, step.events));
    const { user, system } = process.cpuUsage(before);
    if (slot >= WARM_UP) taken.push((user + system) / 1000);
  }
  return median(taken);
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
