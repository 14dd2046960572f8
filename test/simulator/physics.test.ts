import { describe, expect, test } from "vitest";
import { DENSITY, HEAT_TO_COOLANT, makeParameters, SPECIFIC_HEAT } from "../../simulator/plant/parameters.ts";
import { NO_PART_ORDERS } from "../../simulator/plant/part-orders.ts";
import { NO_PLANT_FAULTS, type PlantFaults, type PlantState, startState } from "../../simulator/plant/plant-state.ts";
import { type PlantSetting, stepPlant } from "../../simulator/plant/step.ts";
import { CLIMATES, type ClimateName, dewPoint, wetBulb } from "../../simulator/plant/weather.ts";

const START_MS = Date.UTC(2026, 0, 1);
const ORDERS = { coolingOn: true, setpointC: 35, parts: NO_PART_ORDERS };

function settingOf(seed: number, climate: ClimateName, faults: Partial<PlantFaults> = {}): PlantSetting {
  return {
    parameters: makeParameters(seed),
    climate: CLIMATES[climate],
    longitudeDeg: 0,
    orders: ORDERS,
    faults: { ...NO_PLANT_FAULTS, ...faults },
  };
}

function run(
  setting: PlantSetting,
  state: PlantState,
  seconds: number,
  dtS: number,
  each?: (state: PlantState) => void,
) {
  let current = state;
  for (let elapsed = 0; elapsed < seconds; elapsed += dtS) {
    current = stepPlant(setting, current, dtS);
    each?.(current);
  }
  return current;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** 30 sites, 24 h, 10 s steps, the first 2 h dropped. */
function dayOf(climate: ClimateName) {
  const seen = {
    supply: [] as number[],
    delta: [] as number[],
    fan: [] as number[],
    it: [] as number[],
    cooling: [] as number[],
  };
  for (let seed = 1; seed <= 30; seed += 1) {
    let step = 0;
    run(settingOf(seed, climate), startState(seed, START_MS), 86_400, 10, (state) => {
      step += 1;
      if (step <= 720 || step % 6 !== 0) return;
      seen.supply.push(state.supplyTempC);
      seen.delta.push(state.returnTempC - state.supplyTempC);
      seen.fan.push(state.fan);
      seen.it.push(state.itPowerKw);
      seen.cooling.push(state.coolingPowerKw);
    });
  }
  return seen;
}

describe("a day of the fleet", () => {
  test.for([
    { climate: "gulf-summer", p5: 34.8, p50: 35, p95: 35.5, fan: 0.85, ppue: 1.053 },
    { climate: "gulf-winter", p5: 34.9, p50: 35, p95: 35.1, fan: 0.42, ppue: 1.037 },
    { climate: "cold-dry", p5: 29.4, p50: 35, p95: 35, fan: 0.17, ppue: 1.03 },
  ] as const)("in $climate has the accepted figures", ({ climate, p5, p50, p95, fan, ppue }) => {
    const { supply, delta, fan: fans, it, cooling } = dayOf(climate);
    expect(quantile(supply, 0.5)).toBeCloseTo(p50, 0);
    expect(Math.abs(quantile(supply, 0.05) - p5)).toBeLessThan(climate === "cold-dry" ? 1.5 : 0.15);
    expect(Math.abs(quantile(supply, 0.95) - p95)).toBeLessThan(climate === "gulf-summer" ? 0.3 : 0.08);
    expect(Math.abs(quantile(delta, 0.5) - 8.1)).toBeLessThan(0.2);
    expect(Math.abs(quantile(fans, 0.5) - fan)).toBeLessThan(0.04);
    expect(Math.abs(mean(it) - 915)).toBeLessThan(15);
    expect(Math.abs(1 + mean(cooling) / mean(it) - ppue)).toBeLessThan(0.004);
  });
});

/** Second of the first 50 °C after a fault, over 40 sites at noon of a Gulf winter day. */
function secondsTo50(faults: Partial<PlantFaults>): number[] {
  return Array.from({ length: 40 }, (_, index) => {
    const healthy = settingOf(index + 1, "gulf-winter");
    const settled = run(healthy, startState(index + 1, START_MS + 10 * 3_600_000), 7200, 10);
    let state = settled;
    let seconds = 0;
    while (state.supplyTempC < 50 && seconds < 600) {
      state = stepPlant({ ...healthy, faults: { ...NO_PLANT_FAULTS, ...faults } }, state, 1);
      seconds += 1;
    }
    return seconds;
  });
}

describe("transients", () => {
  test("fan loss reaches 50 °C after about 127 s", () => {
    const seconds = secondsTo50({ fansTripped: [true, true, true] });
    expect(Math.abs(quantile(seconds, 0.5) - 127)).toBeLessThan(127 * 0.15);
    expect(Math.min(...seconds)).toBeLessThanOrEqual(132);
  });

  test("pump loss reaches 50 °C after about 90 s", () => {
    const seconds = secondsTo50({ pumpTripped: true });
    expect(Math.abs(quantile(seconds, 0.5) - 90)).toBeLessThan(90 * 0.15);
  });

  test("a stopped pump with miners on ends in their self-protection, not in infinity", () => {
    const settled = run(settingOf(1, "gulf-winter"), startState(1, START_MS), 7200, 10);
    const end = run(settingOf(1, "gulf-winter", { pumpTripped: true }), settled, 3600, 1);
    expect(end.supplyTempC).toBeGreaterThan(50);
    expect(end.supplyTempC).toBeLessThan(56);
    expect(end.itPowerKw).toBe(0);
    expect(end.hashrateTh).toBe(0);
    expect(end.flowM3h).toBe(0);
  });

  test("a new set-point is reached within three minutes, with little overshoot", () => {
    const setting = settingOf(1, "gulf-winter");
    const settled = run(setting, startState(1, START_MS), 7200, 1);
    const raised = { ...setting, orders: { ...ORDERS, setpointC: 38 } };
    const soon = run(raised, settled, 180, 1);
    expect(Math.abs(soon.supplyTempC - 38)).toBeLessThan(0.25);
    const seen: number[] = [];
    run(raised, soon, 1200, 1, ({ supplyTempC }) => seen.push(supplyTempC));
    expect(Math.max(...seen)).toBeLessThan(38.4);
    expect(Math.min(...seen)).toBeGreaterThan(37.7);
  });

  test("one fan of three is a lost stage, not a lost loop", () => {
    const settled = run(settingOf(1, "gulf-winter"), startState(1, START_MS), 7200, 10);
    const end = run(settingOf(1, "gulf-winter", { fansTripped: [false, true, false] }), settled, 3600, 10);
    expect(end.supplyTempC).toBeLessThan(36);
    expect(end.fan).toBeGreaterThan(settled.fan);
  });
});

describe("faults of the plant", () => {
  test("clogging leaves ΔP as it is; flow falls and ΔP/V̇² rises by exactly k", () => {
    const clean = run(settingOf(1, "gulf-winter"), startState(1, START_MS), 60, 10);
    const clogged = run(settingOf(1, "gulf-winter"), { ...startState(1, START_MS), clogging: 1.4 }, 60, 10);
    const lift = (state: PlantState) => state.supplyPressureKpa - state.returnPressureKpa;
    expect(lift(clogged)).toBeCloseTo(lift(clean), 6);
    expect(clogged.flowM3h).toBeCloseTo(clean.flowM3h / Math.sqrt(1.4), 6);
    expect(lift(clogged) / clogged.flowM3h ** 2 / (lift(clean) / clean.flowM3h ** 2)).toBeCloseTo(1.4, 9);
  });

  test("clogging grows by its share a day", () => {
    const end = run(settingOf(1, "gulf-winter", { cloggingPerDay: 0.2 }), startState(1, START_MS), 43_200, 10);
    expect(end.clogging).toBeCloseTo(1.1, 3);
  });

  test("a slow leak makes the return pressure a saw-tooth between 80 and 120 kPa and drains the tank", () => {
    const pressures: number[] = [];
    let starts = 0;
    let before = false;
    const end = run(settingOf(1, "gulf-winter", { leakLPerH: 20 }), startState(1, START_MS), 36_000, 10, (state) => {
      pressures.push(state.returnPressureKpa);
      if (state.makeupPumpOn && !before) starts += 1;
      before = state.makeupPumpOn;
    });
    expect(Math.min(...pressures)).toBeGreaterThan(75);
    expect(Math.max(...pressures)).toBeLessThan(125);
    // 20 L/h × 10 h = 200 L, 20 L a tooth
    expect(starts).toBeGreaterThanOrEqual(8);
    expect(starts).toBeLessThanOrEqual(10);
    expect(end.tankLevelPct).toBeLessThan(40);
  });

  test("an empty tank lets the return pressure fall to nothing, not below", () => {
    const start = { ...startState(1, START_MS), tankLevelPct: 0 };
    const end = run(settingOf(1, "gulf-winter", { leakLPerH: 200 }), start, 7200, 10);
    expect(end.returnPressureKpa).toBeLessThan(1);
    expect(end.returnPressureKpa).toBeGreaterThanOrEqual(0);
    expect(end.makeupPumpOn).toBe(false);
  });

  test("a dry tower stops the spray, then it gets hot", () => {
    const settled = run(settingOf(1, "gulf-summer"), startState(1, START_MS + 8 * 3_600_000), 14_400, 10);
    const end = run(settingOf(1, "gulf-summer", { towerDry: true }), settled, 3600, 10);
    expect(settled.sprayRunning).toBe(true);
    expect(end.sprayRunning).toBe(false);
    expect(end.towerLevelPct).toBeLessThan(2);
    expect(end.supplyTempC).toBeGreaterThan(settled.supplyTempC + 5);
  });

  test("freezing makes the supply colder than 5 °C", () => {
    const settled = run(settingOf(1, "cold-dry"), startState(1, START_MS), 7200, 10);
    const end = run(settingOf(1, "cold-dry", { isFreezing: true }), settled, 900, 1);
    expect(end.supplyTempC).toBeLessThan(5);
  });

  test("curtailment takes power and hashrate to a tenth", () => {
    const settled = run(settingOf(1, "gulf-winter"), startState(1, START_MS), 7200, 10);
    const end = run(settingOf(1, "gulf-winter", { powerShare: 0.1 }), settled, 600, 1);
    expect(end.itPowerKw / settled.itPowerKw).toBeCloseTo(0.1, 1);
    expect(end.hashrateTh / settled.hashrateTh).toBeCloseTo(0.1, 5);
  });
});

test("the tower evaporates less than the physical ceiling of 42 m³ a day", () => {
  const end = run(settingOf(1, "gulf-summer"), startState(1, START_MS), 86_400, 10);
  expect(end.towerMakeupM3).toBeGreaterThan(8);
  expect(end.towerMakeupM3).toBeLessThan(42);
});

test("the same seed gives the same plant, another seed another", () => {
  const one = run(settingOf(7, "gulf-winter"), startState(7, START_MS), 3600, 10);
  const again = run(settingOf(7, "gulf-winter"), startState(7, START_MS), 3600, 10);
  const other = run(settingOf(8, "gulf-winter"), startState(8, START_MS), 3600, 10);
  expect(again).toEqual(one);
  expect(other.supplyTempC).not.toBe(one.supplyTempC);
});

test("every cooler was bought for its container: 36.5 °C supply at a wet bulb of 27 °C, with spray and all fans", () => {
  const supplyAt = (seed: number, wetBulbC: number): number => {
    const { minersOn, minerKw, cleanFlowM3h, wetEffectiveness } = makeParameters(seed);
    const rangeK = (HEAT_TO_COOLANT * minersOn * minerKw * 3600) / (DENSITY * cleanFlowM3h * SPECIFIC_HEAT);
    return wetBulbC + rangeK / wetEffectiveness - rangeK;
  };
  const supplies = Array.from({ length: 5_000 }, (_, seed) => supplyAt(seed, 27));
  expect(Math.max(...supplies)).toBeLessThan(36.5001);
  // They differ all the same.
  expect(Math.min(...supplies)).toBeLessThan(33);
});

test("a step does not change the state it was given", () => {
  const state = Object.freeze(startState(1, START_MS));
  expect(() => stepPlant(settingOf(1, "gulf-winter"), state, 10)).not.toThrow();
});

test.for([
  { name: "dew point", value: dewPoint(38.4, 31), expected: 18.28 },
  { name: "wet bulb, hot", value: wetBulb(36, 42), expected: 25.77 },
  { name: "wet bulb, mild", value: wetBulb(20, 50), expected: 13.7 },
])("$name has its check value", ({ value, expected }) => {
  expect(value).toBeCloseTo(expected, 1);
});
