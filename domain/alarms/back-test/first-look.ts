import type { FaultName } from "../../points/faults.ts";
import type { SiteReading } from "../alarm-engine.ts";
import { type BackTest, type BackTestOptions, createBackTest } from "../back-test.ts";
import { EMPTY_FLEET, type FleetState } from "../fleet-state.ts";
import type { Rule } from "../rule.ts";
import { compileRuleSet, judgingOnly } from "../rule-set.ts";
import { Coverage } from "./coverage.ts";
import { createSleepers, nobodySleeps } from "./sleepers.ts";
import { tripFaultsOf } from "./tested-rules.ts";
import { createTripWatch } from "./trip-watch.ts";
import type { ZoneBook } from "./zone-book.ts";

type Groups = FleetState["groups"];

/**
 * The rules under test by themselves, at all sites. Whether a condition holds does not depend on what hides it: so the
 * rules that may hide them have to be judged, and their points to be read, only where one of them has fired.
 */
export interface FirstLook {
  /** As for a back-test. */
  wake(fromMs: number, toMs: number): ReadonlySet<string>;
  /** As for a back-test; readings need the points of the rules under test only. */
  take(slotMs: number, readings: readonly SiteReading[], snapshots?: number): void;
  /** Where they have fired: the sites whose readings the second look needs. */
  sites(): ReadonlySet<string>;
  /**
   * The back-test itself, to be fed from the beginning with readings of those sites. To be asked once, at the end.
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
  const tripsBySite = new Map<string, Map<FaultName, number>>();
  const sites = new Set<string>();
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

  function noteTrips(slotMs: number, readings: readonly SiteReading[]): void {
    for (const { siteId, reading } of readings) {
      for (const { fault } of trips.take(siteId, slotMs, reading)) {
        if (slotMs < fromMs) continue;
        const counts = tripsBySite.get(siteId) ?? new Map<FaultName, number>();
        tripsBySite.set(siteId, counts.set(fault, (counts.get(fault) ?? 0) + 1));
      }
    }
  }

  return {
    wake(pieceFromMs, pieceToMs) {
      const facts = factsAt(pieceFromMs);
      fleet = sleepers.turn(fleet, facts, pieceFromMs, pieceToMs);
      return sleepers.awake;
    },

    take(slotMs, readings, snapshots = readings.length) {
      if (slotMs >= toMs || (fleet.slotMs !== null && slotMs <= fleet.slotMs)) return;
      const facts = factsAt(slotMs);
      coverage.take(slotMs, fleet.slotMs, facts, snapshots);
      const slot = { slotMs, facts, clock: clockAt(slotMs) };
      const { state, events } = sleepers.advance(fleet, slot, readings);
      fleet = state;
      for (const { siteId, ruleId } of events) if (siteId !== null && tested.has(ruleId)) sites.add(siteId);
      if (faults.size > 0) noteTrips(slotMs, readings);
      moments.push(slotMs);
      const last = changes.at(-1)?.groups ?? {};
      const groups = withOld(last, state.groups);
      if (groups !== last) changes.push({ slotMs, groups });
    },

    sites: () => sites,

    secondLook(again, zones) {
      const tripsElsewhere = new Map<FaultName, number>();
      for (const [siteId, counts] of tripsBySite) {
        if (sites.has(siteId)) continue;
        for (const [fault, count] of counts) tripsElsewhere.set(fault, (tripsElsewhere.get(fault) ?? 0) + count);
      }
      const found = { sites, coverage, groupsAfter: replayed(changes), tripsElsewhere };
      const { zones: _ofFirstLook, ...second } = options;
      const test = createBackTest({ ...second, factsAt: again, ...(zones === undefined ? {} : { zones }) }, found);
      return atMoments(test, moments, sites);
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
function atMoments(test: BackTest, moments: readonly number[], sites: ReadonlySet<string>): BackTest {
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
        readings.filter(({ siteId }) => sites.has(siteId)),
      );
    },
    result() {
      missUntil(Number.POSITIVE_INFINITY);
      return test.result();
    },
  };
}
