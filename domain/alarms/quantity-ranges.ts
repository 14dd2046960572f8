import type { PointName } from "../points/catalogue.ts";
import {
  FULL_FAN_HZ,
  LEAST_FLOW_M3H,
  LEAST_POWER_KW,
  type QuantityName,
  TOWER_FANS,
  USUAL_RATED_KW,
} from "./quantities.ts";
import { exactly, hullOf, minusRange, ratioRange, timesRange } from "./range.ts";
import { MAY_FAIL, MAY_HOLD, type Range, type Zone } from "./zone.ts";

/** Between which the values of a quantity lie in a zone, as `QUANTITIES` computes them; null: it has none there. */
export const QUANTITY_RANGES: Readonly<Record<QuantityName, (zone: Zone) => Range | null>> = {
  hydraulic_resistance: (zone) => {
    const flow = numbers(zone, "supply_flow_m3h");
    const drop = minusRange(numbers(zone, "supply_pressure_kpa"), numbers(zone, "return_pressure_kpa"));
    if (flow === null || flow.high < LEAST_FLOW_M3H) return null;
    const low = Math.max(flow.low, LEAST_FLOW_M3H);
    return ratioRange(drop, { low: low * low, high: flow.high * flow.high }, 1);
  },
  heat_balance_pct: (zone) =>
    percent(numbers(zone, "heat_removed_kw"), numbers(zone, "total_power_kw"), LEAST_POWER_KW),
  // The smallest of those that are known: any of them may be the only one.
  coldest_liquid_c: (zone) =>
    (["supply_temp_c", "tower_outlet_temp_c", "tower_inlet_temp_c"] as const).reduce<Range | null>(
      (hull, point) => hullOf(hull, numbers(zone, point)),
      null,
    ),
  supply_over_return_k: (zone) => minusRange(numbers(zone, "supply_temp_c"), numbers(zone, "return_temp_c")),
  load_pct: (zone) => percent(numbers(zone, "total_power_kw"), exactly(zone.facts.ratedPowerKw ?? USUAL_RATED_KW), 1),
  tower_fan_pct: (zone) =>
    hullOf(
      percent(numbers(zone, "tower_fan_freq_hz"), exactly(FULL_FAN_HZ), 1),
      percent(runningFans(zone), exactly(TOWER_FANS.length), 1),
    ),
  tower_fans_running: runningFans,
  hashrate_per_expected_miner_th: (zone) =>
    ratioRange(numbers(zone, "hashrate_th"), numbers(zone, "miners_expected"), 1),
  miners_online_pct: (zone) => percent(numbers(zone, "miners_online"), numbers(zone, "miners_expected"), 1),
  ppue_cooling: (zone) => {
    const share = ratioRange(numbers(zone, "cooling_power_kw"), numbers(zone, "it_power_kw"), LEAST_POWER_KW);
    return share === null ? null : timesRange(share, 1, 1);
  },
};

function numbers(zone: Zone, point: PointName): Range | null {
  return zone.numbers[point] ?? null;
}

function percent(part: Range | null, whole: Range | null, leastWhole: number): Range | null {
  const share = ratioRange(part, whole, leastWhole);
  return share === null ? null : timesRange(share, 100, 0);
}

function runningFans({ states }: Zone): Range | null {
  let low = 0;
  let high = 0;
  for (const fan of TOWER_FANS) {
    const state = states[fan] ?? 0;
    if ((state & (MAY_HOLD | MAY_FAIL)) === 0) return null;
    if ((state & MAY_FAIL) === 0) low++;
    if ((state & MAY_HOLD) !== 0) high++;
  }
  return { low, high };
}
