import { describe, expect, test } from "vitest";
import { canDraw, GLYPH, inkOf } from "../../../domain/notification/bitmap-font.ts";
import type { Picture } from "../../../domain/notification/canvas.ts";
import { drawTrend, type Trend } from "../../../domain/notification/trend-picture.ts";
import { POINTS } from "../../../domain/points/catalogue.ts";

const TO_MS = Date.parse("2026-11-26T06:00:00.000Z");
const MINUTE_MS = 60_000;
const MINUTES = 120;
const [BAND, LINE, LIMIT] = [2, 4, 5];

function trendOf(valueAt: (minute: number) => number | null, more: Partial<Trend> = {}): Trend {
  const minutes = Array.from({ length: MINUTES }, (_, minute) => minute);
  return {
    fromMs: TO_MS - MINUTES * MINUTE_MS,
    toMs: TO_MS,
    timesMs: minutes.map((minute) => TO_MS - (MINUTES - minute) * MINUTE_MS),
    values: minutes.map(valueAt),
    limit: 40,
    band: [20, 35],
    unit: "°C",
    timeZone: "Asia/Shanghai",
    ...more,
  };
}

function drawn(trend: Trend): Picture {
  const picture = drawTrend(trend);
  if (picture === null) throw new Error("nothing was drawn");
  return picture;
}

/** Columns of the plot, below the head line, that have a pixel of this colour. */
function columnsOf({ rows, width }: Picture, colour: number): number[] {
  const below = rows.slice(24);
  return Array.from({ length: width }, (_, x) => x).filter((x) => below.some((row) => row[x] === colour));
}
const count = ({ rows }: Picture, colour: number) =>
  rows.reduce((sum, row) => sum + row.filter((one) => one === colour).length, 0);

describe("a trend", () => {
  test("is 480 × 180 pixels of its own palette", () => {
    const { width, height, palette, rows } = drawn(trendOf((minute) => 30 + minute / 10));
    expect([width, height, rows.length]).toEqual([480, 180, 180]);
    for (const row of rows) {
      expect(row.length).toBe(480);
      expect(Math.max(...row)).toBeLessThan(palette.length);
    }
  });
  test("has a line from end to end, higher where the value is higher", () => {
    const picture = drawn(trendOf((minute) => 30 + minute / 10));
    const columns = columnsOf(picture, LINE);
    const [first = 0, last = 0] = [columns[0], columns.at(-1)];
    expect(columns).toHaveLength(last - first + 1);
    const heightAt = (x: number) => picture.rows.findIndex((row, y) => y >= 24 && row[x] === LINE);
    expect(heightAt(first)).toBeGreaterThan(heightAt(last));
  });
  test("lifts the pen where nothing was measured", () => {
    const columns = columnsOf(drawn(trendOf((minute) => (minute >= 40 && minute < 80 ? null : 30))), LINE);
    const steps = columns.slice(1).map((x, place) => x - (columns[place] ?? x));
    expect(steps.filter((step) => step > 1)).toHaveLength(1);
    expect(Math.max(...steps)).toBeGreaterThan(100);
  });
  test("shows a single value between two gaps", () => {
    expect(columnsOf(drawn(trendOf((minute) => (minute === 60 ? 30 : null))), LINE).length).toBeGreaterThan(0);
  });
  test("shows limit and band where there are such", () => {
    const both = drawn(trendOf(() => 30));
    expect([count(both, LIMIT) > 0, count(both, BAND) > 0]).toEqual([true, true]);
    const none = drawn(trendOf(() => 30, { limit: null, band: null }));
    expect([count(none, LIMIT), count(none, BAND)]).toEqual([0, 0]);
    // A band elsewhere is not in the picture.
    expect(count(drawn(trendOf(() => 30, { band: [100, null] })), BAND)).toBe(0);
  });
  test("of no value is none", () => {
    expect(drawTrend(trendOf(() => null))).toBeNull();
    expect(drawTrend(trendOf(() => 30, { timesMs: [], values: [] }))).toBeNull();
    expect(drawTrend(trendOf(() => 30, { fromMs: TO_MS }))).toBeNull();
  });
  test.for([0, -3.2, 0.0004, 1e6, -1e9])("of nothing but %d is drawn", (value) => {
    expect(columnsOf(drawn(trendOf(() => value, { limit: null, band: null })), LINE).length).toBeGreaterThan(100);
  });
  test("names the hours of the platform's time zone", () => {
    const [there, here] = ["Asia/Shanghai", "UTC"].map((timeZone) => drawn(trendOf(() => 30, { timeZone })));
    expect(there?.rows.slice(0, 150)).toEqual(here?.rows.slice(0, 150));
    expect(there?.rows.slice(155)).not.toEqual(here?.rows.slice(155));
  });
});

describe("the font", () => {
  test("has the unit of every point", () => {
    const units = Object.values(POINTS).flatMap((point) => ("unit" in point ? [point.unit] : []));
    expect(units.filter((unit) => unit !== undefined && !canDraw(unit))).toEqual([]);
  });
  test("has no two glyphs alike, and none beyond its size", () => {
    const characters = [..."0123456789:.-/%°²³ACHJKLPRSTVWacdghiklmnszµ"];
    const inks = characters.map((character) => JSON.stringify(inkOf(character)));
    expect(new Set(inks).size).toBe(characters.length);
    for (const [x, y] of characters.flatMap(inkOf)) expect(x < GLYPH.width && y < GLYPH.height).toBe(true);
  });
});
