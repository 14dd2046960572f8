import { describe, expect, test } from "vitest";
import type { ControllerView } from "../../simulator/controller/controller-view.ts";
import type { EncodeContext } from "../../simulator/dialects/dialect.ts";
import { encodeCoolerState, encodeMinerInfo } from "../../simulator/dialects/dialect-a.ts";
import { encodeNested } from "../../simulator/dialects/dialect-b.ts";
import { encodeFlat } from "../../simulator/dialects/dialect-c.ts";
import { encodeParts } from "../../simulator/dialects/dialect-d.ts";
import { encodeImmersionState } from "../../simulator/dialects/immersion.ts";

/** One plant state; the three samples below are what the dialects must make of it. */
const VIEW: ControllerView = {
  readings: {
    supplyTempC: 35.1,
    returnTempC: 43.3,
    towerInletC: 42.8,
    containerTempC: 38.4,
    containerRhPct: 31,
    supplyPressureKpa: 290,
    returnPressureKpa: 120,
    flowM3h: 94.602,
    box1Kw: 463.2,
    box2Kw: 457.8,
  },
  setpointC: 35,
  pidMode: false,
  isAutomatic: true,
  plcLost: false,
  circulationPump: true,
  circulationPumpHz: 50,
  makeupPump: false,
  sprayPump: true,
  towerFans: [true, true, true],
  boxFans: [true, false],
  fanHz: 42,
  bits: {
    power: false,
    circulationPump: false,
    makeupPump: false,
    sprayPump: false,
    towerFans: [false, false, false],
    boxFans: [false, false],
    leak: false,
    tankLow: false,
    towerLow: false,
    supplyTempHigh: false,
    supplyTempTooHigh: false,
    supplyPressureHigh: false,
    returnPressureLow: false,
    flowLow: false,
    freezing: false,
  },
  box1EnergyKwh: 1_234_567.8,
  box2EnergyKwh: 1_234_000,
  coolingPowerKw: 34.25,
  ambientTempC: 30.5,
  tankLevelPct: 88,
  minersExpected: 189,
  minersOnline: 187,
  hashrateTh: 47_311,
  chipMaxC: 71,
  pcbMaxC: 58,
  uptimeS: 86_400,
  deviceTimeMs: 1_767_088_800_400,
};
const CONTEXT: EncodeContext = { siteNumber: 117, firmware: "base", minerDetails: 1, witness: null };
const withLeak: ControllerView = { ...VIEW, bits: { ...VIEW.bits, leak: true } };

describe("dialect A", () => {
  test("coolerState is the sample of the protocol", () => {
    expect(JSON.stringify(encodeCoolerState(VIEW, CONTEXT))).toBe(
      '{"ok":true,"method":"coolerState","params":{"disconnect":false,"running_mode":true,"pid_mode":false,"circulating_pump":true,"fluid_infusion_pump":false,' +
        '"spray_pump":true,"fan1":true,"fan2":false,"cooling_tower_fan1":true,"cooling_tower_fan2":true,"cooling_tower_fan3":true,' +
        '"supply_liquid_temp":35.1,"return_liquid_temp":43.3,"supply_liquid_set_temp":35,"supply_liquid_pressure":0.29,"return_liquid_pressure":0.12,"supply_liquid_flow":94.6,' +
        '"colding_tower_inlet_temp":42.8,"antbox_internal_temp":38.4,"antbox_internal_humidity":31,"distribution_box1_power":463200,"distribution_box2_power":457800,' +
        '"longitude_direction":0,"longitude":0,"latitude_direction":0,"latitude":0,"power_fault":false,"liquid_level_low":false,"circulating_pump_fault":false,' +
        '"fan1_fault":false,"fan2_fault":false,"fluid_infusion_pump_fault":false,"spray_pump_fault":false,"cooling_tower_fan1_fault":false,' +
        '"cooling_tower_fan2_fault":false,"cooling_tower_fan3_fault":false,"leakage_fault":false,"supply_liquid_temp_high":false,"supply_liquid_temp_too_high":false,' +
        '"supply_liquid_pressure_high":false,"return_liquid_pressure_low":false,"supply_liquid_flow_low":false,"freezing_alarm":false,"cooling_tower_liquid_level_low":false}}',
    );
  });

  test("minerInfo is the sample of the protocol", () => {
    const { params, ...envelope } = encodeMinerInfo(VIEW, CONTEXT);
    expect(envelope).toEqual({ ok: true, method: "minerInfo" });
    const { miner_info: miners, ...totals } = params as Record<string, unknown>;
    expect(totals).toEqual({
      miner_num: 187,
      total_hashrate: 47_311,
      pcb_max_temp: 58,
      chip_max_temp: 71,
      chip_temp_mean: 0,
    });
    const [first] = Object.values(miners as Record<string, Record<string, unknown>>);
    expect(Object.keys(first ?? {})).toEqual([
      "miner_type",
      "miner_version",
      "elapsed",
      "GHS_5s",
      "GHS_avg",
      "pcb_max_temp",
      "chip_max_temp",
    ]);
  });

  test("the extended firmware has the fields seen on some devices, cumulative energy among them", () => {
    const { params } = encodeCoolerState(VIEW, { ...CONTEXT, firmware: "extended" });
    expect(params).toMatchObject({
      power_relay_fault: false,
      phasefailure: false,
      second_pump1_fault: false,
      second_pump2_fault: false,
      liquid_level_high: false,
      fan_fault: false,
      supply_liquid_temp_fault: false,
      return_liquid_temp_fault: false,
      power_a_distribution: 1_234_567.8,
      power_b_distribution: 1_234_000,
    });
  });

  test("a witness number stands in power_a_distribution, whatever the firmware", () => {
    const { params } = encodeCoolerState(VIEW, { ...CONTEXT, firmware: "extended", witness: 42 });
    expect(params).toMatchObject({ power_a_distribution: 42 });
  });
});

describe("dialect B", () => {
  test("is the sample of the protocol", () => {
    expect(JSON.stringify(encodeNested(VIEW, CONTEXT))).toBe(
      '{"code":0,"msg":"success","data":{' +
        '"sb":{"sn":"AB2203-0117","ver":"V5.2.1_20240618","ts":1767088800},' +
        '"gy":{"gywd":351,"hywd":433,"sdwd":350,"gyyl":290,"hyyl":120,"ll":946},' +
        '"lqt":{"jswd":428,"fj":[1,1,1],"pl":420,"plb":1},' +
        '"hj":{"nwd":384,"nsd":310},"dl":{"p1":4632,"p2":4578},' +
        '"bp":{"xhb":1,"bsb":0,"fj":[1,0]},"bj":"0x00000000","kj":{"zs":189,"zx":187,"sl":"47311"}}}',
    );
  });

  test.for([
    { name: "a leak is bit 11", view: withLeak, bits: "0x00000800" },
    { name: "a lost PLC is bit 31, and no negative number", view: { ...VIEW, plcLost: true }, bits: "0x80000000" },
    {
      name: "several add up",
      view: { ...withLeak, bits: { ...withLeak.bits, towerFans: [false, true, false] as const, freezing: true } },
      bits: "0x00020820",
    },
  ])("$name", ({ view, bits }) => {
    expect((encodeNested(view, CONTEXT)["data"] as Record<string, unknown>)["bj"]).toBe(bits);
  });
});

describe("dialect C", () => {
  test("is the sample of the protocol", () => {
    expect(JSON.stringify(encodeFlat(VIEW, { ...CONTEXT, siteNumber: 101 }))).toBe(
      '{"deviceId":"10.1.101.1","fw":"3.0.7","mode":"AUTO","tLiquidSupply":"35.1℃","tLiquidReturn":"43.3 ℃","tSet":"35.0",' +
        '"pSupply":"2.90 bar","pReturn":"1.20bar","flow":"1576.7 L/min","tTowerIn":"42.8","tCabin":"38.4","rhCabin":"31%",' +
        '"powerTotal":"921.0 kW","pumpMain":"ON","pumpSpray":"ON","fanTower":"1,1,1","leak":"N","faultCodes":"","minersOnline":"187","hashrate":"47.311 PH/s"}',
    );
  });

  test("a leak is Y; other faults are codes", () => {
    const view = { ...withLeak, bits: { ...withLeak.bits, circulationPump: true, flowLow: true } };
    expect(encodeFlat(view, CONTEXT)).toMatchObject({ leak: "Y", faultCodes: "E02,E16" });
  });
});

test("dialect D tells what every part of the laboratory's plant does", () => {
  expect(encodeParts(VIEW, CONTEXT)).toMatchObject({
    mode: "auto",
    pump: true,
    pumpHz: 50,
    tankPct: 88,
    outdoorC: 30.5,
  });
  const bits = { ...withLeak.bits, power: true, towerFans: [false, true, false] as const };
  expect(encodeParts({ ...withLeak, isAutomatic: false, tankLevelPct: 99, bits }, CONTEXT)).toMatchObject({
    mode: "manual",
    faults: { leak: true, power: true, tankHigh: true, tankLow: false, towerFans: [false, true, false] },
  });
});

test("immersion has its own fields, spelling and scales", () => {
  const { params, ...envelope } = encodeImmersionState(VIEW, CONTEXT);
  expect(envelope).toEqual({ ok: true, method: "coolerState" });
  expect(params).toMatchObject({
    protocol_version: 5,
    pump_operation: true,
    primary_supply_temp: 35.1,
    primary_return_temp: 43.3,
    out_temp: 30.5,
    container_temp: 38.4,
    container_humidity: 31,
    drycooler_freq: 42,
    distribution_box_power: 9.21,
    power_distribution: 34.25,
    tank_a_level: 88,
    lever_high: false,
    lever_low: false,
    power_distribution_Fault: false,
    valve1_open: true,
    valve1_close: false,
  });
  // phase voltages are written tenfold
  expect((params as Record<string, number>)["vol_a_distribution"]).toBeGreaterThan(2100);
});
