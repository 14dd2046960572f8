import type { Alarm, AlarmTransition } from "../../domain/alarms/alarm.ts";
import { type AlarmBook, applyConditionEvents, countChildren } from "../../domain/alarms/alarm-book.ts";
import { applySnapshots, closeSlot } from "../../domain/alarms/alarm-engine.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { EMPTY_FLEET, type FleetState } from "../../domain/alarms/fleet-state.ts";
import { localClock } from "../../domain/alarms/local-clock.ts";
import { compileRuleSet, type RuleSet } from "../../domain/alarms/rule-set.ts";
import { type SiteFacts, segmentIdOf } from "../../domain/alarms/site-facts.ts";
import { DEFAULT_RULES } from "../../domain/alarms/starter-rules/index.ts";
import { type Circle, indexCircles } from "../../domain/sites/sisters.ts";
import { PROFILE_OF } from "../../simulator/dialects/dialect.ts";
import { RATED_POWER_KW } from "../../simulator/plant/parameters.ts";
import { type FaultOrder, type PlantOptions, PolledPlants } from "./polled-plants.ts";

const TIME_ZONE = "Asia/Shanghai";
const RULES = compileRuleSet(DEFAULT_RULES);

/**
 * The whole way from the plant to the alarm, without a network and by a clock of its own: plants of the simulator, their
 * encoded replies, profiles, derived points, rules, life cycle. An hour of 150 sites takes some seconds.
 */
export class SimulatedFleet {
  readonly plants: PolledPlants;
  readonly facts: Map<string, SiteFacts>;
  readonly set: RuleSet = RULES;
  readonly transitions: AlarmTransition[] = [];
  state: FleetState = EMPTY_FLEET;
  book: AlarmBook = new Map();

  constructor(options: PlantOptions) {
    this.plants = new PolledPlants(options);
    this.facts = new Map(factsOf(this.plants).map((facts) => [facts.siteId, facts]));
  }

  /** @param kind a fault of the simulator, which begins now */
  fault(sites: FaultOrder["sites"], kind: FaultOrder["kind"], args: FaultOrder["args"] = {}): Promise<void> {
    return this.plants.fault(sites, kind, args);
  }

  /** So many minutes go by: every site is asked each interval. */
  run(minutes: number): void {
    const endMs = this.plants.nowMs + minutes * 60_000;
    while (this.plants.nowMs < endMs) this.round();
  }

  /** One round. */
  round(): void {
    const snapshots = this.plants.poll();
    const bySite = new Map(snapshots.map((snapshot) => [snapshot.siteId, snapshot]));
    const slotMs = this.plants.nowMs;
    const slot = { slotMs, facts: this.facts, clock: localClock(slotMs, TIME_ZONE) };
    const heard = applySnapshots(this.set, this.state, slot, snapshots);
    const closed = closeSlot(this.set, heard.state, slot, { latest: (siteId) => bySite.get(siteId) });
    this.state = closed.state;
    this.take([...heard.events, ...closed.events]);
  }

  setFlag(
    siteIds: readonly string[],
    flag: Partial<Pick<SiteFacts, "camera" | "isCurtailed" | "isInMaintenance">>,
  ): void {
    for (const siteId of siteIds) {
      const facts = this.facts.get(siteId);
      if (facts !== undefined) this.facts.set(siteId, { ...facts, ...flag });
    }
  }

  private take(events: readonly ConditionEvent[]): void {
    const { book, transitions } = applyConditionEvents(this.book, events);
    this.book = book;
    this.transitions.push(...transitions);
  }

  /** "priority id" of every alarm that is active and that a list shows by itself, worst first as the list does. */
  shown(): readonly string[] {
    return lines(this.active().filter(({ suppressedBy }) => suppressedBy === null));
  }

  /** "priority id ← parent" of active alarms that something hides. */
  hidden(): readonly string[] {
    return lines(this.active().filter(({ suppressedBy }) => suppressedBy !== null));
  }

  active(): readonly Alarm[] {
    return [...this.book.values()].filter(({ active }) => active);
  }

  childrenOf(alarmId: string): number {
    return countChildren(this.book.values()).get(alarmId) ?? 0;
  }

  /** "kind id" of everything that people were told, in order. */
  told(): readonly string[] {
    return this.transitions.filter(({ isAnnounced }) => isAnnounced).map(({ kind, alarmId }) => `${kind} ${alarmId}`);
  }
}

const PRIORITIES = ["critical", "high", "medium", "low"];

function lines(alarms: readonly Alarm[]): string[] {
  return [...alarms]
    .sort(
      (a, b) =>
        PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) ||
        b.raisedAt.localeCompare(a.raisedAt) ||
        a.id.localeCompare(b.id),
    )
    .map(({ priority, id, suppressedBy }) => `${priority} ${id}${suppressedBy === null ? "" : ` ← ${suppressedBy}`}`);
}

/** What the inventory knows of the simulated sites, as the platform makes it of its sites file. */
function factsOf({ sites, intervalS }: PolledPlants): SiteFacts[] {
  const kin = sites.map(({ spec }) => ({ ...spec, enabled: true, profileId: PROFILE_OF[spec.dialect] }));
  const circleOf = indexCircles(kin);
  const circles = new Map<Circle, string>();
  return kin.map((site) => {
    const circle = circleOf(site);
    const circleId = circles.get(circle) ?? `circle-${circles.size}`;
    circles.set(circle, circleId);
    return {
      siteId: site.id,
      segmentId: segmentIdOf(site),
      circleId: circle.memberIds.length > 1 ? circleId : null,
      intervalS,
      enabled: true,
      ratedPowerKw: RATED_POWER_KW,
      baselines: {},
      lab: {},
      camera: { isOnline: true },
      isInMaintenance: false,
      isCurtailed: false,
    };
  });
}

/** The id of an alarm about the segment of a simulated site. */
export function segmentAlarm(plants: PolledPlants, siteId: string, ruleId: string): string {
  const site = plants.sites.find(({ spec }) => spec.id === siteId);
  if (site === undefined) throw new Error(`no simulated site ${siteId}`);
  return `~${segmentIdOf(site.spec)}.${ruleId}`;
}
