import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type FaultRequest, type RunningSimulator, startSimulator } from "../../simulator/simulator.ts";
import { readJson, readState } from "./raw-client.ts";

let simulator: RunningSimulator;
const urlOf = (index: number) => simulator.sites[index]?.url ?? "";
const fault = (kind: FaultRequest["kind"], args: Record<string, unknown> = {}) =>
  simulator.addFault({ sites: ["site-001"], kind, args });

beforeAll(async () => {
  simulator = await startSimulator({
    sites: 4,
    port: 0,
    latencyMs: [0, 0],
    dialects: [
      ["a", 3],
      ["b", 1],
    ],
    climate: "gulf-winter",
    startMs: Date.UTC(2026, 0, 1, 8),
    warmUpS: 3600,
  });
});
afterEach(async () => {
  await simulator.removeFaults();
  simulator.advance(7200);
});
afterAll(() => simulator.close());

describe("in the plant", () => {
  test("pump_trip stops the flow, sets the bit, heats up; the neighbour notices nothing", async () => {
    await fault("pump_trip");
    simulator.advance(130);
    expect(await readState(urlOf(0))).toMatchObject({
      circulating_pump: false,
      circulating_pump_fault: true,
      supply_liquid_flow: 0,
      supply_liquid_flow_low: true,
      supply_liquid_temp_too_high: true,
    });
    expect(await readState(urlOf(1))).toMatchObject({ circulating_pump: true, supply_liquid_flow_low: false });
  });

  test("power_fault stops every motor and sets its own bit, and no motor's", async () => {
    await fault("power_fault", { untilReset: true });
    simulator.advance(20);
    expect(await readState(urlOf(0))).toMatchObject({
      power_fault: true,
      circulating_pump: false,
      circulating_pump_fault: false,
      cooling_tower_fan1: false,
      fan1: false,
      spray_pump: false,
      supply_liquid_flow: 0,
    });
    expect(await readState(urlOf(1))).toMatchObject({ power_fault: false, circulating_pump: true });
    await readJson(`${urlOf(0)}/cooler?operation=reset`);
    simulator.advance(30);
    expect(await readState(urlOf(0))).toMatchObject({ power_fault: false, circulating_pump: true });
  });

  test("fan_trip of one fan sets its bit only", async () => {
    await fault("fan_trip", { fan: "2" });
    expect(await readState(urlOf(0))).toMatchObject({
      cooling_tower_fan1_fault: false,
      cooling_tower_fan2: false,
      cooling_tower_fan2_fault: true,
      cooling_tower_fan3_fault: false,
    });
  });

  test("fan_trip of all heats up", async () => {
    await fault("fan_trip", { fan: "all" });
    simulator.advance(180);
    const state = await readState(urlOf(0));
    expect(state).toMatchObject({ cooling_tower_fan1: false, cooling_tower_fan3_fault: true });
    expect(state["supply_liquid_temp"]).toBeGreaterThan(47);
  });

  test("spray_fail stops the spray, with its bit", async () => {
    await fault("spray_fail");
    simulator.advance(60);
    expect(await readState(urlOf(0))).toMatchObject({ spray_pump: false, spray_pump_fault: true });
  });

  test("leak lowers the return pressure, starts the make-up pump and wets the contact at last", async () => {
    await fault("leak", { lPerH: 30, contactAfterL: 40 });
    simulator.advance(1800);
    const early = await readState(urlOf(0));
    expect(early["return_liquid_pressure"]).toBeLessThan(0.11);
    expect(early["leakage_fault"]).toBe(false);
    simulator.advance(3600);
    expect(simulator.siteState("site-001").plant.tankLevelPct).toBeLessThan(90);
    expect(await readState(urlOf(0))).toMatchObject({ leakage_fault: true });
  });

  test("leak_contact is set at once; a blinking one comes and goes", async () => {
    await fault("leak_contact");
    expect(await readState(urlOf(0))).toMatchObject({ leakage_fault: true });
    await simulator.removeFaults();
    await fault("leak_contact", { blinkS: 100 });
    const seen: unknown[] = [];
    for (let half = 0; half < 4; half += 1) {
      seen.push((await readState(urlOf(0)))["leakage_fault"]);
      simulator.advance(50);
    }
    expect(seen).toEqual([true, false, true, false]);
  });

  test("clogging lowers the flow and leaves the pressure difference", async () => {
    const before = simulator.siteState("site-001").plant;
    await fault("clogging", { k: 1.4, perDayPct: 0 });
    simulator.advance(10);
    const { plant } = simulator.siteState("site-001");
    expect(plant.flowM3h / before.flowM3h).toBeCloseTo(1 / Math.sqrt(1.4), 3);
    expect(plant.supplyPressureKpa - plant.returnPressureKpa).toBeCloseTo(
      before.supplyPressureKpa - before.returnPressureKpa,
      3,
    );
  });

  test("tank_level_low and tower_dry set their bits", async () => {
    await fault("tank_level_low");
    await fault("tower_dry");
    simulator.advance(300);
    expect(await readState(urlOf(0))).toMatchObject({ liquid_level_low: true, cooling_tower_liquid_level_low: true });
    await simulator.removeFaults();
    simulator.advance(600);
    expect(await readState(urlOf(0))).toMatchObject({ liquid_level_low: false, cooling_tower_liquid_level_low: false });
  });

  test("freeze makes the supply cold and sets the bit", async () => {
    await fault("freeze");
    simulator.advance(900);
    const state = await readState(urlOf(0));
    expect(state).toMatchObject({ freezing_alarm: true });
    expect(state["supply_liquid_temp"]).toBeLessThan(10);
  });

  test("curtailment takes power and hashrate to a tenth", async () => {
    await fault("curtailment");
    simulator.advance(300);
    const state = await readState(urlOf(0));
    expect(Number(state["distribution_box1_power"])).toBeLessThan(80_000);
    const { params } = await readJson(`${urlOf(0)}/cooler?operation=minerInfo`);
    expect((params as Record<string, number>)["total_hashrate"]).toBeLessThan(6000);
  });
});

describe("in the sensors: the plant itself is not touched", () => {
  test("sensor_frozen holds what it said", async () => {
    await fault("sensor_frozen", { sensor: "supply_flow" });
    const held = (await readState(urlOf(0)))["supply_liquid_flow"];
    await fault("pump_trip");
    simulator.advance(60);
    expect((await readState(urlOf(0)))["supply_liquid_flow"]).toBe(held);
    expect(simulator.siteState("site-001").plant.flowM3h).toBe(0);
  });

  test("sensor_jump is off by its constant", async () => {
    await fault("sensor_jump", { sensor: "supply_temp", by: 12 });
    const { sensors, sensorsWithoutFaults } = simulator.siteState("site-001");
    expect(sensors.supplyTempC - sensorsWithoutFaults.supplyTempC).toBeCloseTo(12, 6);
    expect(await readState(urlOf(0))).toMatchObject({ supply_liquid_temp_too_high: true });
  });

  test("sensor_drift grows with plant time", async () => {
    await fault("sensor_drift", { sensor: "return_temp", perHour: 4 });
    simulator.advance(1800);
    const { sensors, sensorsWithoutFaults } = simulator.siteState("site-001");
    expect(sensors.returnTempC - sensorsWithoutFaults.returnTempC).toBeCloseTo(2, 1);
  });

  test("sensor_swapped swaps supply and return", async () => {
    await fault("sensor_swapped");
    const state = await readState(urlOf(0));
    expect(Number(state["supply_liquid_temp"])).toBeGreaterThan(Number(state["return_liquid_temp"]));
  });

  test("scale_1000 shows kPa where MPa is meant", async () => {
    await fault("scale_1000");
    expect((await readState(urlOf(0)))["supply_liquid_pressure"]).toBeGreaterThan(200);
  });

  test.for([
    { unit: "fahrenheit", field: "supply_liquid_temp", least: 90, most: 100 },
    { unit: "bar", field: "supply_liquid_pressure", least: 2.5, most: 3.4 },
    { unit: "x10", field: "supply_liquid_flow", least: 800, most: 1100 },
  ])("unit_change to $unit", async ({ unit, field, least, most }) => {
    await fault("unit_change", { unit });
    const value = (await readState(urlOf(0)))[field];
    expect(value).toBeGreaterThan(least);
    expect(value).toBeLessThan(most);
  });
});

describe("in the controller", () => {
  test("plc_disconnect says so, holds all values and refuses commands", async () => {
    await fault("plc_disconnect");
    const { disconnect, ...held } = await readState(urlOf(0));
    expect(disconnect).toBe(true);
    await fault("pump_trip");
    simulator.advance(120);
    const { disconnect: still, ...later } = await readState(urlOf(0));
    expect(still).toBe(true);
    expect(later).toEqual(held);
    expect(await readJson(`${urlOf(0)}/cooler?operation=open`)).toMatchObject({ ok: false, method: "open" });
  });

  test("clock_skew moves the device's clock where the dialect sends one", async () => {
    const site = simulator.sites.find(({ dialect }) => dialect === "b");
    const read = async () => {
      const { data } = await readJson(`${site?.url}/api/status`);
      return (data as { sb: { ts: number } }).sb.ts;
    };
    expect(Math.abs((await read()) - Date.now() / 1000)).toBeLessThan(10);
    await simulator.addFault({ sites: [site?.id ?? ""], kind: "clock_skew", args: { byS: 3600 } });
    expect((await read()) - Date.now() / 1000).toBeGreaterThan(3500);
  });

  test("a trip with untilReset stays until the controller is reset", async () => {
    await fault("pump_trip", { untilReset: true });
    expect(await readState(urlOf(0))).toMatchObject({ circulating_pump_fault: true });
    await readJson(`${urlOf(0)}/cooler?operation=reset`);
    simulator.advance(30);
    expect(await readState(urlOf(0))).toMatchObject({ circulating_pump_fault: false });
  });
});

test("a fault ends by itself after forS, and its end is the plant's recovery", async () => {
  await simulator.addFault({ sites: ["site-001"], kind: "leak_contact", forS: 0.3 });
  expect(await readState(urlOf(0))).toMatchObject({ leakage_fault: true });
  await expect.poll(async () => (await readState(urlOf(0)))["leakage_fault"], { timeout: 5000 }).toBe(false);
});

test("a planned fault comes later, and again and again", async () => {
  await simulator.addFault({ sites: ["site-001"], kind: "leak_contact", afterS: 0.3, forS: 0.3, everyS: 0.6 });
  const isWet = async () => (await readState(urlOf(0)))["leakage_fault"];
  expect(await isWet()).toBe(false);
  for (const expected of [true, false, true]) await expect.poll(isWet, { interval: 20, timeout: 5000 }).toBe(expected);
});
