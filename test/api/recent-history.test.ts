import { beforeEach, expect, test } from "vitest";
import type { HistoryStore, StoredRange } from "../../adapters/database/history/create-history-store.ts";
import { createRecentHistory } from "../../api/recent-history.ts";
import type { History } from "../../domain/telemetry/history.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";

/** The store is a list of rows, and counts how often it is read: whether it was is what this is about. */
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 26, 8);
const SITE = { id: "site-001", intervalS: 60 };
let nowMs: number;
let rows: { ms: number; value: number | null }[];
let slot: string;
let reads: StoredRange[];
let isAway: boolean;
let recent: ReturnType<typeof createRecentHistory>;

const isoAt = (ms: number) => new Date(ms).toISOString();

const store = {
  retention: () => ({ rawDays: 90, fiveMinuteDays: 400, hourDays: 400, dayDays: null }),
  async site(_id: string, points: readonly string[], range: StoredRange) {
    reads.push(range);
    if (isAway) throw new Error("away");
    const found = rows.filter(({ ms }) => ms >= range.fromMs && ms < range.toMs);
    const values = found.map(({ value }) => value);
    const envelope = { avg: values, min: values, max: values };
    const series = Object.fromEntries(points.map((point) => [point, envelope]));
    return { timesMs: found.map(({ ms }) => ms), series, isCut: false };
  },
} as unknown as HistoryStore;

beforeEach(() => {
  nowMs = START_MS + 60 * MINUTE_MS + 1_000;
  rows = Array.from({ length: 61 }, (_, minute) => ({ ms: START_MS + minute * MINUTE_MS, value: minute }));
  slot = isoAt(START_MS + 60 * MINUTE_MS);
  reads = [];
  isAway = false;
  const liveState = { get: () => ({ slot }) as Snapshot } as never;
  recent = createRecentHistory({ storage: { history: store, rounds: () => Promise.reject() }, liveState }, () => nowMs);
});

async function ask(from = nowMs - 30 * MINUTE_MS, to = nowMs, points = ["supply_temp_c"]): Promise<History> {
  const question = { points, from: isoAt(from), to: isoAt(to), step: "auto" as const };
  return JSON.parse(Buffer.concat(await recent.jsonOf(SITE, question)).toString()) as History;
}

const valuesOf = ({ series }: History) => series["supply_temp_c"]?.avg;

test("many who ask at once share one reading, each with the range of its own", async () => {
  const answers = await Promise.all([ask(), ask(nowMs - 30 * MINUTE_MS + 5), ask(nowMs - 2 * MINUTE_MS)]);
  expect(reads).toHaveLength(1);
  expect(answers.map(valuesOf).map((values) => [values?.[0], values?.at(-1)])).toEqual([
    [31, 60],
    [31, 60],
    [59, 60],
  ]);
  expect(answers.map(({ from, to }) => [from, to])).toEqual([
    [isoAt(nowMs - 30 * MINUTE_MS), isoAt(nowMs)],
    [isoAt(nowMs - 30 * MINUTE_MS + 5), isoAt(nowMs)],
    [isoAt(nowMs - 2 * MINUTE_MS), isoAt(nowMs)],
  ]);
});

test("a later question does not keep what has left its range", async () => {
  await ask(START_MS);
  nowMs += 3_000;
  expect(valuesOf(await ask(START_MS + 1))?.[0]).toBe(1);
  expect(reads).toHaveLength(1);
});

test("an end that lies some seconds back leaves out what came after it", async () => {
  await ask();
  expect(valuesOf(await ask(nowMs - 30 * MINUTE_MS, nowMs - 2_000))?.at(-1)).toBe(59);
  expect(reads).toHaveLength(1);
});

test("an earlier beginning, other points and an older end are read for themselves", async () => {
  await ask();
  await ask(nowMs - 31 * MINUTE_MS);
  await ask(undefined, undefined, ["return_temp_c"]);
  await ask(nowMs - 30 * MINUTE_MS, nowMs - 10 * MINUTE_MS);
  expect(reads).toHaveLength(4);
});

test("the next snapshot counts at once, and is asked for again until the database has it", async () => {
  await ask();
  nowMs += MINUTE_MS - 1_000;
  slot = isoAt(START_MS + 61 * MINUTE_MS);
  expect(valuesOf(await ask())?.at(-1)).toBe(60);
  rows.push({ ms: START_MS + 61 * MINUTE_MS, value: 61 });
  nowMs += 500;
  expect(valuesOf(await ask())?.at(-1)).toBe(60);
  nowMs += 500;
  expect(valuesOf(await ask())?.at(-1)).toBe(61);
  nowMs += 3_000;
  await ask();
  expect(reads).toHaveLength(3);
});

test("after the next snapshot the last minutes only are read, and the rest is as it was", async () => {
  const wide = () => ask(START_MS);
  await wide();
  for (let minute = 61; minute < 64; minute += 1) {
    // Quicker than once a minute, as a site that somebody watches is polled.
    const ms = START_MS + 60 * MINUTE_MS + (minute - 60) * 2_000;
    rows.push({ ms, value: minute });
    slot = isoAt(ms);
    nowMs = ms + 500;
    const known = rows.filter((row) => row.ms < nowMs);
    expect(valuesOf(await wide())).toEqual(known.map(({ value }) => value));
  }
  expect(reads).toHaveLength(4);
  expect(reads.slice(1).map(({ fromMs }) => fromMs >= START_MS + 57 * MINUTE_MS)).toEqual([true, true, true]);
});

test("a row that is stored after a later one is there with the next snapshot, gaps and all", async () => {
  rows = rows.filter(({ value }) => value !== 59);
  rows.push({ ms: START_MS + 59 * MINUTE_MS, value: null });
  rows.sort((a, b) => a.ms - b.ms);
  await ask();
  rows = rows.map((row) => (row.value === null ? { ...row, value: 59 } : row));
  rows.push({ ms: START_MS + 60 * MINUTE_MS + 2_000, value: 61 });
  slot = isoAt(START_MS + 60 * MINUTE_MS + 2_000);
  nowMs += 2_000;
  expect(valuesOf(await ask())?.slice(-4)).toEqual([58, 59, 60, 61]);
  expect(reads).toHaveLength(2);
});

test("where the row to go on from is gone, the whole is read", async () => {
  await ask();
  rows = rows.filter(({ value }) => value !== 57);
  rows.push({ ms: START_MS + 60 * MINUTE_MS + 2_000, value: 61 });
  slot = isoAt(START_MS + 60 * MINUTE_MS + 2_000);
  nowMs += 2_000;
  expect(valuesOf(await ask())?.slice(-5)).toEqual([56, 58, 59, 60, 61]);
  expect(reads).toHaveLength(3);
});

test("rows that come late are there after half a minute", async () => {
  rows = rows.filter(({ value }) => value !== 50);
  await ask();
  rows = rows.concat({ ms: START_MS + 50 * MINUTE_MS, value: 50 }).toSorted((a, b) => a.ms - b.ms);
  nowMs += 15_000;
  expect(valuesOf(await ask())).not.toContain(50);
  nowMs += 15_000;
  expect(valuesOf(await ask())).toContain(50);
});

test("a failure is nobody else's answer", async () => {
  isAway = true;
  await expect(ask()).rejects.toThrow("away");
  isAway = false;
  expect(valuesOf(await ask())?.at(-1)).toBe(60);
});

test("a gap that begins before the range is none in it", async () => {
  rows = rows.filter(({ value }) => (value ?? 0) <= 35 || (value ?? 0) >= 40);
  rows.push({ ms: START_MS + 37.5 * MINUTE_MS, value: null });
  rows.sort((a, b) => a.ms - b.ms);
  await ask();
  expect(valuesOf(await ask(START_MS + 37 * MINUTE_MS))?.[0]).toBe(40);
  expect(reads).toHaveLength(1);
});
