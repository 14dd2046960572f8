import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignPanels } from "../../dashboard/trends/axes.ts";
import { csvOf } from "../../dashboard/trends/csv.ts";
import { gapSpans } from "../../dashboard/trends/gaps.ts";
import {
  addReading,
  type LiveSamples,
  newestReadingMs,
  numberOf,
  startLive,
} from "../../dashboard/trends/live-edge.ts";
import { PRESET_NAMES, PRESETS, pointsOfPreset } from "../../dashboard/trends/presets.ts";
import { NO_SAMPLES, rowAt, runsOf, type Samples, shiftTime, statisticsOf } from "../../dashboard/trends/samples.ts";
import { extentOf, niceScale, withBandEdges } from "../../dashboard/trends/scale.ts";
import { panSpan, parseSpan, rangeOf, spanOf, spanText, zoomSpan } from "../../dashboard/trends/time-range.ts";
import type { TrendSeries } from "../../dashboard/trends/trend-series.ts";
import {
  COMPARES,
  LAYOUTS,
  MOST_POINTS,
  parseView,
  STEPS,
  type TrendView,
  viewPath,
} from "../../dashboard/trends/view-url.ts";
import { POINT_NAMES, type PointName } from "../../domain/points/catalogue.ts";
import { isTrendable } from "../../domain/points/is-trendable.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse("2026-11-25T12:00:00Z");

function raw(values: readonly (number | null)[], fromMs = NOW - values.length * MINUTE, stepMs = MINUTE): Samples {
  const times = values.map((_, row) => fromMs + row * stepMs);
  return { times, avg: values, min: values, max: values, stepMs, isRaw: true };
}
const bucketed = (values: readonly (number | null)[], fromMs: number, stepMs: number): Samples => ({
  ...raw(values, fromMs, stepMs),
  isRaw: false,
});

describe("the address of a view", () => {
  const view = fc.record({
    sites: fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,6}){0,2}$/), { maxLength: 5 }),
    points: fc.uniqueArray(fc.constantFrom(...POINT_NAMES.filter(isTrendable)), { maxLength: MOST_POINTS }),
    range: fc.oneof(
      fc.record({ kind: fc.constant("last" as const), spanS: fc.integer({ min: 5, max: 100_000 }).map((n) => n * 60) }),
      fc
        .tuple(fc.integer({ min: 1e12, max: 2e12 }), fc.integer({ min: 1, max: 1e10 }))
        .map(([fromMs, length]) => ({ kind: "fixed" as const, fromMs, toMs: fromMs + length })),
    ),
    step: fc.constantFrom(...STEPS),
    compare: fc.constantFrom(...COMPARES),
    layout: fc.constantFrom(...LAYOUTS),
    hasSisters: fc.boolean(),
    hasEnvelope: fc.boolean(),
    hasBand: fc.boolean(),
  });

  test("opens the same view again, whatever it was", () => {
    fc.assert(
      fc.property(view, (wanted: TrendView) => {
        expect(parseView(new URL(viewPath(wanted), "http://here").searchParams)).toEqual(wanted);
      }),
    );
  });

  test("is read without an error whatever somebody wrote into it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (site, points, last) => {
        const read = parseView(new URLSearchParams({ site, points, last, step: last, compare: site, from: points }));
        expect(read.points.every(isTrendable)).toBe(true);
        expect(spanOf(read.range, NOW).fromMs).toBeLessThan(spanOf(read.range, NOW).toMs);
      }),
    );
  });

  test.for([
    { name: "unknown points", query: "points=supply_temp_c,constructor,nope", points: ["supply_temp_c"] },
    { name: "facts of the inventory", query: "points=coolant_volume_l,return_temp_c", points: ["return_temp_c"] },
    { name: "words", query: "points=running_mode", points: [] },
    { name: "a point twice", query: "points=supply_temp_c,supply_temp_c", points: ["supply_temp_c"] },
  ])("leaves out $name", ({ query, points }) => {
    expect(parseView(new URLSearchParams(query)).points).toEqual(points);
  });

  test("of a range that ends before it begins falls back to the last day", () => {
    const query = new URLSearchParams({ from: "2026-11-25T12:00:00Z", to: "2026-11-24T12:00:00Z" });
    expect(parseView(query).range).toEqual({ kind: "last", spanS: 86_400 });
  });

  test("takes no more sites and points than can be told apart", () => {
    const query = new URLSearchParams({ site: "a,b,c,d,e,f,g", points: POINT_NAMES.join() });
    expect(parseView(query).sites).toHaveLength(5);
    expect(parseView(query).points.length).toBeLessThanOrEqual(MOST_POINTS);
  });
});

describe("a range", () => {
  test.for([
    ["24h", 86_400],
    ["7d", 604_800],
    ["90m", 5400],
    ["1m", null],
    ["99999999d", null],
    ["24", null],
    ["-1h", null],
  ] as const)("reads %s as %s seconds", ([text, spanS]) => {
    expect(parseSpan(text)).toBe(spanS);
  });

  test("writes spans as people say them", () => {
    expect([3600, 86_400, 604_800, 5400].map(spanText)).toEqual(["1h", "24h", "7d", "90m"]);
  });

  test("zooms about what is under the pointer", () => {
    const zoomed = zoomSpan({ fromMs: 0, toMs: 10 * HOUR }, 0.5, 2 * HOUR);
    expect(zoomed).toEqual({ fromMs: HOUR, toMs: 6 * HOUR });
  });

  test("never pans beyond now, and follows it from there", () => {
    const span = { fromMs: NOW - 2 * HOUR, toMs: NOW - HOUR };
    expect(panSpan(span, 5, NOW)).toEqual({ fromMs: NOW - HOUR, toMs: NOW });
    expect(rangeOf(panSpan(span, 5, NOW), NOW)).toEqual({ kind: "last", spanS: 3600 });
    expect(rangeOf(span, NOW)).toEqual({ kind: "fixed", ...span });
  });

  test("is never shorter than five minutes", () => {
    const { kind, ...span } = rangeOf({ fromMs: NOW - HOUR, toMs: NOW - HOUR + 1 }, NOW) as {
      fromMs: number;
      toMs: number;
      kind: string;
    };
    expect(kind).toBe("fixed");
    expect(span.toMs - span.fromMs).toBe(5 * MINUTE);
    expect((span.fromMs + span.toMs) / 2).toBeCloseTo(NOW - HOUR, -1);
  });
});

describe("axes", () => {
  const points: PointName[] = [
    "supply_temp_c",
    "supply_pressure_kpa",
    "return_temp_c",
    "leak_detected",
    "supply_flow_m3h",
  ];

  test("are shared by points of one unit, a diagram each, yes/no last", () => {
    expect(assignPanels(points, "stacked")).toEqual([
      { kind: "number", axes: [{ unit: "°C", points: ["supply_temp_c", "return_temp_c"] }] },
      { kind: "number", axes: [{ unit: "kPa", points: ["supply_pressure_kpa"] }] },
      { kind: "number", axes: [{ unit: "m³/h", points: ["supply_flow_m3h"] }] },
      { kind: "state", points: ["leak_detected"] },
    ]);
  });

  test("stand in one diagram when they are laid over each other, up to four", () => {
    const many: PointName[] = [...points, "total_power_kw", "hashrate_th"];
    const numbers = assignPanels(many, "overlay").filter((panel) => panel.kind === "number");
    expect(numbers.map(({ axes }) => axes.length)).toEqual([4, 1]);
  });

  test("of counts without a unit are not shared across parts of the plant", () => {
    expect(assignPanels(["makeup_pump_starts_24h", "miners_online"], "stacked")).toHaveLength(2);
  });

  test("lose no point and double none", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...POINT_NAMES.filter(isTrendable))),
        fc.constantFrom(...LAYOUTS),
        (chosen, layout) => {
          const placed = assignPanels(chosen, layout).flatMap((panel) =>
            panel.kind === "state" ? panel.points : panel.axes.flatMap((axis) => axis.points),
          );
          expect([...placed].sort()).toEqual([...chosen].sort());
        },
      ),
    );
  });
});

describe("a scale", () => {
  test.for([
    { name: "temperatures", extent: { min: 32.6, max: 37.4 }, expected: { min: 32, max: 38, step: 1 } },
    { name: "a flat line", extent: { min: 35, max: 35 }, expected: { min: 34.8, max: 35.2, step: 0.1 } },
    { name: "below zero", extent: { min: -12, max: 3 }, expected: { min: -15, max: 5, step: 5 } },
  ])("of $name has round ends", ({ extent, expected }) => {
    expect(niceScale(extent, 5, 1)).toEqual(expected);
  });

  test("always holds what it was made for", () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 10 }), (a, b, ticks) => {
        const scale = niceScale({ min: Math.min(a, b), max: Math.max(a, b) }, ticks, 1);
        // What lies a billionth of a step outside of a round end is drawn on it: rounding puts it there.
        const unseen = scale.step * 1e-8;
        expect(scale.min).toBeLessThanOrEqual(Math.min(a, b) + unseen);
        expect(scale.max).toBeGreaterThanOrEqual(Math.max(a, b) - unseen);
        expect(scale.max).toBeGreaterThan(scale.min);
      }),
    );
  });

  test("takes in the edge of the usual band where it is near, and not where it would press the line flat", () => {
    expect(withBandEdges({ min: 36, max: 39 }, [30, 37])).toEqual({ min: 36, max: 39 });
    expect(withBandEdges({ min: 34, max: 36.5 }, [30, 37])).toEqual({ min: 34, max: 37 });
    expect(withBandEdges({ min: 61, max: 61.2 }, [null, 80])).toEqual({ min: 61, max: 61.2 });
  });

  test("has no extent without a number", () => {
    expect(extentOf([[null, null], []])).toBeNull();
  });
});

describe("gaps", () => {
  test("break a line at an empty row, and where rows are far apart", () => {
    expect(runsOf(raw([1, 2, null, 3]))).toEqual([
      { from: 0, to: 1 },
      { from: 3, to: 3 },
    ]);
    const far: Samples = { ...raw([1, 2, 3, 4, 5]), times: [0, 1, 2, 30, 31].map((n) => n * MINUTE) };
    expect(runsOf(far)).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 4 },
    ]);
  });

  test("do not break a line that is polled less often than its step says", () => {
    expect(runsOf({ ...raw([1, 2, 3, 4], 0, 5 * MINUTE), stepMs: MINUTE })).toEqual([{ from: 0, to: 3 }]);
  });

  test("are where no series has a reading", () => {
    const one = raw([1, 1, null, null, null, 1], NOW - 6 * MINUTE);
    const other = raw([1, 1, 1, null, null, 1], NOW - 6 * MINUTE);
    const span = { fromMs: NOW - 6 * MINUTE, toMs: NOW };
    expect(gapSpans([one], span, NOW)).toEqual([{ fromMs: NOW - 5 * MINUTE, toMs: NOW - MINUTE }]);
    expect(gapSpans([one, other], span, NOW)).toEqual([{ fromMs: NOW - 4 * MINUTE, toMs: NOW - MINUTE }]);
  });

  test("reach from the last reading to now, and not beyond it", () => {
    const old = raw([1, 1, 1], NOW - HOUR);
    const span = { fromMs: NOW - HOUR, toMs: NOW + HOUR };
    expect(gapSpans([old], span, NOW)).toEqual([{ fromMs: NOW - 58 * MINUTE, toMs: NOW }]);
  });

  test("of buckets begin where the last bucket ends", () => {
    const hours = bucketed([1, null, null, 1], NOW - 4 * HOUR, HOUR);
    expect(gapSpans([hours], { fromMs: NOW - 4 * HOUR, toMs: NOW }, NOW)).toEqual([
      { fromMs: NOW - 3 * HOUR, toMs: NOW - HOUR },
    ]);
  });

  test("are the whole range when there is nothing", () => {
    const span = { fromMs: NOW - HOUR, toMs: NOW };
    expect(gapSpans([NO_SAMPLES], span, NOW)).toEqual([span]);
  });
});

describe("readings", () => {
  test("are found at the cursor, and none is found in a gap", () => {
    const samples = raw([1, 2, null, null, null, null, 3], 0);
    expect(rowAt(samples, 61_000)).toBe(1);
    expect(samples.avg[rowAt(samples, 3.4 * MINUTE) ?? -1] ?? null).toBeNull();
    expect(rowAt(samples, 40 * MINUTE)).toBeNull();
    expect(rowAt(bucketed([1, 2], 0, HOUR), 59 * MINUTE)).toBe(0);
  });

  test("of yesterday lie over those of today", () => {
    expect(shiftTime(raw([1, 2], 0), 86_400_000).times).toEqual([86_400_000, 86_460_000]);
  });

  test("are summed up over what is seen", () => {
    const samples = { ...raw([1, 5, null, 3], 0), max: [2, 9, null, 4] };
    expect(statisticsOf(samples, 0, 4 * MINUTE)).toEqual({ min: 1, max: 9, mean: 3, newest: 3, newestMs: 3 * MINUTE });
    expect(statisticsOf(samples, 2 * MINUTE, 2 * MINUTE)).toBeNull();
  });
});

describe("the live edge", () => {
  test("adds raw readings once, and none that is older", () => {
    const start = startLive(raw([1, 2], 0), NOW);
    const next = addReading(start, { atMs: 2 * MINUTE, value: 3 });
    expect(next.avg).toEqual([1, 2, 3]);
    expect(addReading(next, { atMs: 2 * MINUTE, value: 9 })).toBe(next);
    expect(addReading(next, { atMs: MINUTE, value: 9 })).toBe(next);
  });

  test("keeps a missing reading as a gap", () => {
    expect(addReading(startLive(raw([1], 0), NOW), { atMs: MINUTE, value: null }).avg).toEqual([1, null]);
  });

  test("gathers readings in the bucket that goes on, and begins the next one", () => {
    let samples: LiveSamples = startLive(bucketed([10], 0, HOUR), NOW);
    for (const [minute, value] of [
      [60, 4],
      [61, 8],
      [62, 6],
      [125, 1],
    ] as const) {
      samples = addReading(samples, { atMs: minute * MINUTE, value });
    }
    expect(samples.times).toEqual([0, HOUR, 2 * HOUR]);
    expect(samples.avg).toEqual([10, 6, 1]);
    expect(samples.min).toEqual([10, 4, 1]);
    expect(samples.max).toEqual([10, 8, 1]);
    expect(newestReadingMs(samples)).toBe(125 * MINUTE);
  });

  test("leaves a bucket of the server alone", () => {
    const start = startLive(bucketed([10], 0, HOUR), NOW);
    expect(addReading(start, { atMs: 30 * MINUTE, value: 99 })).toBe(start);
    expect(newestReadingMs(start)).toBe(HOUR - 1);
  });

  test("gives the same as the server's own average, in whatever order readings are told twice", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 59 }),
        (values) => {
          let samples = startLive(bucketed([], 0, HOUR), NOW);
          values.forEach((value, minute) => {
            samples = addReading(samples, { atMs: minute * MINUTE, value });
            samples = addReading(samples, { atMs: minute * MINUTE, value: 1e9 });
          });
          expect(samples.avg[0]).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6);
        },
      ),
    );
  });

  test("leaves out a bucket of the server that has not ended, so that its readings can be told", () => {
    const start = startLive(bucketed([10, 20], NOW - 90 * MINUTE, HOUR), NOW);
    expect(start.avg).toEqual([10]);
    expect(addReading(start, { atMs: NOW - MINUTE, value: 4 }).avg).toEqual([10, 4]);
  });

  test("takes yes as 1, and words as nothing", () => {
    expect([true, false, 3.5, "auto", null].map(numberOf)).toEqual([1, 0, 3.5, null, null]);
  });
});

describe("presets", () => {
  test("hold points that can be drawn, few enough for one chart", () => {
    for (const name of PRESET_NAMES) {
      expect(
        PRESETS[name].filter((point) => !isTrendable(point)),
        name,
      ).toEqual([]);
      expect(PRESETS[name].length, name).toBeLessThanOrEqual(MOST_POINTS);
    }
  });

  test("give what the site has; all when that is not known, or nothing of it", () => {
    expect(pointsOfPreset("water", new Set(["leak_detected", "tank_level_low"]))).toEqual([
      "tank_level_low",
      "leak_detected",
    ]);
    expect(pointsOfPreset("water", null)).toEqual(PRESETS.water);
    expect(pointsOfPreset("water", new Set(["supply_temp_c"]))).toEqual(PRESETS.water);
  });
});

test("a chart as CSV has a row per time, an empty field per gap, and the envelope of aggregated steps", () => {
  const line = (siteId: string, samples: Samples): TrendSeries => ({
    key: `${siteId}/supply_temp_c`,
    siteId,
    point: "supply_temp_c",
    colour: 0,
    samples: startLive(samples, NOW),
    compared: null,
    sisters: null,
    setpoint: null,
  });
  const all = [line("site-1", raw([35, null, 36], 0)), line("site-2", bucketed([30], 0, HOUR))];
  expect(csvOf(all, { fromMs: 0, toMs: HOUR }).split("\r\n")).toEqual([
    "time,site-1.supply_temp_c,site-2.supply_temp_c,site-2.supply_temp_c.min,site-2.supply_temp_c.max",
    "1970-01-01T00:00:00.000Z,35,30,30,30",
    "1970-01-01T00:01:00.000Z,,,,",
    "1970-01-01T00:02:00.000Z,36,,,",
    "",
  ]);
});
