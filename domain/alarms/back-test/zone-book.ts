import type { CompiledRule } from "../compile-rule.ts";
import { DUE_SHARE } from "../due-poll.ts";
import type { RuleSet } from "../rule-set.ts";
import type { SiteFacts } from "../site-facts.ts";
import type { Zone } from "../zone.ts";
import { watchRule } from "./watch-rule.ts";
import { bitCount, comparingPlaces, feedMsOf, STATES, watchSite } from "./watch-site.ts";
import type { ZoneGrid, ZoneReading } from "./zone-grid.ts";
import { watchSisters } from "./zone-sisters.ts";

export type ZoneBookOptions = {
  readonly set: RuleSet;
  readonly grid: ZoneGrid;
  /** To be asked with times that do not go back. */
  readonly factsAt: (slotMs: number) => ReadonlyMap<string, SiteFacts>;
  /** Faults of which it is counted how often they are set. */
  readonly trips: ReadonlySet<string>;
};

/** What of a stretch of history may matter for some rules, and when its sites answered. */
export interface ZoneBook {
  readonly grid: ZoneGrid;
  /** To be called with each zone in turn; a site without a row is absent. `hasOddRounds`: a round at another time than the slots. */
  take(zone: number, readings: ReadonlyMap<string, ZoneReading>, hasOddRounds: boolean): void;
  /** True when the readings of the site have to be seen in this zone, whatever state it is in. */
  isWanted(siteId: string, zone: number): boolean;
  /** Rules that may be raised there, and those that have to hear what comes because they soon may: places in the set. */
  placesAt(siteId: string, zone: number): { readonly judged: readonly number[]; readonly fed: readonly number[] };
  /** One of `STATES`. */
  mayChange(siteId: string, zone: number, state: number): boolean;
  /** True when a rule that compares sister sites may be raised at one of a circle. */
  mayCompare(circleId: string, zone: number): boolean;
  /** True when a rule about a segment or the fleet may be raised. */
  mayRaiseGroups(zone: number): boolean;
  /** In which slots of a zone a site answered, as bits, the first one lowest. */
  answersIn(siteId: string, zone: number): number;
}

const WORD_BITS = 32;

/** How long a site has been silent at the end of the last zone. */
type Silence = { slots: number; isOdd: boolean };

/** The medians of sisters are known when all zones of a time are. */
type BareZone = Zone & { sisters: Zone["sisters"] };

const NOTHING: ZoneReading = {
  mask: 0,
  isOdd: false,
  numbers: {},
  states: {},
  words: {},
  whole: new Set(),
  faults: [],
  lacksReadings: false,
};

/**
 * Judges zones by their extremes: what may matter there, as bits. It remembers some bytes of each site and zone, and no
 * readings.
 */
export function createZoneBook({ set, grid, factsAt, trips }: ZoneBookOptions): ZoneBook {
  const words = Math.ceil(bitCount(set) / WORD_BITS);
  const siteIds = [...factsAt(grid.firstMs).keys()];
  const indexOf = new Map(siteIds.map((siteId, index) => [siteId, index]));
  const may = new Uint32Array(siteIds.length * grid.count * words);
  const masks = new Uint32Array(siteIds.length * grid.count);
  const groups = new Uint8Array(grid.count);
  const circles = Array.from({ length: grid.count }, () => new Set<string>());
  const comparing = comparingPlaces(set);
  const wanted = wantedBits(set, words);
  const watches = siteIds.map(() => watchSite(set, trips));
  const silences = siteIds.map((): Silence => ({ slots: 0, isOdd: false }));
  const sistersIn = watchSisters(set.comparedSignals);
  const groupsIn = watchGroups(set);
  const feedZones = set.rules.map((rule) => Math.ceil(feedMsOf(rule, grid.intervalMs) / grid.zoneMs));
  const longestFeed = Math.max(0, ...feedZones);

  const wordAt = (index: number, zone: number) => (index * grid.count + zone) * words;
  function mark(index: number, zone: number, bit: number): void {
    const word = wordAt(index, zone) + (bit >>> 5);
    may[word] = (may[word] ?? 0) | (1 << (bit & 31));
  }
  function isMarked(index: number, zone: number, bit: number): boolean {
    return (((may[wordAt(index, zone) + (bit >>> 5)] ?? 0) >>> (bit & 31)) & 1) === 1;
  }
  function isAnyMarked(index: number, zone: number): boolean {
    const first = wordAt(index, zone);
    for (let word = 0; word < words; word++) {
      if (((may[first + word] ?? 0) & (wanted[word] ?? 0)) !== 0) return true;
    }
    return false;
  }
  /** A rule that may be raised within the time that it has to hear before. */
  function isFed(index: number, zone: number, place: number): boolean {
    const last = Math.min(grid.count - 1, zone + (feedZones[place] ?? 0));
    for (let later = zone + 1; later <= last; later++) if (isMarked(index, later, place)) return true;
    return false;
  }
  function markAll(index: number, zone: number): void {
    may.fill(0xffff_ffff, wordAt(index, zone), wordAt(index, zone) + words);
  }

  function zoneOf(
    zone: number,
    index: number,
    facts: SiteFacts | undefined,
    reading: ZoneReading = NOTHING,
    isOdd: boolean,
  ): BareZone | null {
    if (facts === undefined || !facts.enabled) return null;
    masks[index * grid.count + zone] = reading.mask;
    const silence = silences[index];
    const misses = silence === undefined ? 0 : missesIn(silence, reading.mask, grid.slots, isOdd);
    const fromMs = grid.firstMs + zone * grid.zoneMs;
    return { ...reading, fromMs, toMs: fromMs + grid.zoneMs, facts, misses, sisters: null, members: [] };
  }
  /** Other intervals, polls at other times, and facts that change say nothing about each slot. Who leaves is judged until then. */
  function isProof({ facts }: Zone, later: ReadonlyMap<string, SiteFacts>, reading: ZoneReading | undefined): boolean {
    const last = later.get(facts.siteId) ?? facts;
    return last === facts && facts.intervalS * 1000 === grid.intervalMs && reading?.isOdd !== true;
  }
  function noteCircle(index: number, zone: number, circleId: string | null): void {
    if (circleId !== null && comparing.some((place) => isMarked(index, zone, place))) circles[zone]?.add(circleId);
  }

  return {
    grid,
    take(zone, readings, hasOddRounds) {
      const fromMs = grid.firstMs + zone * grid.zoneMs;
      const facts = factsAt(fromMs);
      const later = factsAt(fromMs + grid.zoneMs - 1);
      const isOdd = hasOddRounds || [...readings.values()].some((reading) => reading.isOdd);
      const zones = siteIds.map((siteId, index) => zoneOf(zone, index, facts.get(siteId), readings.get(siteId), isOdd));
      const present = zones.filter((one) => one !== null);
      const sisters = sistersIn(present);
      for (const [index, one] of zones.entries()) {
        if (one === null) continue;
        one.sisters = sisters.get(one.facts.circleId ?? "") ?? null;
        watches[index]?.(one, (bit) => mark(index, zone, bit));
        if (!isProof(one, later, readings.get(one.facts.siteId))) markAll(index, zone);
        noteCircle(index, zone, one.facts.circleId);
      }
      const isSettled = siteIds.every((siteId) => later.get(siteId) === facts.get(siteId));
      if (groupsIn(present) || !isSettled) groups[zone] = 1;
    },

    isWanted(siteId, zone) {
      const index = indexOf.get(siteId);
      if (index === undefined) return false;
      if (isAnyMarked(index, zone)) return true;
      for (let later = zone + 1; later <= Math.min(grid.count - 1, zone + longestFeed); later++) {
        if (!isAnyMarked(index, later)) continue;
        if (set.sitePlaces.some((place) => later - zone <= (feedZones[place] ?? 0) && isMarked(index, later, place))) {
          return true;
        }
      }
      return false;
    },
    placesAt(siteId, zone) {
      const index = indexOf.get(siteId);
      if (index === undefined) return { judged: [], fed: [] };
      const judged = set.sitePlaces.filter((place) => isMarked(index, zone, place));
      const fed = set.sitePlaces.filter((place) => !isMarked(index, zone, place) && isFed(index, zone, place));
      return { judged, fed };
    },
    mayChange(siteId, zone, state) {
      const index = indexOf.get(siteId);
      return index !== undefined && isMarked(index, zone, set.rules.length + state);
    },
    mayCompare: (circleId, zone) => circles[zone]?.has(circleId) ?? false,
    mayRaiseGroups: (zone) => groups[zone] === 1,
    answersIn(siteId, zone) {
      const index = indexOf.get(siteId);
      return index === undefined ? 0 : (masks[index * grid.count + zone] ?? 0);
    },
  };
}

/** Of all bits those for which a site has to be read whatever it is doing. */
function wantedBits(set: RuleSet, words: number): Uint32Array {
  const bits = new Uint32Array(words);
  for (const bit of [...set.sitePlaces, set.rules.length + STATES.mayTrip]) {
    bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
  return bits;
}

/** The most missed polls in a row that end in this zone or go on after it. */
function missesIn(silence: Silence, mask: number, slots: number, isOdd: boolean): number {
  let longest = 0;
  silence.isOdd ||= isOdd;
  for (let slot = 0; slot < slots; slot++) {
    if (((mask >>> slot) & 1) === 0) silence.slots++;
    else {
      silence.slots = 0;
      silence.isOdd = isOdd;
    }
    // Between the slots others were asked, and a poll was due once more: it may come a little early.
    const misses = silence.isOdd ? Math.floor((silence.slots + 1) / DUE_SHARE) : silence.slots;
    longest = Math.max(longest, misses);
  }
  return longest;
}

/** Watches all segments and the fleet. */
function watchGroups(set: RuleSet): (zones: readonly Zone[]) => boolean {
  const rulesAt = (places: readonly number[]) => places.flatMap((place) => set.rules[place] ?? []);
  const ofSegments = rulesAt(set.segmentPlaces);
  const ofFleet = rulesAt(set.fleetPlaces);
  return (zones) => {
    const [first] = zones;
    if (first === undefined || ofSegments.length + ofFleet.length === 0) return false;
    const segments = ofSegments.length === 0 ? [] : [...Map.groupBy(zones, ({ facts }) => facts.segmentId).values()];
    return (
      mayRaise(ofFleet, { ...first, members: zones }) ||
      segments.some((members) => mayRaise(ofSegments, { ...first, members }))
    );
  };
}

/** A rule about a group has no memory: it is watched anew in each zone. */
function mayRaise(rules: readonly CompiledRule[], group: Zone): boolean {
  return rules.some((rule) => watchRule(rule)(group) === true);
}
