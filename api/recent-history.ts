import { type AskedSite, answerHistory } from "../adapters/database/history/answer-history.ts";
import { isoOf } from "../domain/iso-of.ts";
import { keepNewest } from "../domain/keep-newest.ts";
import type { History } from "../domain/telemetry/history.ts";
import { bucketStart } from "../domain/telemetry/history-level.ts";
import {
  HISTORY_LIMITS,
  type HistoryPlan,
  type HistoryQuestion,
  planHistory,
} from "../domain/telemetry/history-plan.ts";
import { historyHeadText, historyValuesText } from "../domain/telemetry/history-text.ts";
import type { ApiContext } from "./context.ts";

/** A range that ends this near to now is one up to the present: what comes next belongs to it. */
const PRESENT_WITHIN_MS = 5_000;
/** Rows that come late, from a journal or another process, are seen after this at the latest [J]. */
const LIFE_MS = 30_000;
/** The first reading of a life is whole. Lives differ by so much, or all sites of a round would end theirs together. */
const LIFE_SPREAD = 0.4;
/** Readings in between begin this far before the newest row: of a round some rows are stored later than others. */
const OVERLAP_MS = 180_000;
/** The latest state is ahead of the database: until that has caught up, it is asked more often. */
const BEHIND_LIFE_MS = 1_000;
const MOST_KEPT = 256;
/** Of all series of one answer: larger ones are rare, and their bytes would fill the memory. */
const MOST_VALUES = 20_000;
const MINUTE_MS = 60_000;

/**
 * Answers about one site up to the present, as JSON in pieces. A control room opens the same trend on many screens: until
 * the site's next snapshot they share one reading of the database and the bytes of it; after that only the newest rows
 * are read, and the whole again after half a minute at most.
 */
export interface RecentHistory {
  /** @throws {AppError} as `answerHistory` does */
  jsonOf(site: AskedSite, question: HistoryQuestion): Promise<readonly Buffer[]>;
}

type Kept = {
  readonly history: Promise<History>;
  readonly fromMs: number;
  readonly readAtMs: number;
  /** When the whole is read again. */
  readonly endsAtMs: number;
  /** Slot of the site's latest snapshot when it was read. */
  readonly seenSlot: string;
  /** What was found; null while it is being read. */
  found: History | null;
  /** Of the rows that were asked for last. */
  bytes: { readonly first: number; readonly end: number; readonly values: Buffer } | null;
};

/** @param clock milliseconds since the Unix epoch */
export function createRecentHistory(
  { storage, liveState }: Pick<ApiContext, "storage" | "liveState">,
  clock: () => number,
): RecentHistory {
  const kept = new Map<string, Kept>();
  const slotOf = (siteId: string) => liveState.get(siteId)?.slot ?? "";

  /** It never waits: of many who find an old one, only the first reads anew. */
  function isGood(known: Kept, site: AskedSite, { fromMs, level }: HistoryPlan, nowMs: number): boolean {
    const ageMs = nowMs - known.readAtMs;
    if (fromMs < known.fromMs || ageMs < 0 || nowMs >= known.endsAtMs || known.seenSlot !== slotOf(site.id))
      return false;
    if (level !== "raw" || known.found === null || ageMs < BEHIND_LIFE_MS) return true;
    return (known.found.times.at(-1) ?? "") >= known.seenSlot;
  }

  function keep(site: AskedSite, part: Pick<Kept, "history" | "fromMs" | "endsAtMs">, nowMs: number): Kept {
    const entry: Kept = { ...part, readAtMs: nowMs, seenSlot: slotOf(site.id), found: null, bytes: null };
    entry.history.then(
      (found) => {
        entry.found = found;
      },
      () => undefined,
    );
    return entry;
  }

  function ask(site: AskedSite, { points, level }: HistoryPlan, from: string, nowMs: number): Promise<History> {
    const range = { from, to: isoOf(nowMs + MINUTE_MS) };
    return answerHistory(storage.history, site, { points, ...range, step: level }, nowMs);
  }

  function readWhole(site: AskedSite, plan: HistoryPlan, nowMs: number): Kept {
    const lifeMs = LIFE_MS * (1 - LIFE_SPREAD * shareOf(site.id));
    const history = ask(site, plan, isoOf(plan.fromMs), nowMs);
    return keep(site, { history, fromMs: plan.fromMs, endsAtMs: nowMs + lifeMs }, nowMs);
  }

  /** Only the rows of the last minutes, which take the place of those that are known. */
  function readOn(
    { fromMs, endsAtMs }: Kept,
    before: History,
    site: AskedSite,
    plan: HistoryPlan,
    nowMs: number,
  ): Kept {
    const place = rowBefore(before, OVERLAP_MS);
    const from = before.times[place];
    const history =
      from === undefined
        ? ask(site, plan, isoOf(fromMs), nowMs)
        : ask(site, plan, from, nowMs).then((tail) =>
            tail.times[0] === from ? joined(before, place, tail) : ask(site, plan, isoOf(fromMs), nowMs),
          );
    return keep(site, { history, fromMs, endsAtMs }, nowMs);
  }

  function read(known: Kept | undefined, site: AskedSite, plan: HistoryPlan, nowMs: number): Kept {
    const before = known?.found;
    const mayReadOn = plan.level === "raw" && known && plan.fromMs >= known.fromMs && nowMs < known.endsAtMs;
    if (!mayReadOn || !before || nowMs < known.readAtMs) return readWhole(site, plan, nowMs);
    return readOn(known, before, site, plan, nowMs);
  }

  return {
    async jsonOf(site, question) {
      const nowMs = clock();
      const circumstances = { nowMs, intervalS: site.intervalS, retention: storage.history.retention() };
      const plan = planHistory(question, circumstances);
      if (!isShared(plan, nowMs)) {
        const history = await answerHistory(storage.history, site, question, nowMs);
        return [Buffer.from(historyHeadText(history) + historyValuesText(history))];
      }
      const key = [site.id, site.intervalS, plan.level, ...plan.points].join(" ");
      const known = kept.get(key);
      const entry = known && isGood(known, site, plan, nowMs) ? known : read(known, site, plan, nowMs);
      // Also one that others still wait for: whoever asks meanwhile waits with them.
      if (entry !== known) keepNewest(kept, MOST_KEPT, key, entry);
      try {
        const { fromMs, toMs, level, stepS } = plan;
        const head = { siteId: site.id, step: level, stepS, from: isoOf(fromMs), to: isoOf(toMs) };
        const values = valuesOf(entry, await entry.history, plan);
        return [Buffer.from(historyHeadText(head)), values];
      } catch (error) {
        if (kept.get(key) === entry) kept.delete(key);
        throw error;
      }
    },
  };
}

function isShared({ points, fromMs, toMs, stepS }: HistoryPlan, nowMs: number): boolean {
  const rows = (toMs - fromMs) / (stepS * 1000);
  const isToPresent = toMs >= nowMs - PRESENT_WITHIN_MS && toMs <= nowMs + MINUTE_MS;
  return isToPresent && rows < HISTORY_LIMITS.valuesPerSeries / 2 && rows * points.length <= MOST_VALUES;
}

/** The newest row with values that lies so far before the last one. @returns -1 when there is none */
function rowBefore({ times, series }: History, overlapMs: number): number {
  const last = Date.parse(times.at(-1) ?? "");
  if (Number.isNaN(last)) return -1;
  let place = Math.min(firstNotBefore(times, isoOf(last - overlapMs)), times.length - 1);
  while (place >= 0 && isEmptyRow(series, place)) place -= 1;
  return place;
}

function isEmptyRow(series: History["series"], row: number): boolean {
  return Object.values(series).every(({ avg }) => avg[row] === null);
}

/** @param place row of `before` whose place the first row of `tail` takes */
function joined(before: History, place: number, tail: History): History {
  const parts = Object.entries(tail.series).map(([point, { avg, min, max }]) => {
    const old = before.series[point] ?? { avg: [], min: [], max: [] };
    const average = [...old.avg.slice(0, place), ...avg];
    // One array stays one: it is written once.
    const whole = (from: typeof avg, values: typeof avg) =>
      values === avg ? average : [...from.slice(0, place), ...values];
    return [point, { avg: average, min: whole(old.min, min), max: whole(old.max, max) }] as const;
  });
  return { ...tail, times: [...before.times.slice(0, place), ...tail.times], series: Object.fromEntries(parts) };
}

/** Between 0 and 1, the same for the same text. */
function shareOf(text: string): number {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return sum / 997;
}

/** The rows of the plan's range; between two rounds their bytes are the same for whoever asks. */
function valuesOf(entry: Kept, { times, series }: History, { fromMs, toMs, level }: HistoryPlan): Buffer {
  const firstMs = level === "raw" ? fromMs : bucketStart(fromMs, level);
  const first = firstNotBefore(times, isoOf(firstMs));
  const end = firstNotBefore(times, isoOf(toMs));
  if (entry.bytes?.first === first && entry.bytes.end === end) return entry.bytes.values;
  const values = Buffer.from(historyValuesText(cut({ times, series }, first, end)));
  entry.bytes = { first, end, values };
  return values;
}

/** An empty row at an edge stood for a gap between a row inside and one outside. */
function cut({ times, series }: Pick<History, "times" | "series">, first: number, end: number) {
  const start = first > 0 && first < end && isEmptyRow(series, first) ? first + 1 : first;
  const stop = end < times.length && end > start && isEmptyRow(series, end - 1) ? end - 1 : end;
  const parts = Object.entries(series).map(([point, { avg, min, max }]) => {
    const average = avg.slice(start, stop);
    // One array stays one: it is written once.
    const partOf = (values: typeof avg) => (values === avg ? average : values.slice(start, stop));
    return [point, { avg: average, min: partOf(min), max: partOf(max) }] as const;
  });
  return { times: times.slice(start, stop), series: Object.fromEntries(parts) };
}

/** By bisection: times as text of one form are in order as text, too. */
function firstNotBefore(times: readonly string[], time: string): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? "") < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
