import type { PointValue } from "../../telemetry/snapshot.ts";
import { and, not, or, type Truth } from "../truth.ts";
import type { Evaluation, Run } from "./evaluation.ts";
import { EXPRESSION_LIMITS } from "./limits.ts";
import type { PointValues } from "./point-reading.ts";

/** Items, and whether each surely belongs to the list; `null` = all do. Good until the same list is made again. */
export type Items = { readonly items: readonly PointValue[]; readonly membership: readonly Truth[] | null };
export type RunList = (values: PointValues) => Items;
/** How the walk reaches one item, and what one turn costs. */
export type Turn = { readonly slot: number; readonly body: Run<boolean>; readonly steps: number };

const EMPTY: Items = { items: [], membership: null };

/** Points or other expressions in a list; an item may be unknown, but surely belongs to it. */
export function listOf(runs: readonly Run<PointValue>[]): RunList {
  const items: PointValue[] = runs.map(() => null);
  const list: Items = { items, membership: null };
  return (values) => {
    let place = 0;
    for (const run of runs) {
      items[place] = run(values);
      place += 1;
    }
    return list;
  };
}

/** The active fault bits; one that could not be read belongs to the list perhaps. */
export function faultList(evaluation: Evaluation): RunList {
  return () => {
    const { faults, unknownFaults } = evaluation.reading;
    if (areTooMany(faults, unknownFaults, evaluation)) return EMPTY;
    if (unknownFaults.length === 0) return { items: faults, membership: null };
    return {
      items: [...faults, ...unknownFaults],
      membership: [...faults.map(() => true), ...unknownFaults.map(() => null)],
    };
  };
}

/** `"x" in faults`, the most usual question to a list, without making the list. */
export function hasFault(fault: string, evaluation: Evaluation): Run<boolean> {
  return () => {
    const { faults, unknownFaults } = evaluation.reading;
    if (areTooMany(faults, unknownFaults, evaluation)) return null;
    if (!takeSteps(evaluation, faults.length + unknownFaults.length)) return null;
    if (faults.includes(fault)) return true;
    return unknownFaults.includes(fault) ? null : false;
  };
}

/** Folds by or: true as soon as one item surely is. */
export function exists(list: RunList, { slot, body, steps }: Turn, evaluation: Evaluation): Run<boolean> {
  return (values) => {
    const { items, membership } = list(values);
    let truth: Truth = false;
    for (let place = 0; place < items.length && truth !== true; place += 1) {
      if (!takeSteps(evaluation, steps)) return null;
      evaluation.items[slot] = items[place] ?? null;
      truth = or(truth, and(membershipAt(membership, place), body(values)));
    }
    return truth;
  };
}

/** Folds by and: false as soon as one item surely is not. */
export function all(list: RunList, { slot, body, steps }: Turn, evaluation: Evaluation): Run<boolean> {
  return (values) => {
    const { items, membership } = list(values);
    let truth: Truth = true;
    for (let place = 0; place < items.length && truth !== false; place += 1) {
      if (!takeSteps(evaluation, steps)) return null;
      evaluation.items[slot] = items[place] ?? null;
      truth = and(truth, or(not(membershipAt(membership, place)), body(values)));
    }
    return truth;
  };
}

/** Keeps what fits, and what perhaps fits. */
export function filter(list: RunList, { slot, body, steps }: Turn, evaluation: Evaluation): RunList {
  return (values) => {
    const { items, membership } = list(values);
    const kept: PointValue[] = [];
    const keptMembership: Truth[] = [];
    for (const [place, item] of items.entries()) {
      if (!takeSteps(evaluation, steps)) return EMPTY;
      evaluation.items[slot] = item;
      const truth = and(membershipAt(membership, place), body(values));
      if (truth === false) continue;
      kept.push(item);
      keptMembership.push(truth);
    }
    return { items: kept, membership: keptMembership };
  };
}

/** Unknown while one item only perhaps belongs to the list. */
export function size(list: RunList): Run<number> {
  return (values) => {
    const { items, membership } = list(values);
    return membership?.includes(null) ? null : items.length;
  };
}

/** True as soon as one item surely is the value. */
export function member(item: Run<PointValue>, list: RunList, evaluation: Evaluation): Run<boolean> {
  return (values) => {
    const value = item(values);
    const { items, membership } = list(values);
    if (!takeSteps(evaluation, items.length)) return null;
    let truth: Truth = false;
    for (let place = 0; place < items.length && truth !== true; place += 1) {
      const other = items[place] ?? null;
      const isSame = value === null || other === null ? null : value === other;
      truth = or(truth, and(membershipAt(membership, place), isSame));
    }
    return truth;
  };
}

function areTooMany(faults: readonly string[], unknown: readonly string[], evaluation: Evaluation): boolean {
  if (faults.length + unknown.length <= EXPRESSION_LIMITS.items) return false;
  evaluation.fault ??= "list-too-long";
  return true;
}

function membershipAt(membership: readonly Truth[] | null, place: number): Truth {
  return membership === null ? true : (membership[place] ?? null);
}

function takeSteps(evaluation: Evaluation, steps: number): boolean {
  evaluation.steps += steps;
  if (evaluation.steps <= EXPRESSION_LIMITS.steps) return true;
  evaluation.fault ??= "too-many-steps";
  return false;
}
