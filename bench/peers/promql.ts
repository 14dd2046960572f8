import type { Condition } from "../../domain/alarms/condition.ts";
import { QUANTITY_NAMES, type QuantityName, USUAL_RATED_KW } from "../../domain/alarms/quantities.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import { POINTS, PointName } from "../../domain/points/catalogue.ts";

/** Every series has the label `site`; each point is a metric of its name, 1 and 0 for a switch, each fault bit `fault_<name>`. */
export const faultMetric = (fault: string): string => `fault_${fault}`;

/** PromQL has no quantities: the same formulas, written out. Below the least flow and power ours says nothing, either. */
const QUANTITY_PROMQL: Readonly<Partial<Record<QuantityName, string>>> = {
  hydraulic_resistance:
    "((supply_pressure_kpa - return_pressure_kpa) / (supply_flow_m3h * supply_flow_m3h) and supply_flow_m3h >= 20)",
  coldest_liquid_c: '(min by (site) ({__name__=~"supply_temp_c|tower_outlet_temp_c|tower_inlet_temp_c"}))',
  heat_balance_pct: "(100 * heat_removed_kw / total_power_kw and total_power_kw >= 100)",
  supply_over_return_k: "(supply_temp_c - return_temp_c)",
  load_pct: `(100 * total_power_kw / ${USUAL_RATED_KW})`,
  tower_fan_pct: "(100 * tower_fan_freq_hz / 50)",
  tower_fans_running: "(tower_fan1_running + tower_fan2_running + tower_fan3_running)",
  hashrate_per_expected_miner_th: "(hashrate_th / miners_expected and miners_expected >= 1)",
  miners_online_pct: "(100 * miners_online / miners_expected and miners_expected >= 1)",
  ppue_cooling: "((it_power_kw + cooling_power_kw) / it_power_kw and it_power_kw >= 100)",
};

/**
 * The condition of a rule in PromQL: `or`, `and` and `unless` between series of the same site.
 *
 * Delays become `for` and `keep_firing_for`. What PromQL has not is left out, and makes it cheaper: deadbands, readings
 * that are doubtful or missing (unknown counts as false), escalation, suppression, life cycle.
 *
 * @returns null where the condition needs what a comparison of present values does not say: time, other sites, words
 */
export function promqlOf({ condition }: Rule): string | null {
  return translate(condition);
}

function translate(condition: Condition): string | null {
  switch (condition.kind) {
    case "any":
      return joined(partsOf(condition), "or on (site)");
    case "all":
      return joined(partsOf(condition), "and on (site)");
    case "fitted":
      return translate(condition["of"] as Condition);
    case "flag":
      return flag(condition);
    case "fault":
      return `(${faultMetric(String(condition["fault"]))} == 1)`;
    case "limit":
      return limit(condition);
    default:
      return null;
  }
}

function partsOf(condition: Condition): readonly Condition[] {
  return condition["of"] as readonly Condition[];
}

function joined(parts: readonly Condition[], operator: string): string | null {
  const texts = parts.map(translate);
  return texts.includes(null) ? null : `(${texts.join(` ${operator} `)})`;
}

function flag({ point, is }: Condition): string | null {
  if (typeof is !== "boolean") return null;
  return `(${String(point)} == ${is ? 1 : 0})`;
}

function limit({ point, op, limit }: Condition): string | null {
  const [value, bound] = [signal(String(point)), boundOf(limit)];
  return value === null || bound === null ? null : `(${value} ${String(op)} ${bound})`;
}

function signal(name: string): string | null {
  const point = PointName.options.find((one) => one === name);
  if (point !== undefined) return POINTS[point].type === "num" ? point : null;
  const quantity = QUANTITY_NAMES.find((one) => one === name);
  return quantity === undefined ? null : (QUANTITY_PROMQL[quantity] ?? null);
}

/** A site of the bench has no baselines: the number that stands in for one counts, for ours as well. */
function boundOf(limit: unknown): string | null {
  if (typeof limit === "number") return String(limit);
  if (typeof limit !== "object" || limit === null) return null;
  const { relativeTo, factor, offset, fallback } = limit as Readonly<Record<string, unknown>>;
  if (relativeTo === "setpoint") return `(supply_temp_setpoint_c * ${Number(factor)} + ${Number(offset)})`;
  return typeof fallback === "number" ? String(fallback * Number(factor) + Number(offset)) : null;
}
