import { describe, expect, test } from "vitest";
import { BASELINES, BaselineFinding, findBaseline, isPlausibleBaseline } from "../../../domain/alarms/baseline.ts";
import type { PointReading, PointValues } from "../../../domain/alarms/expression/point-reading.ts";
import { BaselineName } from "../../../domain/alarms/site-facts.ts";

/** A plant at full load in the heat, everything known. */
const RUNNING: PointValues = {
  circulation_pump_running: true,
  circulation_pump_run_hours: 8123.4,
  supply_flow_m3h: 100,
  supply_pressure_kpa: 290,
  return_pressure_kpa: 120,
  total_power_kw: 1000,
  it_power_kw: 950,
  cooling_power_kw: 47.5,
  hashrate_th: 52_500,
  efficiency_j_th: 18.1,
  miners_online: 208,
  miners_expected: 210,
  approach_wetbulb_k: 8.4,
  tower_fan_freq_hz: 49,
};
const READ: Readonly<Record<Exclude<BaselineName, "miner_limit_c">, number>> = {
  supply_flow_m3h: 100,
  hydraulic_resistance: 0.017,
  approach_wetbulb_k: 8.4,
  efficiency_j_th: 18.1,
  hashrate_per_miner_th: 250,
  ppue: 1.05,
  pump_greased_at_h: 8123.4,
};
const reading = (values: PointValues): PointReading => ({ values, faults: [], unknownFaults: [] });
const read = (quantity: BaselineName, values: PointValues = {}, ratedPowerKw: number | null = 1030) =>
  BASELINES[quantity].read(reading({ ...RUNNING, ...values }), ratedPowerKw);

describe.for(BaselineName.exclude(["miner_limit_c"]).options)("%s", (quantity) => {
  const { points, limits, unit, label } = BASELINES[quantity];

  test("is read from a plant under load", () => {
    expect(read(quantity)).toBeCloseTo(READ[quantity], 6);
  });

  test("looks at the points that it names, and at no others", () => {
    const seen = new Set<string>();
    const values = new Proxy(RUNNING, {
      get(target, name) {
        seen.add(String(name));
        return Reflect.get(target, name);
      },
    });
    BASELINES[quantity].read(reading(values), 1030);
    expect([...seen].filter((name) => !points.some((point) => point === name))).toEqual([]);
  });

  test("has words in both languages, and limits around what it reads", () => {
    expect([label["zh-CN"], label.en, BASELINES[quantity].when["zh-CN"]].every((text) => text !== "")).toBe(true);
    expect([unit, isPlausibleBaseline(quantity, READ[quantity])]).toEqual([expect.any(String), true]);
    for (const outside of [limits[0] - 0.0001, limits[1] + 0.0001, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(isPlausibleBaseline(quantity, outside), String(outside)).toBe(false);
    }
  });

  test("takes nothing from a reading without values", () => {
    expect(BASELINES[quantity].read(reading({}), null)).toBeNull();
  });
});

const PUMP_OFF: PointValues = { circulation_pump_running: false };
const PUMP_UNKNOWN: PointValues = { circulation_pump_running: null };
const HALF_OFF: PointValues = { total_power_kw: 500 };
test.for<{ name: string; quantity: BaselineName; values: PointValues; ratedPowerKw?: number | null; is?: number }>([
  { name: "flow without the pump", quantity: "supply_flow_m3h", values: PUMP_OFF },
  { name: "flow while nothing is known of the pump", quantity: "supply_flow_m3h", values: PUMP_UNKNOWN },
  { name: "resistance without the pump", quantity: "hydraulic_resistance", values: PUMP_OFF },
  { name: "resistance at a trickle", quantity: "hydraulic_resistance", values: { supply_flow_m3h: 19 } },
  { name: "approach with the fans held back", quantity: "approach_wetbulb_k", values: { tower_fan_freq_hz: 44.9 } },
  {
    name: "approach with all fans on and no frequency",
    quantity: "approach_wetbulb_k",
    values: {
      tower_fan_freq_hz: null,
      tower_fan1_running: true,
      tower_fan2_running: true,
      tower_fan3_running: true,
    },
    is: 8.4,
  },
  { name: "approach at part load", quantity: "approach_wetbulb_k", values: HALF_OFF },
  { name: "efficiency at part load", quantity: "efficiency_j_th", values: HALF_OFF },
  { name: "efficiency without hashrate", quantity: "efficiency_j_th", values: { hashrate_th: 0 } },
  {
    name: "efficiency at half of a smaller rating",
    quantity: "efficiency_j_th",
    values: HALF_OFF,
    ratedPowerKw: 1000,
    is: 18.1,
  },
  {
    name: "efficiency at half of the usual rating",
    quantity: "efficiency_j_th",
    values: HALF_OFF,
    ratedPowerKw: null,
    is: 18.1,
  },
  { name: "hashrate with many miners off", quantity: "hashrate_per_miner_th", values: { miners_online: 199 } },
  { name: "hashrate with 95 % on", quantity: "hashrate_per_miner_th", values: { miners_online: 199.5 }, is: 250 },
  { name: "pPUE at part load", quantity: "ppue", values: HALF_OFF },
  { name: "pump hours of a pump that rests", quantity: "pump_greased_at_h", values: PUMP_OFF, is: 8123.4 },
])("$name", ({ quantity, values, ratedPowerKw, is = null }) => {
  expect(read(quantity, values, ratedPowerKw)).toBe(is);
});

/** `count` values around `middle`, evenly spread over ± `half`. */
const around = (middle: number, half: number, count: number) =>
  Array.from({ length: count }, (_, place) => middle + half * ((2 * place) / (count - 1) - 1));

test.for<{ name: string; quantity: BaselineName; values: readonly number[]; is: Partial<BaselineFinding> }>([
  { name: "no readings", quantity: "supply_flow_m3h", values: [], is: { value: null, lack: "too-few", spread: null } },
  {
    name: "one too few",
    quantity: "supply_flow_m3h",
    values: around(98, 1, 299),
    is: { value: null, lack: "too-few" },
  },
  {
    name: "just enough",
    quantity: "supply_flow_m3h",
    values: around(98, 1, 300),
    is: { value: 98, samples: 300, leastSamples: 300, spread: 1, mostSpread: 14.7, lack: null },
  },
  {
    name: "too scattered: a pump that was repaired meanwhile",
    quantity: "supply_flow_m3h",
    values: [...around(60, 1, 300), ...around(100, 1, 300)],
    is: { value: null, lack: "too-scattered" },
  },
  {
    name: "a few spikes move a median little",
    quantity: "supply_flow_m3h",
    values: [...around(98, 1, 900), ...around(300, 1, 30)],
    is: { lack: null, value: 98.03 },
  },
  {
    name: "what no plant has",
    quantity: "ppue",
    values: around(0.9, 0.001, 400),
    is: { value: null, lack: "implausible" },
  },
  {
    name: "pPUE within its own rule",
    quantity: "ppue",
    values: around(1.05, 0.019, 400),
    is: { value: 1.05, lack: null },
  },
  {
    name: "pPUE that moves more than its rule allows",
    quantity: "ppue",
    values: around(1.05, 0.022, 400),
    is: { lack: "too-scattered" },
  },
  { name: "hot hours are few", quantity: "approach_wetbulb_k", values: around(8, 1, 60), is: { value: 8, lack: null } },
  {
    name: "an approach all over the place",
    quantity: "approach_wetbulb_k",
    values: around(8, 4, 60),
    is: { lack: "too-scattered" },
  },
  {
    name: "small figures keep four digits",
    quantity: "hydraulic_resistance",
    values: around(0.0171234, 0.0001, 401),
    is: { value: 0.01712 },
  },
  {
    name: "a counter's newest",
    quantity: "pump_greased_at_h",
    values: [8120.25, 8121.5, 8123.75],
    is: { value: 8123.75, mostSpread: null },
  },
  {
    name: "a counter that was never read",
    quantity: "pump_greased_at_h",
    values: [],
    is: { value: null, lack: "too-few" },
  },
])("$name", ({ quantity, values, is }) => {
  const found = findBaseline(quantity, values);
  expect(found).toMatchObject({ quantity, ...is });
  expect(BaselineFinding.parse(found)).toEqual(found);
});

test("the order of readings does not matter to a median", () => {
  const values = around(98, 3, 500);
  expect(findBaseline("supply_flow_m3h", values.toReversed())).toEqual(findBaseline("supply_flow_m3h", values));
});

test("what the miners take is never read from a plant: only a person enters it, and nothing absurd", () => {
  const { read: look, points, label, when } = BASELINES.miner_limit_c;
  expect([look(reading(RUNNING), 1030), points]).toEqual([null, []]);
  expect([19.9, 20, 90, 90.1].map((value) => isPlausibleBaseline("miner_limit_c", value))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([label, when].flatMap((texts) => Object.values(texts)).every((text) => text !== "")).toBe(true);
});
