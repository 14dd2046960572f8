import { describe, expect, test } from "vitest";
import { type FleetFilter, filterTiles, groupTiles } from "../../domain/live/fleet-groups.ts";
import { type SiteReading, summariseFleet } from "../../domain/live/fleet-summary.ts";
import type { SiteSummary } from "../../domain/sites/site-summary.ts";

const NOW = Date.parse("2026-11-25T08:00:00Z");

function aSite(id: string, changes: Partial<SiteSummary> = {}): SiteSummary {
  return {
    id,
    name: id,
    region: "north",
    zone: "zone-101",
    enabled: true,
    profile: "bitmain-antbox-hk3",
    intervalS: 60,
    health: "good",
    lastSnapshotAt: null,
    ageS: null,
    openFaults: 0,
    lastPoll: null,
    minersExpected: null,
    ratedPowerKw: null,
    location: null,
    ...changes,
  };
}

function aReading(changes: Partial<SiteReading> & { ageS?: number } = {}): SiteReading {
  const { ageS = 10, values = {}, ...rest } = changes;
  return {
    collectedAtMs: NOW - ageS * 1000,
    quality: {},
    faults: [],
    ...rest,
    values: { supply_temp_c: 35, total_power_kw: 900, hashrate_th: 47_000, circulation_pump_running: true, ...values },
  };
}

const one = (reading: SiteReading | null, site = aSite("site-001")) => {
  const summary = summariseFleet([site], new Map(reading ? [["site-001", reading]] : []), NOW);
  const tile = summary.tiles[0];
  if (!tile) throw new Error("no tile");
  return { summary, tile };
};

describe("a tile", () => {
  test("of a healthy site is calm", () => {
    expect(one(aReading()).tile).toMatchObject({ severity: null, reasons: [], health: "good" });
  });

  test.for([
    { name: "a controller fault", reading: { faults: ["spray_pump_fault"] }, severity: 2, reason: "spray_pump_fault" },
    { name: "a fault point", reading: { values: { leak_detected: true } }, severity: 1, reason: "leak_detected" },
    {
      name: "a fault that nobody knows",
      reading: { faults: ["new_thing_fault"] },
      severity: 3,
      reason: "new_thing_fault",
    },
    { name: "one tower fan", reading: { faults: ["tower_fan1_fault"] }, severity: 3, reason: "tower_fan1_fault" },
    {
      name: "two tower fans",
      reading: { faults: ["tower_fan1_fault", "tower_fan3_fault"] },
      severity: 2,
      reason: "tower_fan1_fault",
    },
    {
      name: "supply at 40 °C",
      reading: { values: { supply_temp_c: 40 } },
      severity: 1,
      reason: "supply_temp_too_high",
    },
    { name: "supply at 37 °C", reading: { values: { supply_temp_c: 37 } }, severity: 2, reason: "supply_temp_high" },
    {
      name: "the pump off under load",
      reading: { values: { circulation_pump_running: false } },
      severity: 1,
      reason: "circulation_pump_off",
    },
    {
      name: "a supply reading that is out of range",
      reading: { values: { supply_temp_c: null }, quality: { supply_temp_c: "out_of_range" as const } },
      severity: 3,
      reason: "out_of_range",
    },
    { name: "a late site", reading: { ageS: 100 }, severity: 4, reason: "late" },
    { name: "a lost site", reading: { ageS: 190 }, severity: 2, reason: "lost" },
  ])("says $name", ({ reading, severity, reason }) => {
    const { tile } = one(aReading(reading));
    expect([tile.severity, tile.reasons[0]?.name]).toEqual([severity, reason]);
  });

  test.for([
    ["supply just below 37 °C", { values: { supply_temp_c: 36.9 } }],
    [
      "a doubtful hot reading",
      { values: { supply_temp_c: 45 }, quality: { supply_temp_c: "frozen" as const, x: "stale" as const } },
    ],
    ["the pump off without load", { values: { circulation_pump_running: false, total_power_kw: 3 } }],
    ["a fault point without a reading", { values: { leak_detected: null } }],
  ] as const)("does not raise anything hot for %s", ([, reading]) => {
    const names = one(aReading(reading)).tile.reasons.map(({ name }) => name);
    expect(names.filter((name) => name !== "frozen")).toEqual([]);
  });

  test("says a fault bit and the limit of the same name once", () => {
    const { tile } = one(aReading({ values: { supply_temp_c: 41 }, faults: ["supply_temp_too_high"] }));
    expect(tile.reasons.map(({ name }) => name)).toEqual(["supply_temp_too_high"]);
  });

  test("of a silent site keeps only what must not be lost sight of", () => {
    const { tile } = one(aReading({ ageS: 900, values: { leak_detected: true }, faults: ["spray_pump_fault"] }));
    expect(tile.reasons.map(({ name }) => name)).toEqual(["leak_detected", "lost"]);
  });

  test("without any reading is lost, a disabled one is calm", () => {
    expect(one(null).tile.severity).toBe(2);
    expect(one(aReading({ faults: ["power_fault"] }), aSite("site-001", { enabled: false })).tile.severity).toBeNull();
  });
});

describe("the fleet", () => {
  const sites = ["a", "b", "c", "d", "e"].map((id) => aSite(id));
  const readings = new Map([
    ["a", aReading({ values: { supply_temp_c: 34 } })],
    ["b", aReading({ faults: ["spray_pump_fault", "tower_fan1_fault"], values: { supply_temp_c: 36 } })],
    ["c", aReading({ ageS: 500, values: { supply_temp_c: 55, total_power_kw: 5000 } })],
    ["d", aReading({ values: { leak_detected: true, total_power_kw: null } })],
    ["e", aReading()],
  ]);
  const summary = summariseFleet(sites, readings, NOW);

  test("counts what its tiles show", () => {
    expect(summary).toMatchObject({ sites: 5, reporting: 4, late: 0, lost: 1, marked: 3, faults: 3 });
    expect(summary.marked).toBe(summary.tiles.filter(({ severity }) => severity !== null).length);
    expect(summary.bySeverity).toEqual({ 1: 1, 2: 2, 3: 0, 4: 0 });
  });

  test("is ordered worst first, and by inventory among equals", () => {
    expect(summary.tiles.map(({ site }) => site.id)).toEqual(["d", "b", "c", "a", "e"]);
  });

  test("leaves silent sites and missing readings out of its figures, and says how many are in", () => {
    expect(summary.powerKw).toEqual({ value: 2700, of: 3 });
    expect(summary.meanSupplyC).toEqual({ value: 35, of: 4 });
    expect(summary.hottest).toEqual({ siteId: "b", valueC: 36 });
  });

  test("has no figure where nothing was read: null, not 0", () => {
    const empty = summariseFleet(sites, new Map(), NOW);
    expect([empty.powerKw, empty.meanSupplyC.value, empty.hottest]).toEqual([{ value: null, of: 0 }, null, null]);
  });

  test("keeps the tiles that did not change", () => {
    const moved = new Map(readings).set("a", aReading());
    const next = summariseFleet(sites, moved, NOW + 1000, summary);
    const same = next.tiles.filter((tile) => summary.tiles.includes(tile)).map(({ site }) => site.id);
    expect(same.sort()).toEqual(["b", "c", "d", "e"]);
  });

  test("turns a site late by time alone", () => {
    const later = summariseFleet(sites, readings, NOW + 90_000, summary);
    expect(later.late).toBe(4);
  });
});

describe("filter and groups", () => {
  const sites = [
    aSite("site-001", { name: "站点 1", zone: "zone-9" }),
    aSite("site-002", { name: "站点 2", zone: "zone-10" }),
    aSite("site-003", { name: "Gamma", region: "south", zone: "zone-1" }),
  ];
  const readings = new Map([
    ["site-001", aReading()],
    ["site-002", aReading()],
    ["site-003", aReading({ faults: ["spray_pump_fault"] })],
  ]);
  const { tiles } = summariseFleet(sites, readings, NOW);
  const all: FleetFilter = { query: "", isOnlyMarked: false, region: null, health: null };
  const ids = (filter: Partial<FleetFilter>) => filterTiles(tiles, { ...all, ...filter }).map(({ site }) => site.id);

  test("find by id, by name whatever the case, by region, health and mark", () => {
    expect(ids({ query: " SITE-00 " })).toHaveLength(3);
    expect(ids({ query: "gamma" })).toEqual(["site-003"]);
    expect(ids({ query: "站点 2" })).toEqual(["site-002"]);
    expect(ids({ region: "north" })).toEqual(["site-001", "site-002"]);
    expect(ids({ health: "lost" })).toEqual([]);
    expect(ids({ isOnlyMarked: true })).toEqual(["site-003"]);
  });

  test("put the zone in trouble first, the others by number", () => {
    expect(groupTiles(tiles).map(({ zone, marked, worst }) => [zone, marked, worst])).toEqual([
      ["zone-1", 1, 2],
      ["zone-9", 0, null],
      ["zone-10", 0, null],
    ]);
  });
});
