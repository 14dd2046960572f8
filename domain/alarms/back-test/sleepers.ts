import { advanceReadings, type SiteReading, type Slot, type Step } from "../alarm-engine.ts";
import { isAtRest } from "../evaluate-rule.ts";
import type { FleetState, SiteState, SubjectState } from "../fleet-state.ts";
import { viewOf } from "../judge-site.ts";
import type { RuleSet } from "../rule-set.ts";
import type { Member } from "../sister-medians.ts";
import type { SiteFacts } from "../site-facts.ts";
import { awoken, type Polls, pollSleepers, pollsOf, type SleptRound } from "./slept-polls.ts";
import { asksForMode, comparingPlaces, STATES } from "./watch-site.ts";
import type { ZoneBook } from "./zone-book.ts";
import { zoneAt } from "./zone-grid.ts";

type Facts = ReadonlyMap<string, SiteFacts>;

/** Whose readings are wanted. */
type WantedSites = {
  readonly awake: ReadonlySet<string>;
  /** Those who sleep on, but with whom others are compared: the compared points of their readings are enough. */
  readonly compared: ReadonlySet<string>;
};

/** Whose readings are wanted in a piece of history; `soon`: of whom they will most likely be in the next one of its length. */
export type Waking = WantedSites & { readonly soon: WantedSites };

/** Lets sites sleep while their zones prove that nothing would come of judging them. */
export interface Sleepers {
  /**
   * Decides who is awake in the next piece of history; that piece must begin and end with a zone. Who falls asleep leaves
   * the state, who wakes up comes back.
   *
   * @param facts those at the begin of the piece
   */
  turn(fleet: FleetState, facts: Facts, fromMs: number, toMs: number): FleetState;
  /** What is wanted until the next turn. */
  readonly waking: Waking;
  /** As `advanceReadings`, with the readings that are wanted; others do no harm. */
  advance(fleet: FleetState, slot: Slot, readings: readonly SiteReading[], groups?: FleetState["groups"]): Step;
}

const NOBODY: ReadonlySet<string> = new Set();
const NO_SISTERS: readonly Member[] = [];
const NOTHING_WANTED: Waking = { awake: NOBODY, compared: NOBODY, soon: { awake: NOBODY, compared: NOBODY } };

/** For want of zones. */
export function nobodySleeps(set: RuleSet): Sleepers {
  let waking = NOTHING_WANTED;
  return {
    get waking() {
      return waking;
    },
    turn(fleet, facts) {
      const all = { awake: new Set(facts.keys()), compared: NOBODY };
      waking = { ...all, soon: all };
      return fleet;
    },
    advance: (fleet, slot, readings, groups) => advanceReadings(set, fleet, slot, readings, { groups }),
  };
}

/**
 * @param set what is judged; places of rules about sites that the book was made for
 * @param judgesGroups false when groups are handed in
 */
export function createSleepers(
  set: RuleSet,
  book: ZoneBook,
  { judgesGroups, isTripped }: { readonly judgesGroups: boolean; readonly isTripped: (siteId: string) => boolean },
): Sleepers {
  const { grid } = book;
  const asksMode = asksForMode(set);
  const hasGroups = judgesGroups && set.segmentPlaces.length + set.fleetPlaces.length > 0;
  const comparing = comparingPlaces(set);
  const asleep = new Map<string, Polls>();
  /** Rounds of which those who are asleep were not told yet. */
  const slept: SleptRound[] = [];
  let waking = NOTHING_WANTED;
  let isWhole = true;
  let known: { readonly facts: Facts; readonly awake: ReadonlySet<string>; readonly own: Facts } | null = null;
  let sets: { readonly zone: number; readonly bySite: Map<string, RuleSet> } = { zone: -1, bySite: new Map() };

  const moving = ({ rules }: SubjectState, places: readonly number[], atMs: number) =>
    places.filter((place) => {
      const compiled = set.rules[place];
      return compiled !== undefined && !isAtRest(compiled, rules[place] ?? null, atMs);
    });

  function mayRest(site: SiteState, { siteId }: SiteFacts, atMs: number, zones: readonly number[]): boolean {
    if (site.lastGoodMs === null || moving(site, set.sitePlaces, atMs).length > 0 || isTripped(siteId)) return false;
    return !zones.some((zone) => book.isWanted(siteId, zone) || mayChangeMode(site, siteId, zone));
  }
  function mayChangeMode({ operating: { mode } }: SiteState, siteId: string, zone: number): boolean {
    if (!asksMode) return false;
    if (mode === "running") return book.mayChange(siteId, zone, STATES.mayStop);
    if (mode === "stopped") return book.mayChange(siteId, zone, STATES.mayStart);
    return (
      mode === "starting" ||
      book.mayChange(siteId, zone, STATES.mayStop) ||
      book.mayChange(siteId, zone, STATES.mayStart)
    );
  }
  function mustAllWake(fleet: FleetState, atMs: number, zones: readonly number[]): boolean {
    if (!hasGroups) return false;
    if (zones.some((zone) => book.mayRaiseGroups(zone))) return true;
    const places = [...set.segmentPlaces, ...set.fleetPlaces];
    return Object.values(fleet.groups).some((group) => moving(group, places, atMs).length > 0);
  }
  /** Circles in which a rule that compares sites is pending or active. */
  function movingCircles(sites: ReadonlyMap<string, SiteState>, facts: Facts, atMs: number): ReadonlySet<string> {
    const circles = new Set<string>();
    if (comparing.length === 0) return circles;
    for (const { siteId, circleId } of facts.values()) {
      const site = circleId === null || circles.has(circleId) ? undefined : sites.get(siteId);
      if (circleId !== null && site !== undefined && moving(site, comparing, atMs).length > 0) circles.add(circleId);
    }
    return circles;
  }
  /** These sites, and of the others those with whom somebody is compared: medians are of a whole circle, and of the slot before. */
  function wantedWith(
    enabled: readonly SiteFacts[],
    awakeSites: readonly SiteFacts[],
    circles: ReadonlySet<string>,
    zones: readonly number[],
  ): WantedSites {
    const awake = new Set(awakeSites.map(({ siteId }) => siteId));
    const withNext = [...zones, (zones.at(-1) ?? 0) + 1];
    const isCompared = (circleId: string) => withNext.some((zone) => book.mayCompare(circleId, zone));
    const compared = enabled.filter(
      ({ siteId, circleId }) =>
        circleId !== null && !awake.has(siteId) && (circles.has(circleId) || isCompared(circleId)),
    );
    return { awake, compared: new Set(compared.map(({ siteId }) => siteId)) };
  }
  /** Who is awake mostly stays so for a while, and the book knows who has to wake up: others are few. */
  function soonAwake(enabled: readonly SiteFacts[], now: readonly SiteFacts[], zones: readonly number[]) {
    if (hasGroups && zones.some((zone) => book.mayRaiseGroups(zone))) return enabled;
    const awake = new Set(now);
    return enabled.filter((own) => awake.has(own) || zones.some((zone) => book.isWanted(own.siteId, zone)));
  }

  function setAt(fleet: FleetState, slotMs: number, siteId: string): RuleSet {
    const zone = zoneAt(grid, slotMs);
    if (sets.zone !== zone) sets = { zone, bySite: new Map() };
    let own = sets.bySite.get(siteId);
    if (own === undefined) {
      const { judged, fed } = book.placesAt(siteId, zone);
      const site = fleet.sites[siteId];
      const needed = new Set([
        ...judged,
        ...(site === undefined ? set.sitePlaces : moving(site, set.sitePlaces, slotMs)),
      ]);
      const sitePlaces = set.sitePlaces.filter((place) => needed.has(place));
      own = { ...set, sitePlaces, fedPlaces: fed.filter((place) => !needed.has(place)) };
      sets.bySite.set(siteId, own);
    }
    return own;
  }

  function awakeOf(facts: Facts): Facts {
    const { awake } = waking;
    if (known?.facts !== facts || known.awake !== awake) {
      known = { facts, awake, own: isWhole ? facts : new Map([...facts].filter(([siteId]) => awake.has(siteId))) };
    }
    return known.own;
  }

  /** What those say who sleep on; none of the rest of their state matters to that. */
  function sistersIn(fleet: FleetState, slot: Slot, readings: readonly SiteReading[]): readonly Member[] {
    if (waking.compared.size === 0) return NO_SISTERS;
    return readings.flatMap(({ siteId, reading }): Member | readonly Member[] => {
      const facts = waking.compared.has(siteId) ? slot.facts.get(siteId) : undefined;
      const polls = asleep.get(siteId);
      if (facts === undefined || polls === undefined) return NO_SISTERS;
      const view = viewOf(fleet, slot, facts, polls.before, reading);
      return { circleId: facts.circleId, compared: set.comparedReaders.map((read) => read(view)) };
    });
  }

  return {
    get waking() {
      return waking;
    },
    turn(fleet, facts, fromMs, toMs) {
      const first = zoneAt(grid, fromMs);
      const zones = Array.from({ length: zoneAt(grid, toMs - 1) - first + 1 }, (_, index) => first + index);
      const enabled = [...facts.values()].filter((own) => own.enabled);
      pollSleepers(book, asleep, slept.splice(0));
      const sites = new Map<string, SiteState>(Object.entries(fleet.sites));
      for (const [siteId, polls] of asleep) sites.set(siteId, awoken(polls));
      const circles = movingCircles(sites, facts, fromMs);
      const isEverybody = mustAllWake(fleet, fromMs, zones);
      const next = enabled.filter((own) => {
        const site = sites.get(own.siteId);
        return isEverybody || site === undefined || !mayRest(site, own, fromMs, zones);
      });
      const later = zones.map((zone) => zone + zones.length).filter((zone) => zone < grid.count);
      waking = {
        ...wantedWith(enabled, next, circles, zones),
        soon: wantedWith(enabled, soonAwake(enabled, next, later), circles, later),
      };
      const { awake } = waking;
      isWhole = next.length === enabled.length;
      asleep.clear();
      const kept: Record<string, SiteState> = {};
      for (const [siteId, site] of sites) {
        if (awake.has(siteId)) kept[siteId] = site;
        else if (facts.has(siteId)) asleep.set(siteId, pollsOf(site));
      }
      return { ...fleet, sites: kept };
    },
    advance(fleet, slot, readings, groups) {
      const judgedGroups = groups ?? (isWhole ? undefined : fleet.groups);
      const facts = awakeOf(slot.facts);
      const step = advanceReadings(set, fleet, { ...slot, facts }, readings, {
        groups: judgedGroups,
        sisters: sistersIn(fleet, slot, readings),
        setOf: (siteId) => setAt(fleet, slot.slotMs, siteId),
      });
      slept.push({ slotMs: slot.slotMs, facts: slot.facts });
      return step;
    },
  };
}
