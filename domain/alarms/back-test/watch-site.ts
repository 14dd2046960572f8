import type { CompiledRule } from "../compile-rule.ts";
import { mayLoad, mayRest } from "../operating-state.ts";
import type { RuleSet } from "../rule-set.ts";
import type { Zone } from "../zone.ts";
import { watchWidely } from "./watch-widely.ts";

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
  const watchRules = watchWidely(set);
  const first = set.rules.length;
  const watchState = asksForMode(set) ? statesIn : () => [];
  return (zone, may) => {
    watchRules(zone, may);
    if (trips.size > 0 && zone.faults.some((fault) => trips.has(fault))) may(first + STATES.mayTrip);
    for (const state of watchState(zone)) may(first + state);
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
