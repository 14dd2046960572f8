import type { FaultName } from "../../points/faults.ts";
import type { SiteReading } from "../alarm-engine.ts";
import type { ConditionEvent } from "../alarm-event.ts";
import { type BackTest, type BackTestOptions, createBackTest } from "../back-test.ts";
import { EMPTY_FLEET, type FleetState } from "../fleet-state.ts";
import type { Rule } from "../rule.ts";
import { compileRuleSet, judgingOnly } from "../rule-set.ts";
import { Coverage } from "./coverage.ts";
import { AFTERMATH_MS } from "./firing-book.ts";
import { createSleepers, nobodySleeps, type Waking } from "./sleepers.ts";
import { tripFaultsOf } from "./tested-rules.ts";
import { createTripWatch, type Onset } from "./trip-watch.ts";
import { isWanted, type WantedUntil } from "./wanted-sites.ts";
import type { ZoneBook } from "./zone-book.ts";

type Groups = FleetState["groups"];

/**
 * The rules under test by themselves, at all sites. Whether a condition holds does not depend on what hides it: so the
 * rules that may hide them have to be judged, and their points to be read, only where one of them has fired.
 */
export interface FirstLook {
  /** As for a back-test. */
  wake(fromMs: number, toMs: number): Waking;
  /** As for a back-test; readings need the points of the rules under test only. */
  take(slotMs: number, readings: readonly SiteReading[], snapshots?: number): void;
  /** Where they have fired, and until when it matters what hides them there: readings that the second look needs. */
  wanted(): WantedUntil;
  /**
   * The back-test itself, to be fed from the beginning with readings of those sites, each until then. To be asked once, at
   * the end.
   *
   * @param factsAt begins anew
   * @param zones for all rules, of those sites
   */
  secondLook(factsAt: BackTestOptions["factsAt"], zones?: ZoneBook): BackTest;
}

/**
 * Whether a first look spares anything, and can be had: rules about groups must do without readings, and no rule may
 * compare sites with each other.
 */
export function canLookFirst({ rules, tested }: Pick<BackTestOptions, "rules" | "tested">): boolean {
  const { rules: compiled, readsAtClose, comparedSignals } = compileRuleSet(rules);
  const ofSites = compiled.filter(({ rule }) => rule.scope === "site");
  const wanted = ofSites.filter(({ rule }) => tested.has(rule.id));
  const isAboutSites = compiled.every(({ rule }) => rule.scope === "site" || !tested.has(rule.id));
  return isAboutSites && wanted.length < ofSites.length && !readsAtClose && comparedSignals.length === 0;
}

/** What the first look judges, apart from groups. */
export function judgedFirst({ rules, tested }: Pick<BackTestOptions, "rules" | "tested">): readonly Rule[] {
  return rules.filter(({ id, enabled }) => enabled && tested.has(id));
}

export function createFirstLook(options: BackTestOptions): FirstLook {
  const { rules, tested, factsAt, clockAt, fromMs, toMs } = options;
  const set = judgingOnly(compileRuleSet(rules), tested);
  const coverage = new Coverage(fromMs);
  const faults = new Set(judgedFirst(options).flatMap((rule) => [...tripFaultsOf(rule, rules)]));
  const trips = createTripWatch(faults);
  const onsets: Onset[] = [];
  /** Ids of the rules under test that are active, by site, and when the last one of a site had ended. */
  const active = new Map<string, Set<string>>();
  const endedMs = new Map<string, number>();
  const moments: number[] = [];
  const changes: { readonly slotMs: number; readonly groups: Groups }[] = [];
  let fleet: FleetState = { ...EMPTY_FLEET, ruleKeys: set.keys };
  const sleepers =
    options.zones === undefined
      ? nobodySleeps(set)
      : createSleepers(set, options.zones, {
          judgesGroups: true,
          isTripped: (siteId) => trips.standing(siteId, faults) !== null,
        });

  function noteEvents(slotMs: number, events: readonly ConditionEvent[]): void {
    for (const { type, siteId, ruleId } of events) {
      if (siteId === null || !tested.has(ruleId)) continue;
      const own = active.get(siteId) ?? new Set();
      active.set(siteId, own);
      if (type === "cleared") own.delete(ruleId);
      else own.add(ruleId);
      endedMs.set(siteId, slotMs);
    }
  }
  function noteTrips(slotMs: number, readings: readonly SiteReading[]): void {
    for (const { siteId, reading } of readings) onsets.push(...trips.take(siteId, slotMs, reading));
  }
  function wanted(): WantedUntil {
    return new Map(
      [...endedMs].map(([siteId, lastMs]) => [
        siteId,
        (active.get(siteId)?.size ?? 0) > 0 ? Number.POSITIVE_INFINITY : lastMs + AFTERMATH_MS + 1,
      ]),
    );
  }
  /** Trips that the second look does not see. */
  function tripsElsewhere(untilMs: WantedUntil): ReadonlyMap<FaultName, number> {
    const counts = new Map<FaultName, number>();
    for (const { siteId, fault, atMs } of onsets) {
      if (atMs < fromMs || isWanted(untilMs, siteId, atMs)) continue;
      counts.set(fault, (counts.get(fault) ?? 0) + 1);
    }
    return counts;
  }

  return {
    wake(pieceFromMs, pieceToMs) {
      const facts = factsAt(pieceFromMs);
      fleet = sleepers.turn(fleet, facts, pieceFromMs, pieceToMs);
      return sleepers.waking;
    },

    take(slotMs, readings, snapshots = readings.length) {
      if (slotMs >= toMs || (fleet.slotMs !== null && slotMs <= fleet.slotMs)) return;
      const facts = factsAt(slotMs);
      coverage.take(slotMs, fleet.slotMs, facts, snapshots);
      const slot = { slotMs, facts, clock: clockAt(slotMs) };
      const { state, events } = sleepers.advance(fleet, slot, readings);
      fleet = state;
      noteEvents(slotMs, events);
      if (faults.size > 0) noteTrips(slotMs, readings);
      moments.push(slotMs);
      const last = changes.at(-1)?.groups ?? {};
      const groups = withOld(last, state.groups);
      if (groups !== last) changes.push({ slotMs, groups });
    },

    wanted,

    secondLook(again, zones) {
      const untilMs = wanted();
      const found = {
        wanted: untilMs,
        coverage,
        groupsAfter: replayed(changes),
        tripsElsewhere: tripsElsewhere(untilMs),
      };
      const { zones: _ofFirstLook, ...second } = options;
      const test = createBackTest({ ...second, factsAt: again, ...(zones === undefined ? {} : { zones }) }, found);
      return atMoments(test, moments, untilMs);
    },
  };
}

/** The groups after a slot, in which what did not change is the old object; all of the old ones when nothing did. */
function withOld(before: Groups, after: Groups): Groups {
  const keys = Object.keys(after);
  const merged: Record<string, Groups[string]> = {};
  let isSame = keys.length === Object.keys(before).length;
  for (const key of keys) {
    const old = before[key];
    const now = after[key];
    if (now === undefined) continue;
    const isOld = old !== undefined && old.rules === now.rules && old.hidden === now.hidden;
    merged[key] = isOld ? old : now;
    isSame &&= isOld;
  }
  return isSame ? before : merged;
}

function replayed(
  changes: readonly { readonly slotMs: number; readonly groups: Groups }[],
): (slotMs: number) => Groups {
  let next = 0;
  let present: Groups = {};
  return (slotMs) => {
    for (let change = changes[next]; change !== undefined && change.slotMs <= slotMs; change = changes[++next]) {
      present = change.groups;
    }
    return present;
  };
}

/** Rounds that none of the sites answered are rounds, too: their polls were missed. Other sites were judged before. */
function atMoments(test: BackTest, moments: readonly number[], untilMs: WantedUntil): BackTest {
  let next = 0;
  function missUntil(slotMs: number): void {
    for (let moment = moments[next]; moment !== undefined && moment < slotMs; moment = moments[++next]) {
      test.take(moment, []);
    }
  }
  return {
    wake(fromMs, toMs) {
      missUntil(fromMs);
      return test.wake(fromMs, toMs);
    },
    take(slotMs, readings) {
      missUntil(slotMs);
      if (moments[next] === slotMs) next++;
      test.take(
        slotMs,
        readings.filter(({ siteId }) => isWanted(untilMs, siteId, slotMs)),
      );
    },
    result() {
      missUntil(Number.POSITIVE_INFINITY);
      return test.result();
    },
  };
}
