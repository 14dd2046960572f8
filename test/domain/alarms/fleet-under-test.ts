import type { Alarm, AlarmTransition } from "../../../domain/alarms/alarm.ts";
import { type AlarmBook, applyConditionEvents } from "../../../domain/alarms/alarm-book.ts";
import { advanceSlot, type SlotEnd } from "../../../domain/alarms/alarm-engine.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import type { Condition } from "../../../domain/alarms/condition.ts";
import { EMPTY_FLEET, type FleetState } from "../../../domain/alarms/fleet-state.ts";
import { defineRule, type Rule, type RuleInput } from "../../../domain/alarms/rule.ts";
import type { RuleSet } from "../../../domain/alarms/rule-set.ts";
import type { SiteFacts } from "../../../domain/alarms/site-facts.ts";
import type { QualityMark } from "../../../domain/telemetry/quality.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";

export const START_MS = Date.parse("2026-03-02T08:00:00.000Z");
export const NOON = { minuteOfDay: 12 * 60, weekday: 1 };

const HEALTHY: Snapshot["values"] = {
  supply_temp_c: 35.1,
  return_temp_c: 43.3,
  supply_temp_setpoint_c: 35,
  delta_temp_k: 8.2,
  heat_removed_kw: 885.8,
  supply_pressure_kpa: 290,
  return_pressure_kpa: 120,
  supply_flow_m3h: 94.6,
  circulation_pump_running: true,
  makeup_pump_running: false,
  makeup_pump_starts_24h: 1,
  spray_pump_running: true,
  tower_fan1_running: true,
  tower_fan2_running: true,
  tower_fan3_running: true,
  tank_level_low: false,
  tower_level_low: false,
  leak_detected: false,
  freeze_alarm: false,
  plc_disconnect: false,
  running_mode: "auto",
  container_temp_c: 38.4,
  container_rh_pct: 31,
  dew_point_margin_k: 16.8,
  box1_power_kw: 463,
  box2_power_kw: 458,
  total_power_kw: 921,
  miners_expected: 189,
  miners_online: 187,
  hashrate_th: 47311,
  chip_temp_max_c: 71,
  efficiency_j_th: 19.47,
};

export type Reading = {
  readonly values?: Snapshot["values"];
  readonly quality?: Record<string, QualityMark>;
  readonly faults?: readonly string[];
};

/** A healthy site's snapshot; the test names what it is about. Readings move a little from slot to slot, as real ones do. */
export function aSnapshot(
  siteId: string,
  slotMs: number,
  { values = {}, quality = {}, faults = [] }: Reading = {},
): Snapshot {
  const wobble = ((slotMs / 1000) % 7) / 100;
  const moving = {
    ...HEALTHY,
    supply_temp_c: 35.1 + wobble,
    return_temp_c: 43.3 + wobble,
    supply_pressure_kpa: 290 + wobble,
    supply_flow_m3h: 94.6 + wobble,
  };
  const at = new Date(slotMs).toISOString();
  return {
    siteId,
    slot: at,
    collectedAt: at,
    profile: "bitmain-antbox-hk3@1",
    values: { ...moving, ...values },
    quality,
    faults: [...faults],
    unmapped: [],
    attempts: 1,
    latencyMs: 40,
  };
}

export function someFacts(siteId: string, facts: Partial<SiteFacts> = {}): SiteFacts {
  return {
    siteId,
    segmentId: null,
    circleId: null,
    intervalS: 60,
    enabled: true,
    ratedPowerKw: 1000,
    baselines: {},
    lab: {},
    camera: null,
    isInMaintenance: false,
    isCurtailed: false,
    ...facts,
  };
}

const TEXT = { title: "t", cause: "c", consequence: "q", action: "a" };

/** A rule about one condition, without delays; the test names the rest. */
export function aRule(condition: Condition, rule: Partial<RuleInput> = {}): Rule {
  return defineRule({
    id: "under-test",
    texts: { "zh-CN": TEXT, en: TEXT },
    respondWithinMin: 10,
    owner: "operations",
    priority: "high",
    condition,
    source: "J",
    ...rule,
  });
}

/** A fleet whose slots a test plays one by one. */
export class PlayedFleet {
  state: FleetState = EMPTY_FLEET;
  book: AlarmBook = new Map();
  slotMs = START_MS - 60_000;
  readonly events: ConditionEvent[] = [];
  readonly transitions: AlarmTransition[] = [];
  readonly facts: Map<string, SiteFacts>;
  readonly set: RuleSet;
  clock = NOON;

  constructor(set: RuleSet, sites: readonly SiteFacts[]) {
    this.set = set;
    this.facts = new Map(sites.map((site) => [site.siteId, site]));
  }

  /** One slot: each site reads what `readingOf` says; null = it does not answer. @returns what happened */
  play(readingOf: (siteId: string) => Reading | null, end: SlotEnd = {}, stepMs = 60_000): readonly AlarmTransition[] {
    this.slotMs += stepMs;
    const snapshots = [...this.facts.keys()].flatMap((siteId) => {
      const reading = readingOf(siteId);
      return reading === null ? [] : [aSnapshot(siteId, this.slotMs, reading)];
    });
    const bySite = new Map(snapshots.map((snapshot) => [snapshot.siteId, snapshot]));
    const slot = { slotMs: this.slotMs, facts: this.facts, clock: this.clock };
    const { state, events } = advanceSlot(this.set, this.state, slot, snapshots, {
      latest: (siteId) => bySite.get(siteId),
      ...end,
    });
    this.state = state;
    const { book, transitions } = applyConditionEvents(this.book, events);
    this.book = book;
    this.events.push(...events);
    this.transitions.push(...transitions);
    return transitions;
  }

  /** Alarms that a list shows by themselves. */
  shown(): readonly Alarm[] {
    return [...this.book.values()].filter(({ active, suppressedBy }) => active && suppressedBy === null);
  }

  /** "site rule" of what people were told. */
  told(): readonly string[] {
    return this.transitions.filter(({ isAnnounced }) => isAnnounced).map(({ alarmId, kind }) => `${kind} ${alarmId}`);
  }
}
