import { describe, expect, test } from "vitest";
import { heatColour } from "../../dashboard/heatmap/heat-colour.ts";
import { badness, heatBlocks, heatScale, withoutUnfinished } from "../../dashboard/heatmap/heat-rows.ts";
import { heatTicks } from "../../dashboard/heatmap/heat-ticks.ts";
import { HEAT_SPANS_S, heatPath, heatStep, parseHeatView } from "../../dashboard/heatmap/heat-view.ts";
import { moveRow } from "../../dashboard/heatmap/use-heat-cursor.ts";
import { POINTS } from "../../domain/points/catalogue.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";
import type { FleetHistory } from "../../domain/telemetry/history.ts";
import { createFakeFleet } from "../e2e/harness/fake-fleet.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const sites: SiteSummary[] = createFakeFleet(40, 60, NOW).summaries();
const supply = POINTS.supply_temp_c;

function fleetOf(values: Readonly<Record<string, readonly (number | null)[]>>, columns = 3): FleetHistory {
  const times = Array.from({ length: columns }, (_, place) => new Date(NOW + place * 300_000).toISOString());
  const all = Object.entries(values).map(
    ([id, avg]) => [id, { avg: [...avg], min: [...avg], max: [...avg] }] as [string, FleetHistory["sites"][string]],
  );
  const ends = { from: times[0] ?? "", to: times.at(-1) ?? "" };
  return { point: "supply_temp_c", step: "5m", stepS: 300, ...ends, times, sites: Object.fromEntries(all) };
}

describe("the rows of the heat map", () => {
  const usual = Object.fromEntries(sites.map(({ id }) => [id, [34, 34.5, 35]]));
  const fleet = fleetOf({
    ...usual,
    "site-015": [34, 39, 35],
    "site-032": [34, 44, 46],
    "site-021": [null, null, null],
  });
  const scale = heatScale(supply, fleet);

  test("stand worst first, and so do the zones; what says nothing comes before what is well", () => {
    const blocks = heatBlocks(sites, supply, fleet, scale, true);
    expect(blocks.map(({ key }) => key)).toEqual([
      "north / zone-104",
      "north / zone-102",
      "north / zone-103",
      "north / zone-101",
    ]);
    expect(blocks[0]?.rows[0]?.site.id).toBe("site-032");
    expect(blocks[2]?.rows[0]?.site.id).toBe("site-021");
    const flat = heatBlocks(sites, supply, fleet, scale, false);
    expect(flat.flatMap(({ rows }) => rows.map(({ site }) => site.id)).slice(0, 3)).toEqual([
      "site-032",
      "site-015",
      "site-021",
    ]);
  });

  test("leave out nobody who is enabled", () => {
    const shown = heatBlocks(sites, supply, fleet, scale, true).flatMap(({ rows }) => rows);
    expect(shown).toHaveLength(sites.length);
    const disabled = sites.map((site, place) => ({ ...site, enabled: place > 0 }));
    expect(heatBlocks(disabled, supply, fleet, scale, false).flatMap(({ rows }) => rows)).toHaveLength(39);
  });

  test("of yes/no points are judged by the time in the unusual state", () => {
    const leak = POINTS.leak_detected;
    const leaks = heatScale(leak, fleet);
    expect(badness(leak, [0, 1, 0, 0], leaks)).toBe(0.25);
    expect(
      badness(POINTS.circulation_pump_running, [1, 1, 0.5], heatScale(POINTS.circulation_pump_running, fleet)),
    ).toBeCloseTo(1 / 6);
    expect(badness(POINTS.tower_fan1_running, [0, 1], heatScale(POINTS.tower_fan1_running, fleet))).toBe(0);
  });

  test("end with the last bucket that anybody has, but show an outage", () => {
    const rolled = fleetOf({ a: [1, 2, null, null], b: [1, null, null, null] }, 4);
    expect(withoutUnfinished(rolled).times).toHaveLength(2);
    const silent = fleetOf({ a: [1, null, null, null, null] }, 5);
    expect(withoutUnfinished(silent).times).toHaveLength(3);
  });
});

describe("the colours", () => {
  const scale = heatScale(supply, fleetOf({ a: [30, 34, 37] }));

  test("are grey inside the usual band, warm above, cold below, none for a gap", () => {
    if (!scale) throw new Error("no scale");
    const grey = heatColour(34, scale, "light");
    expect(Math.max(...(grey ?? [])) - Math.min(...(grey ?? []))).toBeLessThan(20);
    const [hotRed = 0, , hotBlue = 0] = heatColour(42, scale, "light") ?? [];
    expect(hotRed - hotBlue).toBeGreaterThan(100);
    const [coldRed = 0, , coldBlue = 0] = heatColour(25, scale, "light") ?? [];
    expect(coldBlue - coldRed).toBeGreaterThan(50);
    expect(heatColour(null, scale, "light")).toBeNull();
  });

  test("have a scale where the catalogue knows no band, and none without a reading", () => {
    const hashrate = heatScale(POINTS.hashrate_th, fleetOf({ a: [47_000, 47_100, 47_200] }));
    expect(hashrate?.isBand).toBe(false);
    expect(heatScale(supply, fleetOf({ a: [null, null, null] }))).toBeNull();
  });

  test("colour a leak, and a pump that stands", () => {
    const leak = heatScale(POINTS.leak_detected, fleetOf({}));
    if (!leak) throw new Error("no scale");
    expect(heatColour(1, leak, "light")).not.toEqual(heatColour(0, leak, "light"));
  });
});

describe("the view of the heat map", () => {
  test("is in its address", () => {
    for (const spanS of HEAT_SPANS_S) {
      const view = { point: "return_temp_c", spanS, endMs: NOW, isGrouped: false } as const;
      expect(parseHeatView(new URL(heatPath(view), "http://here").searchParams)).toEqual(view);
    }
    const garbage = new URLSearchParams("point=__proto__&span=-1&to=never");
    expect(parseHeatView(garbage)).toEqual({ point: "supply_temp_c", spanS: 86_400, endMs: null, isGrouped: true });
  });

  test.for([
    { sites: 150, spanS: 86_400, step: "5m" },
    { sites: 1500, spanS: 86_400, step: "1h" },
    { sites: 150, spanS: 604_800, step: "1h" },
    { sites: 15_000, spanS: 604_800, step: "1d" },
  ])(
    "asks for $step with $sites sites over $spanS s: never more than one answer holds",
    ({ sites: count, spanS, step }) => {
      expect(heatStep(spanS, count)).toBe(step);
    },
  );

  test("has ticks at full hours of the reader's zone", () => {
    const ticks = heatTicks(NOW - 86_400_000, NOW, -240);
    expect(ticks.map(({ ms }) => new Date(ms + 240 * 60_000).getUTCHours() % 6)).toEqual(ticks.map(() => 0));
    expect(ticks.length).toBeGreaterThan(2);
  });

  test("is walked through from zone to zone, and has ends", () => {
    const fleet = fleetOf(Object.fromEntries(sites.map(({ id }) => [id, [34, 34, 34]])));
    const blocks = heatBlocks(sites, supply, fleet, heatScale(supply, fleet), true);
    expect(moveRow(blocks, { block: 0, row: 9, column: 1 }, 1)).toEqual({ block: 1, row: 0, column: 1 });
    expect(moveRow(blocks, { block: 1, row: 0, column: 1 }, -1)).toEqual({ block: 0, row: 9, column: 1 });
    expect(moveRow(blocks, { block: 0, row: 0, column: 1 }, -1)).toEqual({ block: 0, row: 0, column: 1 });
    expect(moveRow(blocks, { block: 3, row: 9, column: 1 }, 1)).toEqual({ block: 3, row: 9, column: 1 });
  });
});
