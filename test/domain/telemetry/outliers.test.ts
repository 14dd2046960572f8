import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Kin } from "../../../domain/sites/sisters.ts";
import {
  byDeviation,
  COMPARED_POINTS,
  type Comparison,
  compareSisters,
  type Fleet,
  madFloor,
  measureOthers,
  outliersOf,
} from "../../../domain/telemetry/outliers.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";

const NOW = Date.parse("2026-03-01T08:00:00.000Z");

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function snapshotOf(siteId: string, own: Partial<Snapshot>): Snapshot {
  const slot = new Date(NOW - 30_000).toISOString();
  const rest = { profile: "hk3@1", quality: {}, faults: [], unmapped: [], attempts: 1, latencyMs: 1, values: {} };
  return { siteId, slot, collectedAt: slot, ...rest, ...own };
}

function fleetOf(temps: readonly (number | null)[], own: (place: number) => Partial<Snapshot> = () => ({})): Fleet {
  const sites = temps.map((_, n): Kin => ({ id: `s${n}`, region: "r", zone: "z", enabled: true, profileId: "hk3" }));
  const snapshots = new Map(
    temps.map((temp, n) => [`s${n}`, snapshotOf(`s${n}`, { values: { supply_temp_c: temp }, ...own(n) })]),
  );
  return {
    sites,
    snapshotOf: (id) => snapshots.get(id),
    intervalOf: () => 60,
    nowMs: NOW,
  };
}

function comparisonOf(temps: readonly (number | null)[]): Comparison {
  return compareSisters(fleetOf(temps));
}

describe("median and MAD without the value itself", () => {
  test("are those of the definition", () => {
    const values = fc.array(fc.constantFrom(-3, 0, 0.5, 1, 1, 2, 7, 7.25, 100), { minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(values, (all) => {
        const measure = measureOthers(all);
        all.forEach((own, place) => {
          const others = all.filter((_, other) => other !== place);
          const middle = median(others);
          expect(measure(own)).toEqual({
            median: middle,
            mad: median(others.map((value) => Math.abs(value - middle))),
            count: others.length,
          });
        });
      }),
    );
  });

  test("need three others", () => {
    expect(measureOthers([1, 2, 3])(1)).toBeNull();
    expect(measureOthers([1, 2, 3, 4])(1)).toEqual({ median: 3, mad: 1, count: 3 });
  });
});

describe("outliersOf", () => {
  test("names the site that differs, with how far", () => {
    const temps = [34, 34.5, 35, 35.5, 36, 42];
    const [found, ...others] = outliersOf("supply_temp_c", comparisonOf(temps));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ siteId: "s5", value: 42, median: 35, mad: 0.5, sisters: 5, basis: "zone", ageS: 30 });
    expect(found?.deviation).toBeCloseTo((0.6745 * 7) / 0.5, 6);
  });

  test("sisters that agree to the last digit do not make a small step a big one", () => {
    const agreed = outliersOf("supply_temp_c", comparisonOf([35, 35, 35, 35, 35.2]));
    expect(agreed).toEqual([]);
    const real = outliersOf("supply_temp_c", comparisonOf([35, 35, 35, 35, 38]));
    expect(real[0]?.deviation).toBeCloseTo((0.6745 * 3) / 0.35, 6);
    expect(real[0]?.mad).toBe(0);
  });

  test("old, doubtful, missing and disabled do not count, for themselves or for others", () => {
    const temps = [34, 34.5, 35, 35.5, 36, 42, 43, 44, null];
    const old = { collectedAt: new Date(NOW - 181_000).toISOString() };
    const fleet = fleetOf(temps, (n) => {
      if (n === 6) return old;
      return n === 7 ? { quality: { supply_temp_c: "stale" } } : {};
    });
    const found = outliersOf("supply_temp_c", compareSisters(fleet));
    expect(found.map(({ siteId, sisters }) => [siteId, sisters])).toEqual([["s5", 5]]);
    const [first, ...rest] = fleet.sites;
    const sites = [...rest, { ...(first as Kin), enabled: false }];
    const without = outliersOf("supply_temp_c", compareSisters({ ...fleet, sites }), 0);
    expect(without.map(({ siteId }) => siteId)).not.toContain("s0");
    expect(without[0]?.sisters).toBe(4);
  });

  test("with minDeviation 0 every site with three sisters has its place", () => {
    expect(outliersOf("supply_temp_c", comparisonOf([1, 2, 3, 4]), 0)).toHaveLength(4);
    expect(outliersOf("supply_temp_c", comparisonOf([1, 2, 3]), 0)).toEqual([]);
  });

  test("the ranking has the biggest deviation first, whichever its sign", () => {
    const found = outliersOf("supply_temp_c", comparisonOf([34, 34.5, 35, 35.5, 36, 42, 20])).sort(byDeviation);
    expect(found.map(({ siteId }) => siteId)).toEqual(["s6", "s5"]);
    expect(found[0]?.deviation).toBeLessThan(0);
  });
});

test("the floor follows the band, else the median, and is never below one step of the last digit", () => {
  expect(madFloor("supply_temp_c", 35)).toBeCloseTo(0.35);
  expect(madFloor("heat_removed_kw", 900)).toBeCloseTo(9);
  expect(madFloor("heat_removed_kw", 0)).toBeCloseTo(0.1);
  expect(madFloor("makeup_pump_starts_24h", 0)).toBe(1);
});

test("only what says something when compared is compared", () => {
  expect(COMPARED_POINTS).toContain("makeup_pump_starts_24h");
  expect(COMPARED_POINTS).toContain("chip_temp_max_c");
  for (const point of ["circulation_pump_run_hours", "coolant_ph", "latitude_deg", "miners_expected", "clock_skew_s"]) {
    expect(COMPARED_POINTS).not.toContain(point);
  }
});
