import type { PointName } from "../points/catalogue.ts";
import type { PointReading } from "./expression/point-reading.ts";
import type { SiteFacts } from "./site-facts.ts";
import { numberOf, trustedValue } from "./trusted-reading.ts";

/** A figure that rules need and that no point holds. */
type Quantity = {
  readonly unit: string;
  readonly label: { readonly "zh-CN": string; readonly en: string };
  readonly points: readonly PointName[];
  /** null where an input is missing or the figure would mean nothing. */
  readonly compute: (reading: PointReading, facts: SiteFacts) => number | null;
};

/** Below these, ratios are noise [J]. */
export const LEAST_FLOW_M3H = 20;
export const LEAST_POWER_KW = 100;
/** For a site whose rated power nobody has entered: an HK3 has 1030 kW [API1]. */
export const USUAL_RATED_KW = 1000;
export const FULL_FAN_HZ = 50;
export const TOWER_FANS = ["tower_fan1_running", "tower_fan2_running", "tower_fan3_running"] as const;

export const QUANTITIES = {
  hydraulic_resistance: {
    unit: "kPa/(m³/h)²",
    label: { "zh-CN": "水力阻力系数", en: "Hydraulic resistance" },
    points: ["supply_pressure_kpa", "return_pressure_kpa", "supply_flow_m3h"],
    // With a pump like ours ΔP alone stays the same while a filter clogs; ΔP/V̇² rises with it [SIM].
    compute: (reading) => {
      const flow = numberOf(reading.values.supply_flow_m3h);
      const drop = minus(numberOf(reading.values.supply_pressure_kpa), numberOf(reading.values.return_pressure_kpa));
      return flow === null || drop === null || flow < LEAST_FLOW_M3H ? null : drop / (flow * flow);
    },
  },
  heat_balance_pct: {
    unit: "%",
    label: { "zh-CN": "热平衡(带走热量/功率)", en: "Heat balance (heat removed / power)" },
    points: ["heat_removed_kw", "total_power_kw"],
    compute: (reading) =>
      percent(numberOf(reading.values.heat_removed_kw), numberOf(reading.values.total_power_kw), LEAST_POWER_KW),
  },
  coldest_liquid_c: {
    unit: "°C",
    label: { "zh-CN": "最低液温", en: "Coldest liquid" },
    points: ["supply_temp_c", "tower_outlet_temp_c", "tower_inlet_temp_c"],
    compute: (reading) =>
      smaller(
        numberOf(reading.values.supply_temp_c),
        smaller(numberOf(reading.values.tower_outlet_temp_c), numberOf(reading.values.tower_inlet_temp_c)),
      ),
  },
  supply_over_return_k: {
    unit: "K",
    label: { "zh-CN": "供液高于回液", en: "Supply above return" },
    points: ["supply_temp_c", "return_temp_c"],
    compute: (reading) => minus(numberOf(reading.values.supply_temp_c), numberOf(reading.values.return_temp_c)),
  },
  load_pct: {
    unit: "%",
    label: { "zh-CN": "负载率", en: "Load" },
    points: ["total_power_kw"],
    compute: (reading, { ratedPowerKw }) =>
      percent(numberOf(reading.values.total_power_kw), ratedPowerKw ?? USUAL_RATED_KW, 1),
  },
  tower_fan_pct: {
    unit: "%",
    label: { "zh-CN": "冷却塔风机出力", en: "Tower fan output" },
    points: ["tower_fan_freq_hz", ...TOWER_FANS],
    compute: (reading) => fanFrequencyPct(reading) ?? runningFansPct(reading),
  },
  tower_fans_running: {
    unit: "",
    label: { "zh-CN": "运行的冷却塔风机数", en: "Tower fans running" },
    points: TOWER_FANS,
    compute: countRunningFans,
  },
  hashrate_per_expected_miner_th: {
    unit: "TH/s",
    label: { "zh-CN": "每台应有矿机算力", en: "Hashrate per expected miner" },
    points: ["hashrate_th", "miners_expected"],
    compute: (reading) => ratio(numberOf(reading.values.hashrate_th), numberOf(reading.values.miners_expected), 1),
  },
  miners_online_pct: {
    unit: "%",
    label: { "zh-CN": "矿机在线率", en: "Share of miners online" },
    points: ["miners_online", "miners_expected"],
    compute: (reading) => percent(numberOf(reading.values.miners_online), numberOf(reading.values.miners_expected), 1),
  },
  ppue_cooling: {
    unit: "",
    label: { "zh-CN": "冷却局部PUE", en: "pPUE of cooling" },
    points: ["it_power_kw", "cooling_power_kw"],
    compute: (reading) => {
      const itKw = numberOf(reading.values.it_power_kw);
      const coolingKw = numberOf(reading.values.cooling_power_kw);
      return itKw === null || coolingKw === null ? null : ratio(itKw + coolingKw, itKw, LEAST_POWER_KW);
    },
  },
} satisfies Record<string, Quantity>;

export type QuantityName = keyof typeof QUANTITIES;
export const QUANTITY_NAMES = Object.keys(QUANTITIES) as QuantityName[];

export function isQuantity(name: string): name is QuantityName {
  return Object.hasOwn(QUANTITIES, name);
}

function fanFrequencyPct(reading: PointReading): number | null {
  return percent(numberOf(reading.values.tower_fan_freq_hz), FULL_FAN_HZ, 1);
}

function runningFansPct(reading: PointReading): number | null {
  return percent(countRunningFans(reading), TOWER_FANS.length, 1);
}

/** A fan about which nothing is known makes the count unknown. */
function countRunningFans(reading: PointReading): number | null {
  let running = 0;
  for (const fan of TOWER_FANS) {
    const isRunning = trustedValue(reading, fan);
    if (typeof isRunning !== "boolean") return null;
    running += isRunning ? 1 : 0;
  }
  return running;
}

/** The smaller one of those that are known. */
function smaller(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return b < a ? b : a;
}

function minus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

function ratio(part: number | null, whole: number | null, leastWhole: number): number | null {
  return part === null || whole === null || whole < leastWhole ? null : part / whole;
}

function percent(part: number | null, whole: number | null, leastWhole: number): number | null {
  const share = ratio(part, whole, leastWhole);
  return share === null ? null : 100 * share;
}
