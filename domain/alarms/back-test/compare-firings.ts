import { z } from "zod";
import { AlarmId } from "../alarm.ts";
import type { BackTestResult, Firing } from "./back-test-result.ts";

const Count = z.int().min(0);
const Pair = z.strictObject({
  alarmId: AlarmId,
  beforeAt: z.iso.datetime().nullable().describe("Begin with the old rules; null: they did not fire"),
  afterAt: z.iso.datetime().nullable().describe("Begin with the new rules; null: they did not fire"),
  shiftS: z.int().nullable().describe("Negative: earlier than before"),
});

/**
 * What other rules change: firings are the same when they are of one subject and rule, and overlap in time;
 * one that overlaps several others goes with the first of them.
 */
export const FiringDifference = z
  .strictObject({
    onlyBefore: Count.describe("Fired with the old rules only"),
    onlyAfter: Count.describe("Fired with the new rules only"),
    both: Count,
    earlier: Count.describe("Of both, those that begin earlier now"),
    later: Count.describe("Of both, those that begin later now"),
    medianShiftS: z.number().nullable(),
    announcedChange: z.int().describe("Announcements more (or, negative, fewer) than before, without priority low"),
    items: z.array(Pair).describe("What differs, in order of time; the first 500"),
    isCut: z.boolean().describe("One of the results holds only its first firings: counts are of those"),
  })
  .meta({ id: "BackTestDifference", description: "What the new rules change" });
export type FiringDifference = z.infer<typeof FiringDifference>;

const MOST_ITEMS = 500;

/** @param before of the old rules, over the same history as `after` */
export function compareFirings(before: BackTestResult, after: BackTestResult): FiringDifference {
  const olds = Map.groupBy(before.items, ({ alarmId }) => alarmId);
  const news = Map.groupBy(after.items, ({ alarmId }) => alarmId);
  const pairs = [...new Set([...olds.keys(), ...news.keys()])].flatMap((alarmId) =>
    pairUp(alarmId, olds.get(alarmId) ?? [], news.get(alarmId) ?? []),
  );
  const shifts = pairs.flatMap(({ shiftS }) => (shiftS === null ? [] : [shiftS])).sort((a, b) => a - b);
  const items = pairs.filter(({ shiftS }) => shiftS !== 0).sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  return {
    onlyBefore: pairs.filter(({ afterAt }) => afterAt === null).length,
    onlyAfter: pairs.filter(({ beforeAt }) => beforeAt === null).length,
    both: shifts.length,
    earlier: shifts.filter((shift) => shift < 0).length,
    later: shifts.filter((shift) => shift > 0).length,
    medianShiftS: shifts.length === 0 ? null : (shifts[shifts.length >> 1] ?? null),
    announcedChange: after.announced - before.announced,
    items: items.slice(0, MOST_ITEMS),
    isCut: before.isCut || after.isCut,
  };
}

type Pair = z.infer<typeof Pair>;

/** Two lists in order of time: the earlier one of the two goes on alone, unless they overlap. */
function pairUp(alarmId: string, olds: readonly Firing[], news: readonly Firing[]): Pair[] {
  const pairs: Pair[] = [];
  let at = 0;
  for (const old of olds) {
    for (let next = news[at]; next !== undefined && isOver(next, old); next = news[++at]) pairs.push(alone(null, next));
    const next = news[at];
    if (next === undefined || isOver(old, next)) {
      pairs.push(alone(old, null));
      continue;
    }
    at++;
    const shiftS = (Date.parse(next.beginAt) - Date.parse(old.beginAt)) / 1000;
    pairs.push({ alarmId, beforeAt: old.beginAt, afterAt: next.beginAt, shiftS: Math.round(shiftS) });
  }
  return [...pairs, ...news.slice(at).map((next) => alone(null, next))];

  function alone(old: Firing | null, next: Firing | null): Pair {
    return { alarmId, beforeAt: old?.beginAt ?? null, afterAt: next?.beginAt ?? null, shiftS: null };
  }
}

/** True when the first had ended before the second began. */
function isOver({ endAt }: Firing, { beginAt }: Firing): boolean {
  return endAt !== null && Date.parse(endAt) <= Date.parse(beginAt);
}

function timeOf({ beforeAt, afterAt }: Pair): string {
  return beforeAt ?? afterAt ?? "";
}
