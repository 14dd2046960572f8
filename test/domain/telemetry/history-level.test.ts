import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AUTO_VALUES,
  BUCKET_S,
  bucketGrid,
  bucketStart,
  chooseLevel,
  keptSince,
  LEVELS,
  type LevelQuestion,
  ROLLED_LEVELS,
  spreadOverGaps,
  stepSeconds,
  valuesPerSeries,
} from "../../../domain/telemetry/history-level.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 25, 12);
const RETENTION = { rawDays: 90, fiveMinuteDays: 90, hourDays: 400, dayDays: null };

/** The last hours, up to now. */
function last(ms: number, own: Partial<LevelQuestion> = {}): LevelQuestion {
  return { fromMs: NOW_MS - ms, toMs: NOW_MS, nowMs: NOW_MS, intervalS: 60, retention: RETENTION, ...own };
}

describe("the level that auto picks", () => {
  const edges = [
    { name: "1 h", ms: HOUR_MS, level: "raw" },
    { name: "36 h", ms: 36 * HOUR_MS, level: "raw" },
    { name: "2,200 minutes", ms: 2_200 * 60_000, level: "raw" },
    { name: "2,201 minutes", ms: 2_201 * 60_000, level: "5m" },
    { name: "7.6 d", ms: 7.6 * DAY_MS, level: "5m" },
    { name: "7.7 d", ms: 7.7 * DAY_MS, level: "1h" },
    { name: "90 d", ms: 90 * DAY_MS, level: "1h" },
    { name: "91.6 d", ms: 91.6 * DAY_MS, level: "1h" },
    { name: "91.7 d", ms: 91.7 * DAY_MS, level: "1d" },
    { name: "30 years", ms: 30 * 365 * DAY_MS, level: "1d" },
  ] as const;
  test.for(edges)("for $name is $level", ({ ms, level }) => {
    expect(chooseLevel(last(ms))).toBe(level);
  });

  test.for([
    { ms: 6 * HOUR_MS, level: "raw" },
    { ms: 6.2 * HOUR_MS, level: "5m" },
  ] as const)("follows the interval: polled every 10 s, $ms ms are $level", ({ ms, level }) => {
    expect(chooseLevel(last(ms, { intervalS: 10 }))).toBe(level);
  });

  test.for([
    { days: 89, level: "raw" },
    { days: 91, level: "1h" },
    { days: 401, level: "1d" },
    { days: 4_000, level: "1d" },
  ] as const)("of one hour, $days days ago, is one that is still kept: $level", ({ days, level }) => {
    const fromMs = NOW_MS - days * DAY_MS;
    expect(chooseLevel(last(0, { fromMs, toMs: fromMs + HOUR_MS }))).toBe(level);
  });

  test("is the coarsest where nothing is kept any more", () => {
    const retention = { ...RETENTION, dayDays: 500 };
    expect(chooseLevel(last(600 * DAY_MS, { retention }))).toBe("1d");
  });

  test("keeps within the values of all series together", () => {
    const fleet = { levels: ROLLED_LEVELS, maxValues: 200_000 };
    expect(chooseLevel(last(24 * HOUR_MS, { ...fleet, series: 150 }))).toBe("5m");
    expect(chooseLevel(last(24 * HOUR_MS, { ...fleet, series: 1_500 }))).toBe("1h");
    expect(chooseLevel(last(24 * HOUR_MS, { ...fleet, series: 15_000 }))).toBe("1d");
  });

  test("never gives a chart more than it can draw, and never a level that lost the beginning", () => {
    const questions = fc.record({
      ms: fc.integer({ min: 1, max: 180 * DAY_MS }),
      endedMs: fc.integer({ min: 0, max: 300 * DAY_MS }),
      intervalS: fc.integer({ min: 1, max: 3600 }),
    });
    fc.assert(
      fc.property(questions, ({ ms, endedMs, intervalS }) => {
        const toMs = NOW_MS - endedMs;
        const question = last(0, { fromMs: toMs - ms, toMs, intervalS });
        const level = chooseLevel(question);
        expect(valuesPerSeries(question, level)).toBeLessThanOrEqual(AUTO_VALUES);
        expect(keptSince(level, question)).toBeLessThanOrEqual(question.fromMs);
        for (const finer of LEVELS.slice(0, LEVELS.indexOf(level))) {
          const isTooMuch = valuesPerSeries(question, finer) > AUTO_VALUES;
          expect(isTooMuch || keptSince(finer, question) > question.fromMs).toBe(true);
        }
      }),
    );
  });
});

test("buckets begin at multiples of their length from 2000-01-01 UTC", () => {
  const origin = Date.UTC(2000, 0, 1);
  for (const level of ROLLED_LEVELS) {
    const start = bucketStart(NOW_MS + 1, level);
    expect(start).toBeLessThanOrEqual(NOW_MS + 1);
    expect((start - origin) % (BUCKET_S[level] * 1000)).toBe(0);
    expect(NOW_MS + 1 - start).toBeLessThan(BUCKET_S[level] * 1000);
  }
  expect(bucketStart(NOW_MS + 1, "raw")).toBe(NOW_MS + 1);
});

test("the grid of a range begins with the bucket of its beginning and ends before its end", () => {
  expect(bucketGrid(299_999, 900_000, "5m")).toEqual([0, 300_000, 600_000]);
  expect(bucketGrid(300_000, 900_001, "5m")).toEqual([300_000, 600_000, 900_000]);
  expect(bucketGrid(0, 1, "1d")).toEqual([0]);
});

test.for([
  { name: "none for steady rows", times: [0, 60, 120], spread: [0, 1, 2] },
  { name: "none for 1.5 steps", times: [0, 90], spread: [0, 1] },
  { name: "one past 1.5 steps", times: [0, 91], spread: [0, -1, 1] },
  { name: "one each for two", times: [0, 120, 300], spread: [0, -1, 1, -1, 2] },
  { name: "none for one row", times: [60], spread: [0] },
  { name: "none for no rows", times: [], spread: [] },
])("a gap has a row of its own: $name", ({ times, spread }) => {
  const { timesMs, rows } = spreadOverGaps(
    times.map((s) => s * 1000),
    60,
  );
  expect(rows).toEqual(spread);
  expect(timesMs.toSorted((a, b) => a - b)).toEqual(timesMs);
  expect(new Set(timesMs).size).toBe(timesMs.length);
});

test("the step of raw is the polling interval", () => {
  expect(LEVELS.map((level) => stepSeconds(level, 10))).toEqual([10, 300, 3600, 86_400]);
});
