import type { FaultName } from "../../points/faults.ts";
import { type Alarm, alarmIdOf, Priority } from "../alarm.ts";
import type { ConditionEvent } from "../alarm-event.ts";
import { FLEETING_MS } from "../alarm-statistics.ts";
import type { Ground } from "../condition.ts";
import { applyAlarmEvent } from "../life-cycle.ts";
import type { BackTestResult, Firing } from "./back-test-result.ts";
import type { FlagPeriod } from "./history-facts.ts";
import { OutcomeTally } from "./outcome-tally.ts";
import type { Onset } from "./trip-watch.ts";

type Raised = Extract<ConditionEvent, { type: "raised" }>;

/** A firing that may still change. */
export type OpenFiring = {
  readonly firing: { -readonly [K in keyof Firing]: Firing[K] };
  readonly beginMs: number;
  endMs: number | null;
  /** It began before the stretch: it is not counted. */
  readonly isEarlier: boolean;
};

/** A rule under test, with the faults that the controller sets for what it warns of. */
export type TestedRule = { readonly id: string; readonly priority: Priority; readonly trips: ReadonlySet<FaultName> };

/** A trip that comes longer after an alarm has ended, ms, was not what it warned of [J]. */
export const AFTERMATH_MS = 3_600_000;

/**
 * Makes firings out of what the engine says, with the life cycle that people would have seen if nobody had acted: what is
 * announced once and returns within 15 minutes is no new alarm. It remembers open firings, counts, and the first firings.
 */
export class FiringBook {
  readonly open = new Map<string, OpenFiring>();
  readonly #alarms = new Map<string, Alarm>();
  readonly #tallies: ReadonlyMap<string, OutcomeTally>;
  readonly #perSite = new Map<string, { firings: number; announced: number }>();
  /** Firings of a site to which a trip may still belong. */
  readonly #recent = new Map<string, OpenFiring[]>();
  readonly #items: OpenFiring[] = [];
  readonly #rules: ReadonlyMap<string, TestedRule>;
  readonly #flags: ReadonlyMap<string, readonly FlagPeriod[]>;
  readonly #fromMs: number;
  readonly #mostFirings: number;
  #firings = 0;

  constructor(rules: readonly TestedRule[], flags: readonly FlagPeriod[], fromMs: number, mostFirings: number) {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#tallies = new Map(rules.map(({ id }) => [id, new OutcomeTally()]));
    this.#flags = Map.groupBy(flags, ({ siteId }) => siteId);
    this.#fromMs = fromMs;
    this.#mostFirings = mostFirings;
  }

  /** @param standing the fault of these that the site's controller has had for longest */
  take(
    event: ConditionEvent,
    atMs: number,
    intervalMs: number,
    standing: (siteId: string, faults: ReadonlySet<FaultName>) => Onset | null,
  ): void {
    const rule = this.#rules.get(event.ruleId);
    const tally = this.#tallies.get(event.ruleId);
    if (rule === undefined || tally === undefined) return;
    const alarmId = alarmIdOf(event, event.ruleId);
    const { alarm, transition } = applyAlarmEvent(this.#alarms.get(alarmId) ?? null, event);
    if (alarm !== null) this.#alarms.set(alarmId, alarm);
    if (event.type === "raised") this.#begin(event, alarmId, atMs, rule, tally, standing);
    const open = this.open.get(alarmId);
    if (open === undefined || transition === null) return;
    if (transition.isAnnounced) this.#announce(open, tally);
    if (event.type === "raised" && transition.kind !== "raised" && !open.isEarlier) tally.flaps++;
    if (event.type === "updated") open.firing.priority = worseOf(open.firing.priority, event.priority);
    if (event.type === "cleared") this.#end(open, atMs, intervalMs, tally);
  }

  /** The grounds of an open firing at a later reading: the value may be further beyond its limit by now. */
  observe({ firing }: OpenFiring, grounds: readonly Ground[]): void {
    const { peak, limit, value } = firing;
    const seen = grounds.find(({ point }) => point === firing.point)?.value;
    if (typeof seen !== "number" || typeof peak !== "number" || limit === null) return;
    const isHigh = typeof value !== "number" || value >= limit;
    if (isHigh ? seen > peak : seen < peak) firing.peak = seen;
  }

  /** The controller has set a fault. */
  trip({ siteId, fault, atMs }: Onset): void {
    const recent = (this.#recent.get(siteId) ?? []).filter(({ endMs }) => isRecent(endMs, atMs));
    this.#recent.set(siteId, recent);
    for (const [ruleId, { trips }] of this.#rules) {
      const tally = this.#tallies.get(ruleId);
      if (tally === undefined || !trips.has(fault)) continue;
      if (atMs >= this.#fromMs) tally.trips++;
      const warning = recent.find(({ firing }) => firing.ruleId === ruleId && firing.trip === null);
      if (warning !== undefined) this.#connect(warning, { siteId, fault, atMs }, tally);
    }
  }

  /** The same, so many times, at sites where no rule has fired. */
  countTrips(fault: FaultName, count: number): void {
    for (const [ruleId, { trips }] of this.#rules) {
      const tally = this.#tallies.get(ruleId);
      if (tally !== undefined && trips.has(fault)) tally.trips += count;
    }
  }

  result(days: number, allowed: number): Pick<BackTestResult, "firings" | "rules" | "perSite" | "items" | "isCut"> {
    const rules = [...this.#rules.values()]
      .map(({ id, priority }) => (this.#tallies.get(id) ?? new OutcomeTally()).outcome(id, priority, days, allowed))
      .sort((a, b) => b.announced - a.announced || b.firings - a.firings || (a.ruleId < b.ruleId ? -1 : 1));
    const perSite = [...this.#perSite]
      .map(([siteId, counts]) => ({ siteId, ...counts }))
      .sort((a, b) => b.announced - a.announced || b.firings - a.firings || (a.siteId < b.siteId ? -1 : 1));
    return {
      firings: this.#firings,
      rules,
      perSite,
      items: this.#items.map(({ firing }) => firing),
      isCut: this.#firings > this.#items.length,
    };
  }

  /** What is still open counts for as long as it has lasted. To be called once, before `result`. */
  finish(toMs: number): void {
    for (const open of this.open.values()) {
      const tally = this.#tallies.get(open.firing.ruleId);
      if (tally !== undefined) this.#measure(open, toMs, tally);
    }
  }

  #begin(
    event: Raised,
    alarmId: string,
    atMs: number,
    { trips }: TestedRule,
    tally: OutcomeTally,
    standing: (siteId: string, faults: ReadonlySet<FaultName>) => Onset | null,
  ): void {
    const { siteId, segmentId, ruleId, at, priority, point, value, limit, unit, suppressedBy } = event;
    const firing: OpenFiring["firing"] = {
      alarmId,
      siteId,
      segmentId,
      ruleId,
      beginAt: at,
      endAt: null,
      priority,
      point,
      value,
      peak: value,
      limit,
      unit,
      announced: 0,
      hiddenBy: suppressedBy,
      maintenanceS: 0,
      curtailmentS: 0,
      trip: null,
    };
    const open: OpenFiring = { firing, beginMs: atMs, endMs: null, isEarlier: atMs < this.#fromMs };
    this.open.set(alarmId, open);
    if (siteId !== null) {
      const recent = this.#recent.get(siteId) ?? [];
      this.#recent.set(siteId, [...recent.filter(({ endMs }) => isRecent(endMs, atMs)), open]);
      const known = trips.size === 0 ? null : standing(siteId, trips);
      if (known !== null) this.#connect(open, known, tally);
    }
    if (open.isEarlier) return;
    tally.fire(alarmId);
    tally.change(alarmId, atMs);
    this.#firings++;
    if (siteId !== null) this.#countsOf(siteId).firings++;
    if (this.#items.length < this.#mostFirings) this.#items.push(open);
  }

  #announce({ firing, isEarlier }: OpenFiring, tally: OutcomeTally): void {
    if (isEarlier) return;
    firing.announced++;
    tally.announced++;
    if (firing.siteId !== null) this.#countsOf(firing.siteId).announced++;
  }

  #end(open: OpenFiring, atMs: number, intervalMs: number, tally: OutcomeTally): void {
    open.endMs = atMs;
    open.firing.endAt = new Date(atMs).toISOString();
    this.open.delete(open.firing.alarmId);
    if (open.isEarlier) return;
    tally.change(open.firing.alarmId, atMs);
    const lastedMs = atMs - open.beginMs;
    if (lastedMs < FLEETING_MS || lastedMs <= intervalMs) tally.fleeting++;
    this.#measure(open, atMs, tally);
  }

  #measure({ firing, beginMs, isEarlier }: OpenFiring, endMs: number, tally: OutcomeTally): void {
    if (isEarlier) return;
    const maintenanceMs = this.#overlapMs(firing.siteId, "maintenance", beginMs, endMs);
    const curtailmentMs = this.#overlapMs(firing.siteId, "curtailment", beginMs, endMs);
    firing.maintenanceS = Math.round(maintenanceMs / 1000);
    firing.curtailmentS = Math.round(curtailmentMs / 1000);
    tally.activeMs += endMs - beginMs;
    tally.maintenanceMs += maintenanceMs;
    tally.curtailmentMs += curtailmentMs;
    if (firing.announced === 0) tally.hidden++;
  }

  /** Flags that overlap each other count once. */
  #overlapMs(siteId: string | null, kind: FlagPeriod["kind"], beginMs: number, endMs: number): number {
    const own = (siteId === null ? undefined : this.#flags.get(siteId)) ?? [];
    const sorted = own.filter((flag) => flag.kind === kind).sort((a, b) => a.fromMs - b.fromMs);
    let reachedMs = beginMs;
    let sum = 0;
    for (const { fromMs, toMs } of sorted) {
      const from = Math.max(fromMs, reachedMs);
      const to = Math.min(toMs, endMs);
      if (to <= from) continue;
      sum += to - from;
      reachedMs = to;
    }
    return sum;
  }

  #connect({ firing, beginMs, isEarlier }: OpenFiring, { fault, atMs }: Onset, tally: OutcomeTally): void {
    const leadS = Math.round((atMs - beginMs) / 1000);
    firing.trip = { fault, at: new Date(atMs).toISOString(), leadS };
    if (!isEarlier) tally.leadsS.push(leadS);
  }

  #countsOf(siteId: string): { firings: number; announced: number } {
    let counts = this.#perSite.get(siteId);
    if (counts === undefined) {
      counts = { firings: 0, announced: 0 };
      this.#perSite.set(siteId, counts);
    }
    return counts;
  }
}

function isRecent(endMs: number | null, atMs: number): boolean {
  return endMs === null || atMs - endMs <= AFTERMATH_MS;
}

function worseOf(a: Priority, b: Priority): Priority {
  return Priority.options.indexOf(a) < Priority.options.indexOf(b) ? a : b;
}
