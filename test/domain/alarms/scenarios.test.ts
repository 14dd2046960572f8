import { expect, test } from "vitest";
import { countChildren } from "../../../domain/alarms/alarm-book.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { segmentIdOf } from "../../../domain/alarms/site-facts.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { PlayedFleet, type Reading, someFacts } from "./fleet-under-test.ts";

const RULES = compileRuleSet(DEFAULT_RULES);
const idsOf = (count: number) =>
  Array.from({ length: count }, (_, place) => `site-${String(place + 1).padStart(3, "0")}`);

function fleetOf(count: number, inSegment = 0): PlayedFleet {
  const facts = idsOf(count).map((siteId, place) =>
    someFacts(siteId, { segmentId: place < inSegment ? "north" : "south", circleId: "all" }),
  );
  return new PlayedFleet(RULES, facts);
}
/** Minutes of the same reading at one site; the others are healthy. */
function run(fleet: PlayedFleet, minutes: number, siteId: string, reading: Reading | null): void {
  for (let minute = 0; minute < minutes; minute++) fleet.play((id) => (id === siteId ? reading : {}));
}
const HOT = { supply_temp_c: 48, return_temp_c: 52, chip_temp_max_c: 85 };

test("a healthy fleet is silent", () => {
  const fleet = fleetOf(8, 4);
  run(fleet, 120, "", null);
  expect(fleet.transitions).toEqual([]);
});

test("pump trip: one cause, its consequences under it, and none of them afterwards", () => {
  const fleet = fleetOf(6);
  run(fleet, 5, "", null);
  const tripped = { circulation_pump_running: false, supply_flow_m3h: 0, ...HOT, supply_pressure_kpa: 120 };
  run(fleet, 8, "site-001", { values: tripped, faults: ["circulation_pump_fault", "supply_temp_too_high"] });
  expect(fleet.shown().map(({ id }) => id)).toEqual(["site-001.pump-fault"]);
  expect(fleet.told()).toEqual(["raised site-001.pump-fault"]);
  expect(countChildren(fleet.book.values()).get("site-001.pump-fault")).toBeGreaterThanOrEqual(2);
  run(fleet, 60, "", null);
  expect(fleet.told()).toEqual(["raised site-001.pump-fault"]);
  expect([...fleet.book.values()].filter(({ active }) => active)).toEqual([]);
});

test("a consequence that stays after its cause has gone comes to light, once", () => {
  const fleet = fleetOf(1);
  run(fleet, 3, "site-001", { values: HOT, faults: ["circulation_pump_fault"] });
  expect(fleet.told()).toEqual(["raised site-001.pump-fault"]);
  run(fleet, 9, "site-001", { values: HOT });
  expect(fleet.told()).toContain("released site-001.supply-temp-too-high");
  expect(fleet.told().filter((line) => line.includes("too-high"))).toHaveLength(1);
});

test("one tower fan warns, two are serious, power explains both", () => {
  const fleet = fleetOf(1);
  run(fleet, 1, "site-001", { faults: ["tower_fan1_fault"] });
  expect(fleet.book.get("site-001.tower-fan-fault")?.priority).toBe("medium");
  run(fleet, 1, "site-001", { faults: ["tower_fan1_fault", "tower_fan2_fault"] });
  expect(fleet.book.get("site-001.tower-fan-fault")?.priority).toBe("high");
  run(fleet, 1, "site-001", { faults: ["tower_fan1_fault", "tower_fan2_fault", "phase_failure"] });
  expect(fleet.shown().map(({ id }) => id)).toEqual(["site-001.power-fault"]);
});

test("leak: latched, whatever else is wrong", () => {
  const fleet = fleetOf(1);
  run(fleet, 1, "site-001", { values: { leak_detected: true }, faults: ["power_fault"] });
  run(fleet, 5, "site-001", null);
  expect(fleet.shown().map(({ id }) => id)).toContain("site-001.leak");
  run(fleet, 10, "site-001", {});
  expect(fleet.book.get("site-001.leak")?.state).toBe("latched");
});

test("a leak contact that blinks every 50 s is one alarm", () => {
  const fleet = fleetOf(1);
  for (let blink = 0; blink < 60; blink++) {
    fleet.play(() => ({ values: { leak_detected: blink % 5 === 0 } }), {}, 10_000);
  }
  expect(fleet.told()).toEqual(["raised site-001.leak"]);
});

test("a sensor that jumps alone is accused, and what rests on it is hidden", () => {
  const fleet = fleetOf(1);
  run(fleet, 2, "site-001", {});
  run(fleet, 8, "site-001", { values: { supply_temp_c: 80 } });
  const hidden = fleet.book.get("site-001.supply-temp-too-high");
  expect(hidden).toMatchObject({ active: true, suppressedBy: "site-001.sensor-suspect" });
  expect(fleet.shown().map(({ id }) => id)).toContain("site-001.sensor-suspect");
});

test("the controller's own word does not hang on a suspect sensor", () => {
  const fleet = fleetOf(1);
  run(fleet, 2, "site-001", {});
  run(fleet, 8, "site-001", { values: { supply_temp_c: 80 }, faults: ["supply_temp_too_high"] });
  expect(fleet.shown().map(({ id }) => id)).toContain("site-001.supply-temp-too-high");
});

test("a point without readings hides no alarm", () => {
  const fleet = fleetOf(1);
  run(fleet, 2, "site-001", { values: { return_pressure_kpa: 40 } });
  run(fleet, 50, "site-001", { values: { return_pressure_kpa: null, supply_flow_m3h: null } });
  expect(fleet.shown().map(({ id }) => id)).toEqual(
    expect.arrayContaining(["site-001.return-pressure-low", "site-001.sensor-suspect"]),
  );
});

test("curtailment: no flood, and none when it ends", () => {
  const fleet = fleetOf(20);
  const low = { hashrate_th: 4000, miners_online: 10, total_power_kw: 90 };
  for (const [siteId, facts] of fleet.facts) fleet.facts.set(siteId, { ...facts, isCurtailed: true });
  for (let minute = 0; minute < 30; minute++) fleet.play(() => ({ values: low }));
  expect(fleet.told()).toEqual([]);
  expect(fleet.book.get("site-001.hashrate-low")?.suppressedBy).toBe("curtailment");
  for (const [siteId, facts] of fleet.facts) fleet.facts.set(siteId, { ...facts, isCurtailed: false });
  for (let minute = 0; minute < 5; minute++) fleet.play(() => ({ values: low }));
  for (let minute = 0; minute < 30; minute++) fleet.play(() => ({}));
  expect(fleet.told()).toEqual([]);
});

test("maintenance hides what it causes", () => {
  const fleet = fleetOf(1);
  const facts = fleet.facts.get("site-001");
  if (facts) fleet.facts.set("site-001", { ...facts, isInMaintenance: true });
  run(fleet, 15, "site-001", { values: { hashrate_th: 0, miners_online: 0 } });
  expect(fleet.book.get("site-001.hashrate-low")?.suppressedBy).toBe("maintenance");
});

test("stopped on purpose, then starting", () => {
  const fleet = fleetOf(1);
  const stopped = {
    circulation_pump_running: false,
    total_power_kw: 10,
    supply_flow_m3h: 0,
    supply_pressure_kpa: 120,
    dew_point_margin_k: 1,
    hashrate_th: 0,
    miners_online: 0,
  };
  run(fleet, 20, "site-001", { values: stopped });
  expect(fleet.state.sites["site-001"]?.operating.mode).toBe("stopped");
  expect(fleet.told()).toEqual([]);
  run(fleet, 10, "site-001", { values: { hashrate_th: 0, miners_online: 0 } });
  expect(fleet.state.sites["site-001"]?.operating.mode).toBe("starting");
  expect(fleet.book.get("site-001.hashrate-low")?.suppressedBy).toBe("site-starting");
  run(fleet, 40, "site-001", { values: { hashrate_th: 0, miners_online: 0 } });
  expect(fleet.state.sites["site-001"]?.operating.mode).toBe("running");
  expect(fleet.told()).toEqual(["released site-001.hashrate-low"]);
});

test("segment loss of 23 sites: one cause, 23 children, one message when it comes and none when it goes", () => {
  const fleet = fleetOf(150, 23);
  run(fleet, 2, "", null);
  const isDown = new Set(idsOf(23));
  for (let minute = 0; minute < 6; minute++) fleet.play((id) => (isDown.has(id) ? null : {}));
  expect(fleet.shown().map(({ id }) => id)).toEqual(["~north.segment-down"]);
  expect(countChildren(fleet.book.values()).get("~north.segment-down")).toBe(23);
  for (let minute = 0; minute < 20; minute++) fleet.play(() => ({}));
  expect(fleet.told()).toEqual(["raised ~north.segment-down"]);
  expect(fleet.shown()).toEqual([]);
});

test("all 150 down: one row and one message", () => {
  const fleet = fleetOf(150, 23);
  run(fleet, 2, "", null);
  for (let minute = 0; minute < 10; minute++) fleet.play(() => null);
  expect(fleet.shown().map(({ id }) => id)).toEqual(["~.scan-suspect"]);
  expect(fleet.told()).toEqual(["raised ~.scan-suspect"]);
  for (let minute = 0; minute < 20; minute++) fleet.play(() => ({}));
  expect(fleet.told()).toEqual(["raised ~.scan-suspect"]);
});

test("one site lost: three misses, also by fast polls", () => {
  const fleet = fleetOf(10);
  run(fleet, 2, "", null);
  fleet.play((id) => (id === "site-001" ? null : {}));
  expect(fleet.told()).toEqual([]);
  const missed = new Set(["site-001"]);
  fleet.play(() => null, { missed }, 10_000);
  expect(fleet.told()).toEqual([]);
  fleet.play(() => null, { missed }, 10_000);
  expect(fleet.told()).toEqual(["raised site-001.site-unreachable"]);
  expect(fleet.state.sites["site-002"]?.misses).toBe(0);
});

test("a PLC that is lost is no contact, and its old values raise nothing", () => {
  const fleet = fleetOf(1);
  const quality = { supply_temp_c: "stale" as const };
  run(fleet, 5, "site-001", { values: { plc_disconnect: true, supply_temp_c: 90 }, quality });
  expect(fleet.told()).toEqual(["raised site-001.site-unreachable"]);
});

test("after a pause of the platform nobody is lost", () => {
  const fleet = fleetOf(3);
  run(fleet, 3, "", null);
  fleet.play(() => null, {}, 3_600_000);
  expect(fleet.state.sites["site-001"]?.misses).toBe(1);
  expect(fleet.told()).toEqual([]);
});

test("alarms of a site that is disabled, or gone, end", () => {
  const fleet = fleetOf(2);
  fleet.play(() => ({ faults: ["power_fault"] }));
  const facts = fleet.facts.get("site-001");
  if (facts) fleet.facts.set("site-001", { ...facts, enabled: false });
  fleet.facts.delete("site-002");
  fleet.play(() => ({}));
  expect([...fleet.book.values()].filter(({ active }) => active)).toEqual([]);
  expect(Object.keys(fleet.state.sites)).toEqual([]);
});

test("alarms of a segment without sites end", () => {
  const fleet = fleetOf(12, 6);
  run(fleet, 1, "", null);
  for (let minute = 0; minute < 3; minute++) fleet.play((id) => (id <= "site-006" ? null : {}));
  expect(fleet.book.get("~north.segment-down")?.active).toBe(true);
  for (const [siteId, facts] of fleet.facts) fleet.facts.set(siteId, { ...facts, segmentId: "south" });
  fleet.play(() => ({}));
  expect(fleet.book.get("~north.segment-down")?.active).toBe(false);
});

test("sister sites are a limit where nobody entered one", () => {
  const fleet = fleetOf(6);
  run(fleet, 15, "site-003", { values: { hashrate_th: 30_000 } });
  expect(fleet.told()).toEqual(["raised site-003.hashrate-low"]);
  expect(fleet.book.get("site-003.hashrate-low")).toMatchObject({
    point: "hashrate_per_expected_miner_th",
    unit: "TH/s",
  });
});

test("a segment id shows no words and is the same for the same zone", () => {
  expect(segmentIdOf({ region: "华北", zone: "A" })).toMatch(/^zone-[0-9a-f]{8}$/);
  expect(segmentIdOf({ region: "a", zone: "b" })).not.toBe(segmentIdOf({ region: "ab", zone: "" }));
});
