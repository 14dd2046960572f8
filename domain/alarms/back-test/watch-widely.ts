import type { RulePart } from "../compile-rule.ts";
import type { RuleSet } from "../rule-set.ts";
import type { Zone } from "../zone.ts";
import { type RuleWatch, watchRule } from "./watch-rule.ts";
import { envelopeOf, isWithin } from "./zone-envelope.ts";

/** Room beyond extremes, in parts of what lies between them: what went beyond one by a little will soon do so again. */
const ROOMS = [1, 0.25, 0] as const;
/** Zones that a part compares with each other lie next to each other, and a part of one may belong to its span. */
const ZONES_BESIDE_SPAN = 2;

/** A part of a rule at one site. */
type PlacedPart = {
  readonly place: number;
  readonly part: RulePart;
  readonly watch: RuleWatch;
  /** How far back its watch may look, ms; 0: it has no memory. */
  readonly spanMs: number;
  readonly asksEachZone: boolean;
  /** Its watch remembers zones, and may be shown several as one. */
  readonly isToCatchUp: boolean;
  /** Up to where its watch has seen the zones; null: it saw none. */
  seenToMs: number | null;
};

/**
 * Watches a site with all rules about sites. Most zones are like those before: what may not hold in all of those together may
 * not hold in a zone among them, and one look tells that of all rules. A part with a memory is left alone when everything
 * that it could remember lies among them, and hears of those zones as of one when it is asked again.
 *
 * @returns calls `may` with the place of each rule that may be raised in a zone, or of which a memory may leave its rest
 */
export function watchWidely(set: RuleSet): (zone: Zone, may: (place: number) => void) => void {
  const all = set.sitePlaces.flatMap((place) => (set.rules[place]?.parts ?? []).map((part) => placedPart(place, part)));
  const inEachZone = all.filter(({ asksEachZone }) => asksEachZone);
  const others = all.filter(({ asksEachZone }) => !asksEachZone);
  const remembering = others.filter(({ spanMs }) => spanMs > 0);
  const longestMs = remembering.reduce((longest, { spanMs }) => Math.max(longest, spanMs), 0);
  let wide: Zone | null = null;
  /** Everything since then lies within it. */
  let sinceMs = 0;
  let possible: readonly PlacedPart[] = [];

  /** What may hold within a zone that reaches around all that its parts remember. */
  const possibleIn = (around: Zone) =>
    others.filter(({ part, watch, spanMs }) => (spanMs === 0 ? watch : watchRule(part))(around));

  function widen(around: Zone, zone: Zone): boolean {
    for (const room of ROOMS) {
      const wider = envelopeOf(around, zone, room);
      const found = possibleIn(wider);
      if (found.length > possible.length) continue;
      wide = wider;
      possible = found;
      return true;
    }
    return false;
  }
  function include(zone: Zone): void {
    if (wide !== null && wide.facts === zone.facts && widen(wide, zone)) return;
    // What was unusual once would leave its trace for ever.
    wide = envelopeOf(zone, zone, 0);
    possible = possibleIn(wide);
    sinceMs = zone.fromMs;
  }

  return (zone, may) => {
    const before = wide;
    if (wide === null || !isWithin(zone, wide)) include(zone);
    const knownMs = zone.fromMs - sinceMs - ZONES_BESIDE_SPAN * (zone.toMs - zone.fromMs);
    const ask = (one: PlacedPart) => {
      if (mayHold(one, before, zone)) may(one.place);
    };
    inEachZone.forEach(ask);
    possible.forEach(ask);
    if (knownMs < longestMs) remembering.filter(({ spanMs }) => spanMs > knownMs).forEach(ask);
  };
}

function placedPart(place: number, part: RulePart): PlacedPart {
  const spanMs = part.observers.reduce((sum, { spanS }) => sum + spanS * 1000, 0);
  const asksEachZone = part.observers.some((observer) => observer.asksEachZone === true);
  return {
    place,
    part,
    watch: watchRule(part),
    spanMs,
    asksEachZone,
    isToCatchUp: spanMs > 0 && !asksEachZone,
    seenToMs: null,
  };
}

/**
 * False also when it was asked about this zone before.
 *
 * @param around all zones that it was not asked about
 */
function mayHold(one: PlacedPart, around: Zone | null, zone: Zone): boolean {
  const { watch, seenToMs } = one;
  if (seenToMs === zone.toMs) return false;
  if (one.isToCatchUp && around !== null && seenToMs !== null && seenToMs < zone.fromMs) {
    watch({ ...around, fromMs: seenToMs, toMs: zone.fromMs });
  }
  one.seenToMs = zone.toMs;
  return watch(zone);
}
