import type { PointName } from "../points/catalogue.ts";
import type { Signal } from "./read-signal.ts";
import type { SiteFacts } from "./site-facts.ts";

/** Every number lies between the two, both included. */
export type Range = { readonly low: number; readonly high: number };

/** What a condition may say somewhere in a zone, as bits: more than it really says, never less. */
export type Possible = number;
export const MAY_HOLD = 1;
export const MAY_FAIL = 2;
export const MAY_BE_UNKNOWN = 4;
export const ANYTHING: Possible = MAY_HOLD | MAY_FAIL | MAY_BE_UNKNOWN;

/**
 * A quarter of an hour or so of one site's history, known by its extremes only: what they do not prove may be. Doubtful
 * readings are among the extremes, which makes these wider than what rules may judge.
 */
export type Zone = {
  /** ms since the epoch; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** In force all the time. */
  readonly facts: SiteFacts;
  /** Extremes of the numbers; null or absent: there was none. */
  readonly numbers: Readonly<Partial<Record<PointName, Range | null>>>;
  /** What states may be: `MAY_HOLD` = on, `MAY_FAIL` = off. */
  readonly states: Readonly<Partial<Record<PointName, Possible>>>;
  /** The first and the last word of the alphabet; null or absent: there was none. */
  readonly words: Readonly<Partial<Record<PointName, readonly [first: string, last: string] | null>>>;
  /** Points that had a value without any doubt in each reading, of those of which that was asked. */
  readonly whole: ReadonlySet<PointName>;
  /** Faults that were set at some time. */
  readonly faults: readonly string[];
  /** True when a point of which it was asked may have been mapped and without a value that can be trusted. */
  readonly lacksReadings: boolean;
  /** The most polls in a row that may have been missed, those before the zone included. */
  readonly misses: number;
  /** Between which the medians of the site's circle lie; null: there are none. */
  readonly sisters: Readonly<Partial<Record<Signal, Range>>> | null;
  /** For a rule about a segment or the fleet: the zones of its sites. */
  readonly members: readonly Zone[];
};

/** Watches the zones of one site, one after the other without a gap: what a condition may say in this one. */
export type ZoneWatch = (zone: Zone) => Possible;

/** For want of anything better. */
const watchNothing: ZoneWatch = () => ANYTHING;

/** Whether something of the one range lies above something of the other, and whether something does not. */
export function possiblyAbove(above: Range, below: Range, orEqual: boolean): Possible {
  const holds = above.high > below.low || (orEqual && above.high === below.low);
  return (holds ? MAY_HOLD : 0) | (above.low <= below.high ? MAY_FAIL : 0);
}

/** What the contrary may say. */
export function contraryOf(possible: Possible): Possible {
  const swapped = ((possible & MAY_HOLD) !== 0 ? MAY_FAIL : 0) | ((possible & MAY_FAIL) !== 0 ? MAY_HOLD : 0);
  return swapped | (possible & MAY_BE_UNKNOWN);
}

type Watchable = { watch?(isActive: boolean): ZoneWatch };

/** What a part may say; anything when it cannot be watched. */
export function watchPart(part: Watchable, isActive: boolean): ZoneWatch {
  return part.watch?.(isActive) ?? watchNothing;
}

/** At least `least` of several parts. */
export function watchSome(parts: readonly Watchable[], least: number, isActive: boolean): ZoneWatch {
  const watches = parts.map((part) => watchPart(part, isActive));
  return (zone) => {
    let holding = 0;
    let failing = 0;
    let unknown = 0;
    // Each one looks at each zone, whatever the others say: some remember the zones before.
    for (const watch of watches) {
      const possible = watch(zone);
      if ((possible & MAY_HOLD) !== 0) holding++;
      if ((possible & MAY_FAIL) !== 0) failing++;
      unknown |= possible & MAY_BE_UNKNOWN;
    }
    return (holding >= least ? MAY_HOLD : 0) | (failing > watches.length - least ? MAY_FAIL : 0) | unknown;
  };
}
