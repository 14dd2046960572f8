import { z } from "zod";
import type { PointName } from "../points/catalogue.ts";
import { SiteId } from "../sites/site-id.ts";
import { quantileOf } from "../telemetry/quantiles.ts";
import type { PointReading } from "./expression/point-reading.ts";
import { QUANTITIES, USUAL_RATED_KW } from "./quantities.ts";
import { BaselineName } from "./site-facts.ts";
import { trustedNumber, trustedValue } from "./trusted-reading.ts";

/** Longest stretch of history that a baseline is taken from: a season lies in a longer one. */
export const LONGEST_BASELINE_MS = 31 * 86_400_000;

type Text = { readonly "zh-CN": string; readonly en: string };

/** How one baseline is found, and what it may be. */
type BaselineDefinition = {
  readonly unit: string;
  readonly label: Text;
  /** Decimals that a screen shows. */
  readonly decimals: number;
  /** What cannot be: a slip of the pen, or another unit. */
  readonly limits: readonly [number, number];
  /** Which readings count. */
  readonly when: Text;
  /** What `read` looks at. */
  readonly points: readonly PointName[];
  /** The figure of one reading; null where it is unknown or the plant is not in the state that the figure needs. */
  readonly read: (reading: PointReading, ratedPowerKw: number | null) => number | null;
  /** Median of many readings, or the newest one of a counter. */
  readonly take: "median" | "newest";
  /** Fewer readings than this say nothing [J]. */
  readonly leastSamples: number;
  /** Most distance between the quartiles, as a share of the median or in the unit [J]; null = any. */
  readonly mostSpread: { readonly share: number } | { readonly absolute: number } | null;
};

/** Under load, shares of the rated power [J]: figures of miners and of cooling mean little below. */
const LOADED_SHARE = 0.5;
/** The approach grows when fans are held back: it is compared at full air only (R25 of the rules [J]). */
const FULL_AIR_PCT = 90;
/** Miners that are off are no part of what a miner gives [J]. */
const NEARLY_ALL_ONLINE_PCT = 95;
const MANY = 300;
const PUMP = "circulation_pump_running";
const POWER = "total_power_kw";
const WITH_PUMP: Text = { "zh-CN": "循环泵运行时", en: "while the circulation pump runs" };
const LOADED: Text = { "zh-CN": "功率不低于额定值的 50%", en: "at 50 % of the rated power or more" };

function isPumpOn(reading: PointReading): boolean {
  return trustedValue(reading, PUMP) === true;
}

function isLoaded(reading: PointReading, ratedPowerKw: number | null): boolean {
  const powerKw = trustedNumber(reading, POWER);
  return powerKw !== null && powerKw >= LOADED_SHARE * (ratedPowerKw ?? USUAL_RATED_KW);
}

/** Every baseline that a rule can name. Limits: the widest that a plant of 0.1 to 5 MW can have [J]. */
export const BASELINES: Readonly<Record<BaselineName, BaselineDefinition>> = {
  supply_flow_m3h: {
    unit: "m³/h",
    label: { "zh-CN": "供液流量", en: "Supply flow" },
    decimals: 1,
    limits: [10, 400],
    when: WITH_PUMP,
    points: [PUMP, "supply_flow_m3h"],
    read: (reading) => (isPumpOn(reading) ? trustedNumber(reading, "supply_flow_m3h") : null),
    take: "median",
    leastSamples: MANY,
    mostSpread: { share: 0.15 },
  },
  hydraulic_resistance: {
    unit: QUANTITIES.hydraulic_resistance.unit,
    label: QUANTITIES.hydraulic_resistance.label,
    decimals: 4,
    limits: [0.0005, 0.5],
    when: {
      "zh-CN": "循环泵运行且流量不低于 20 m³/h 时",
      en: "while the circulation pump runs, from a flow of 20 m³/h on",
    },
    points: [PUMP, ...QUANTITIES.hydraulic_resistance.points],
    read: (reading) => (isPumpOn(reading) ? QUANTITIES.hydraulic_resistance.compute(reading) : null),
    take: "median",
    leastSamples: MANY,
    mostSpread: { share: 0.25 },
  },
  approach_wetbulb_k: {
    unit: "K",
    label: { "zh-CN": "逼近度(湿球)", en: "Approach to wet bulb" },
    decimals: 1,
    limits: [0.5, 30],
    when: {
      "zh-CN": "冷却塔风机出力不低于 90% 且功率不低于额定值的 50% 时",
      en: "with the tower fans at 90 % or more, at 50 % of the rated power or more",
    },
    points: [POWER, "approach_wetbulb_k", ...QUANTITIES.tower_fan_pct.points],
    read(reading, ratedPowerKw) {
      const fanPct = QUANTITIES.tower_fan_pct.compute(reading);
      if (fanPct === null || fanPct < FULL_AIR_PCT || !isLoaded(reading, ratedPowerKw)) return null;
      return trustedNumber(reading, "approach_wetbulb_k");
    },
    take: "median",
    // Fans run at full air in hot hours only.
    leastSamples: 60,
    mostSpread: { absolute: 3 },
  },
  efficiency_j_th: {
    unit: "J/TH",
    label: { "zh-CN": "能效比", en: "Efficiency" },
    decimals: 2,
    limits: [5, 200],
    when: LOADED,
    points: [POWER, "hashrate_th", "efficiency_j_th"],
    read: (reading, ratedPowerKw) =>
      isLoaded(reading, ratedPowerKw) && (trustedNumber(reading, "hashrate_th") ?? 0) > 0
        ? trustedNumber(reading, "efficiency_j_th")
        : null,
    take: "median",
    leastSamples: MANY,
    mostSpread: { share: 0.1 },
  },
  hashrate_per_miner_th: {
    unit: "TH/s",
    label: { "zh-CN": "单机算力", en: "Hashrate per miner" },
    decimals: 1,
    limits: [1, 2000],
    when: {
      "zh-CN": "矿机在线率不低于 95% 且功率不低于额定值的 50% 时",
      en: "with 95 % of the miners online, at 50 % of the rated power or more",
    },
    points: [POWER, "miners_online", ...QUANTITIES.hashrate_per_expected_miner_th.points],
    read(reading, ratedPowerKw) {
      const onlinePct = QUANTITIES.miners_online_pct.compute(reading);
      if (onlinePct === null || onlinePct < NEARLY_ALL_ONLINE_PCT || !isLoaded(reading, ratedPowerKw)) return null;
      return QUANTITIES.hashrate_per_expected_miner_th.compute(reading);
    },
    take: "median",
    leastSamples: MANY,
    mostSpread: { share: 0.1 },
  },
  ppue: {
    unit: "",
    label: QUANTITIES.ppue_cooling.label,
    decimals: 3,
    limits: [1, 1.6],
    when: LOADED,
    points: [POWER, ...QUANTITIES.ppue_cooling.points],
    read: (reading, ratedPowerKw) =>
      isLoaded(reading, ratedPowerKw) ? QUANTITIES.ppue_cooling.compute(reading) : null,
    take: "median",
    leastSamples: MANY,
    // Its rule allows 0.02 above the baseline: a baseline that moves more than that by itself is none.
    mostSpread: { absolute: 0.02 },
  },
  pump_greased_at_h: {
    unit: "h",
    label: { "zh-CN": "循环泵润滑时的运行小时数", en: "Pump hours at the last greasing" },
    decimals: 0,
    limits: [0, 1_000_000],
    when: { "zh-CN": "该时段的最后读数", en: "the last reading of the time" },
    points: ["circulation_pump_run_hours"],
    read: (reading) => trustedNumber(reading, "circulation_pump_run_hours"),
    take: "newest",
    leastSamples: 1,
    mostSpread: null,
  },
  // No set-point above it is sent. Water for these miners: from cold to nearly boiling.
  miner_limit_c: {
    unit: "°C",
    label: { "zh-CN": "矿机允许的最高供液温度", en: "Highest supply temperature that the miners take" },
    decimals: 1,
    limits: [20, 90],
    when: { "zh-CN": "只能手工录入（矿机铭牌或说明书）", en: "by hand only, from the miners' sheet" },
    points: [],
    read: () => null,
    take: "newest",
    leastSamples: 1,
    mostSpread: null,
  },
};

/** Why history gives no baseline. */
const BaselineLack = z.enum(["too-few", "too-scattered", "implausible"]);

/** What a stretch of history says about one baseline. */
export const BaselineFinding = z
  .strictObject({
    quantity: BaselineName,
    value: z.number().nullable().describe("Null when history gives none; `lack` says why"),
    samples: z.int().min(0).describe("Readings that count"),
    leastSamples: z.int().min(1).describe("So many are needed"),
    spread: z.number().nullable().describe("Distance between the quartiles, in the unit; null without readings"),
    mostSpread: z.number().nullable().describe("More than this is refused, in the unit; null = any"),
    lack: BaselineLack.nullable(),
  })
  .meta({ id: "BaselineFinding", description: "What a stretch of history says about one baseline" });
export type BaselineFinding = z.infer<typeof BaselineFinding>;

/** A baseline that somebody has set. */
export const SiteBaseline = z
  .strictObject({
    id: z.int().min(1),
    siteId: SiteId,
    quantity: BaselineName,
    value: z.number(),
    from: z.iso.datetime().nullable().describe("Begin of the history that it was taken from; null = entered by hand"),
    to: z.iso.datetime().nullable(),
    samples: z.int().nullable().describe("Readings that it was taken from"),
    spread: z.number().nullable().describe("Distance between their quartiles"),
    note: z.string(),
    setBy: z.string(),
    setAt: z.iso.datetime(),
    voidedAt: z.iso.datetime().nullable().describe("Not null: it counts no longer"),
    voidedBy: z.string().nullable(),
    isInForce: z.boolean().describe("The newest of its quantity that is not voided: rules use this one"),
  })
  .meta({ id: "SiteBaseline", description: "What was measured when a site was commissioned" });
export type SiteBaseline = z.infer<typeof SiteBaseline>;

/** Four figures: what a sensor knows, and what a person can read. */
const FIGURES = 4;

/**
 * The baseline of one quantity.
 *
 * @param values what `read` gave, in order of time, without nulls
 */
export function findBaseline(quantity: BaselineName, values: readonly number[]): BaselineFinding {
  const { take, leastSamples } = BASELINES[quantity];
  const sorted = Float64Array.from(values).sort();
  const median = quantileOf(sorted, 0.5);
  const low = quantileOf(sorted, 0.25);
  const high = quantileOf(sorted, 0.75);
  const spread = low === null || high === null ? null : rounded(high - low);
  const mostSpread = mostSpreadOf(quantity, median);
  const found = take === "newest" ? (values.at(-1) ?? null) : median;
  const facts = { quantity, samples: values.length, leastSamples, spread, mostSpread };
  if (found === null || values.length < leastSamples) return { ...facts, value: null, lack: "too-few" };
  if (mostSpread !== null && spread !== null && spread > mostSpread) {
    return { ...facts, value: null, lack: "too-scattered" };
  }
  const value = take === "newest" ? found : rounded(found);
  return isPlausibleBaseline(quantity, value)
    ? { ...facts, value, lack: null }
    : { ...facts, value: null, lack: "implausible" };
}

/** Whether a plant can have it. */
export function isPlausibleBaseline(quantity: BaselineName, value: number): boolean {
  const [least, most] = BASELINES[quantity].limits;
  return value >= least && value <= most;
}

function mostSpreadOf(quantity: BaselineName, median: number | null): number | null {
  const { mostSpread } = BASELINES[quantity];
  if (mostSpread === null || median === null) return null;
  return rounded("share" in mostSpread ? mostSpread.share * Math.abs(median) : mostSpread.absolute);
}

function rounded(value: number): number {
  return Number(value.toPrecision(FIGURES));
}
