import type { CompiledRule } from "../compile-rule.ts";
import { mayLoad, mayRest } from "../operating-state.ts";
import type { RuleSet } from "../rule-set.ts";
import { MAY_HOLD, watchPart, type Zone } from "../zone.ts";
import { envelopeOf, isWithin } from "./zone-envelope.ts";

/** True when a rule may be raised in a zone, or a memory of it may leave its rest. */
type RuleWatch = (zone: Zone) => boolean;

/** Watches one rule for one subject, zone by zone without a gap. */
export function watchRule({ condition, observers }: CompiledRule): RuleWatch {
  if (observers.some(({ rest, forgetsAfterMs }) => rest === undefined && forgetsAfterMs === undefined))
    return () => true;
  const watches = [
    watchPart(condition, false),
    ...observers.flatMap(({ rest }) => (rest === undefined ? [] : [rest.watch()])),
  ];
  return (zone) => {
    let may = false;
    for (const watch of watches) may = (watch(zone) & MAY_HOLD) !== 0 || may;
    return may;
  };
}

/** How long a rule has to hear what comes before its memories say what they would have said anyway. */
export function feedMsOf({ observers }: CompiledRule, intervalMs: number): number {
  return observers.reduce((longest, { forgetsAfterMs }) => Math.max(longest, forgetsAfterMs?.(intervalMs) ?? 0), 0);
}

/** What a rule set asks of a site apart from its rules. */
export const STATES = { mayStop: 0, mayStart: 1, mayTrip: 2 } as const;
const STATE_COUNT = 3;

/** Bits of a site and zone: one for each rule of the set, then those of `STATES`. */
export function bitCount({ rules }: RuleSet): number {
  return rules.length + STATE_COUNT;
}

/**
 * Watches a site with all rules about sites.
 *
 * @returns calls `may` with the number of each bit that may matter in a zone
 */
export function watchSite(set: RuleSet, trips: ReadonlySet<string>): (zone: Zone, may: (bit: number) => void) => void {
  const watches = set.sitePlaces.flatMap((place): PlacedWatch[] => {
    const compiled = set.rules[place];
    return compiled === undefined
      ? []
      : [{ place, watch: watchRule(compiled), remembers: compiled.observers.length > 0 }];
  });
  const remembering = watches.filter(({ remembers }) => remembers);
  const possibleIn = watchWidely(watches.filter(({ remembers }) => !remembers));
  const first = set.rules.length;
  const watchState = asksForMode(set) ? statesIn : () => [];
  return (zone, may) => {
    for (const { place, watch } of remembering) if (watch(zone)) may(place);
    for (const { place, watch } of possibleIn(zone)) if (watch(zone)) may(place);
    if (trips.size > 0 && zone.faults.some((fault) => trips.has(fault))) may(first + STATES.mayTrip);
    for (const state of watchState(zone)) may(first + state);
  };
}

type PlacedWatch = { readonly place: number; readonly watch: RuleWatch; readonly remembers: boolean };

/**
 * Rules without a memory, of which each zone is judged by itself. Most zones are like those before: what may not hold in all
 * of those together may not hold in a zone among them, and one look tells that of all rules.
 */
function watchWidely(watches: readonly PlacedWatch[]): (zone: Zone) => readonly PlacedWatch[] {
  let wide: Zone | null = null;
  let possible: readonly PlacedWatch[] = [];
  const possibleOf = (zone: Zone) => watches.filter(({ watch }) => watch(zone));
  return (zone) => {
    if (wide !== null && isWithin(zone, wide)) return possible;
    const both = wide === null || wide.facts !== zone.facts ? envelopeOf(zone, zone) : envelopeOf(wide, zone);
    const ofBoth = possibleOf(both);
    const isWorse = wide !== null && ofBoth.length > possible.length;
    // What was unusual once would leave its trace for ever.
    wide = isWorse ? envelopeOf(zone, zone) : both;
    possible = isWorse ? possibleOf(wide) : ofBoth;
    return possible;
  };
}

function statesIn(zone: Zone): readonly number[] {
  const { isCurtailed } = zone.facts;
  const states: number[] = [];
  if (isCurtailed || mayRest(zone)) states.push(STATES.mayStop);
  if (isCurtailed || mayLoad(zone)) states.push(STATES.mayStart);
  return states;
}

/** Rules about sites that compare a site with its sisters: places in the set. */
export function comparingPlaces({ rules, sitePlaces }: RuleSet): readonly number[] {
  return sitePlaces.filter((place) => (rules[place]?.comparedSignals.length ?? 0) > 0);
}

/** Whether anything depends on what a site is doing. */
export function asksForMode({ rules }: RuleSet): boolean {
  return rules.some(
    ({ rule: { onlyWhen, suppressedBy } }) =>
      onlyWhen?.operating !== undefined ||
      suppressedBy.includes("site-stopped") ||
      suppressedBy.includes("site-starting"),
  );
}
