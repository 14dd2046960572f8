import { hullOf, isRangeWithin } from "../range.ts";
import type { Range, Zone } from "../zone.ts";

type Ranges = Readonly<Record<string, Range | null | undefined>>;

/** Conditions may depend on the time: a zone that reaches further says as much about each zone within it. */
const AHEAD_MS = 86_400_000;

/**
 * Whether everything that may be in the one zone may be in the other: then nothing holds in it that does not in the other.
 * What it says about whole readings is left out, which only conditions with a memory ask.
 */
export function isWithin(zone: Zone, wide: Zone): boolean {
  return (
    zone.facts === wide.facts &&
    zone.fromMs >= wide.fromMs &&
    zone.toMs <= wide.toMs &&
    zone.misses <= wide.misses &&
    (!zone.lacksReadings || wide.lacksReadings) &&
    zone.faults.every((fault) => wide.faults.includes(fault)) &&
    areStatesWithin(zone.states, wide.states) &&
    areWithin(zone.numbers, wide.numbers) &&
    areWordsWithin(zone.words, wide.words) &&
    areWithin(zone.sisters ?? {}, wide.sisters ?? {})
  );
}

/**
 * A zone in which both are, and what comes in the next hours. Facts are those of the second one, which must be the first one's.
 *
 * @param room left beyond the extremes of numbers that are not within the first one: parts of what lies between them
 */
export function envelopeOf(wide: Zone, zone: Zone, room: number): Zone {
  return {
    ...zone,
    fromMs: Math.min(wide.fromMs, zone.fromMs),
    toMs: zone.toMs + AHEAD_MS,
    misses: Math.max(wide.misses, zone.misses),
    lacksReadings: wide.lacksReadings || zone.lacksReadings,
    faults: [...new Set([...wide.faults, ...zone.faults])],
    states: joined(wide.states, zone.states, (a, b) => (a ?? 0) | (b ?? 0)),
    numbers: joined(wide.numbers, zone.numbers, (a, b) => roomyHullOf(a ?? null, b ?? null, room)),
    words: joined(wide.words, zone.words, (a, b) => wordsOf(a ?? null, b ?? null)),
    sisters: joinedSisters(wide.sisters, zone.sisters, room),
  };
}

/** The first one, or both with room around them. */
function roomyHullOf(wide: Range | null, own: Range | null, room: number): Range | null {
  if (own === null || isRangeWithin(own, wide)) return wide;
  const hull = hullOf(wide, own) ?? own;
  const beyond = (hull.high - hull.low) * room;
  return { low: hull.low - beyond, high: hull.high + beyond };
}

function joinedSisters(a: Zone["sisters"], b: Zone["sisters"], room: number): Zone["sisters"] {
  if (a === null || b === null) return a ?? b;
  const all: Record<string, Range> = {};
  for (const [signal, range] of [...Object.entries(a), ...Object.entries(b)]) {
    all[signal] = roomyHullOf(all[signal] ?? null, range, room) ?? range;
  }
  return all;
}

/** By a list of names: V8 compiles `for … in` with a look into another record for one shape of it, and anew for the next. */
function areWithin(some: Ranges, wide: Ranges): boolean {
  for (const name of Object.keys(some)) {
    const own = some[name] ?? null;
    if (own !== null && !isRangeWithin(own, wide[name] ?? null)) return false;
  }
  return true;
}

function areStatesWithin(some: Readonly<Record<string, number>>, wide: Readonly<Record<string, number>>): boolean {
  for (const name of Object.keys(some)) if (((some[name] ?? 0) & ~(wide[name] ?? 0)) !== 0) return false;
  return true;
}

type Words = Readonly<Record<string, readonly [string, string] | null>>;

function areWordsWithin(some: Words, wide: Words): boolean {
  for (const name of Object.keys(some)) {
    const own = some[name] ?? null;
    const around = wide[name] ?? null;
    if (own === null) continue;
    if (around === null || own[0] < around[0] || own[1] > around[1]) return false;
  }
  return true;
}

function wordsOf(a: readonly [string, string] | null, b: readonly [string, string] | null) {
  if (a === null || b === null) return a ?? b;
  const all = [...a, ...b].sort();
  return [all[0] ?? "", all[3] ?? ""] as const;
}

function joined<Value>(
  a: Readonly<Record<string, Value>>,
  b: Readonly<Record<string, Value>>,
  join: (a: Value | undefined, b: Value | undefined) => Value,
): Record<string, Value> {
  const all: Record<string, Value> = {};
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) all[name] = join(a[name], b[name]);
  return all;
}
