import { POINTS, type PointName } from "../points/catalogue.ts";
import { compileOperators, compileSentinels, followedBy, within } from "./compile-operators.ts";
import type { Operator } from "./operator.ts";
import type { PointMapping, Profile } from "./profile.ts";
import { createBitReader } from "./read-bits.ts";
import { MISSING, type Step } from "./reading.ts";
import type { ReplyTrie } from "./reply-trie.ts";

/** Reads one value out of the raw values of a reply: a value, a reason, or undefined when the field is not there. */
export type Reader = (raws: readonly unknown[]) => unknown;

type Source = { readonly from: string | readonly string[]; readonly ops: readonly Operator[] };

/** Compiles the sources of one profile: sentinels first, then the operators, then `last` (the limits). */
export function createSourceCompiler(
  profile: Profile,
  trie: ReplyTrie,
): (source: Source, last?: Step | null) => Reader {
  const readBit = createBitReader();
  const sentinel = compileSentinels(profile.sentinels);
  return ({ from, ops }, last = null) => {
    const operators = compileOperators(ops, readBit);
    const step = last === null ? operators : followedBy(operators, last);
    if (typeof from !== "string") return readerOfMany(from.map(trie.placeOf), sentinel, step);
    return readerOfOne(trie.placeOf(from), sentinel === null ? step : unlessNoData(sentinel, step));
  };
}

/** The hard limits of the catalogue, tightened by the profile; null for a point without numbers. */
export function limitsOf(point: PointName, { range }: PointMapping): Step | null {
  const { type, limits } = POINTS[point];
  if (type !== "num") return null;
  const [low, high] = range ?? limits ?? [null, null];
  return within(low, high);
}

function readerOfOne(place: number, step: Step): Reader {
  return (raws) => {
    const raw = raws[place];
    if (raw === undefined) return undefined;
    return raw === null ? MISSING : step(raw);
  };
}

function unlessNoData(sentinel: Step, step: Step): Step {
  return (raw) => {
    // most of a reply are booleans, and none of them means "no data"
    if (typeof raw === "boolean") return step(raw);
    return sentinel(raw) === MISSING ? MISSING : step(raw);
  };
}

function readerOfMany(places: readonly number[], sentinel: Step | null, step: Step): Reader {
  const lacks = (raw: unknown) => raw === undefined || raw === null || sentinel?.(raw) === MISSING;
  return (raws) => {
    const parts = places.map((place) => raws[place]);
    if (parts.some(lacks)) return parts.every(isAbsent) ? undefined : MISSING;
    return step(parts);
  };
}

function isAbsent(raw: unknown): boolean {
  return raw === undefined;
}
