import type { NestedCondition } from "json-rules-engine";

/**
 * The conditions of the 31 starter rules, as far as one sample shows them, in the languages of three engines. Written by
 * hand, each as its engine's manual would have it; CEL with decimals, because @marcbachmann/cel-js mixes no numbers.
 * What json-rules-engine cannot say (arithmetic, lists) are computed facts of `rule-engines.ts`.
 */
export type BenchCondition = {
  readonly id: string;
  readonly cel: string;
  readonly jsonata: string;
  readonly rules: NestedCondition;
};

const is = (fact: string, value: boolean | string = true): NestedCondition => ({ fact, operator: "equal", value });
const below = (fact: string, value: number | { fact: string }): NestedCondition => ({
  fact,
  operator: "lessThan",
  value,
});
const above = (fact: string, value: number | { fact: string }): NestedCondition => ({
  fact,
  operator: "greaterThan",
  value,
});
const atLeast = (fact: string, value: number): NestedCondition => ({
  fact,
  operator: "greaterThanInclusive",
  value,
});
const hasFault = (value: string): NestedCondition => ({ fact: "faults", operator: "contains", value });
const any = (...conditions: NestedCondition[]): NestedCondition => ({ any: conditions });
const all = (...conditions: NestedCondition[]): NestedCondition => ({ all: conditions });

export const BENCH_CONDITIONS: readonly BenchCondition[] = [
  { id: "leak", cel: "leak_detected", jsonata: "leak_detected", rules: is("leak_detected") },
  {
    id: "pump_fault",
    cel: '"circulation_pump_fault" in faults || (!circulation_pump_running && total_power_kw > 50.0)',
    jsonata: '"circulation_pump_fault" in faults or ($not(circulation_pump_running) and total_power_kw > 50)',
    rules: any(
      hasFault("circulation_pump_fault"),
      all(is("circulation_pump_running", false), above("total_power_kw", 50)),
    ),
  },
  {
    id: "supply_temp_too_high",
    cel: '"supply_temp_too_high" in faults || supply_temp_c >= 40.0',
    jsonata: '"supply_temp_too_high" in faults or supply_temp_c >= 40',
    rules: any(hasFault("supply_temp_too_high"), atLeast("supply_temp_c", 40)),
  },
  {
    id: "flow_loss",
    cel: "circulation_pump_running && supply_flow_m3h < 48.0",
    jsonata: "circulation_pump_running and supply_flow_m3h < 48",
    rules: all(is("circulation_pump_running"), below("supply_flow_m3h", 48)),
  },
  {
    id: "return_pressure_low",
    cel: '"return_pressure_low" in faults || return_pressure_kpa < 50.0',
    jsonata: '"return_pressure_low" in faults or return_pressure_kpa < 50',
    rules: any(hasFault("return_pressure_low"), below("return_pressure_kpa", 50)),
  },
  {
    id: "tank_level_low",
    cel: "tank_level_low || tank_level_pct < 30.0",
    jsonata: "tank_level_low or tank_level_pct < 30",
    rules: any(is("tank_level_low"), below("tank_level_pct", 30)),
  },
  {
    id: "freeze",
    cel: "freeze_alarm || supply_temp_c < 3.0 || tower_outlet_temp_c < 3.0",
    jsonata: "freeze_alarm or supply_temp_c < 3 or tower_outlet_temp_c < 3",
    rules: any(is("freeze_alarm"), below("supply_temp_c", 3), below("tower_outlet_temp_c", 3)),
  },
  {
    id: "power_fault",
    cel: '"power_fault" in faults || "phase_failure" in faults || "power_relay_fault" in faults',
    jsonata: '"power_fault" in faults or "phase_failure" in faults or "power_relay_fault" in faults',
    rules: any(hasFault("power_fault"), hasFault("phase_failure"), hasFault("power_relay_fault")),
  },
  { id: "smoke", cel: "smoke_detected", jsonata: "smoke_detected", rules: is("smoke_detected") },
  {
    id: "cooling_lost",
    cel: "!tower_fans_running.exists(f, f) && return_temp_c > 44.0",
    jsonata: "$not(true in tower_fans_running) and return_temp_c > 44",
    rules: all({ fact: "tower_fans_running", operator: "doesNotContain", value: true }, above("return_temp_c", 44)),
  },
  {
    id: "supply_temp_high",
    cel: '"supply_temp_high" in faults || supply_temp_c >= 37.0',
    jsonata: '"supply_temp_high" in faults or supply_temp_c >= 37',
    rules: any(hasFault("supply_temp_high"), atLeast("supply_temp_c", 37)),
  },
  {
    id: "supply_pressure_high",
    cel: '"supply_pressure_high" in faults || supply_pressure_kpa > 400.0',
    jsonata: '"supply_pressure_high" in faults or supply_pressure_kpa > 400',
    rules: any(hasFault("supply_pressure_high"), above("supply_pressure_kpa", 400)),
  },
  {
    id: "supply_pressure_low",
    cel: "supply_pressure_kpa < 200.0 && circulation_pump_running",
    jsonata: "supply_pressure_kpa < 200 and circulation_pump_running",
    rules: all(below("supply_pressure_kpa", 200), is("circulation_pump_running")),
  },
  {
    id: "flow_low",
    cel: '"supply_flow_low" in faults || (circulation_pump_running && supply_flow_m3h < 97.0)',
    jsonata: '"supply_flow_low" in faults or (circulation_pump_running and supply_flow_m3h < 97)',
    rules: any(hasFault("supply_flow_low"), all(is("circulation_pump_running"), below("supply_flow_m3h", 97))),
  },
  {
    id: "dew_point_margin",
    cel: "supply_temp_c < container_dew_point_c + 2.0",
    jsonata: "supply_temp_c < container_dew_point_c + 2",
    rules: below("supply_temp_c", { fact: "dew_point_limit_c" }),
  },
  {
    id: "makeup_pump_fault",
    cel: '"makeup_pump_fault" in faults',
    jsonata: '"makeup_pump_fault" in faults',
    rules: all(hasFault("makeup_pump_fault")),
  },
  {
    id: "spray_pump_fault",
    cel: '"spray_pump_fault" in faults && spray_pump_running',
    jsonata: '"spray_pump_fault" in faults and spray_pump_running',
    rules: all(hasFault("spray_pump_fault"), is("spray_pump_running")),
  },
  {
    id: "tower_fan_fault",
    cel: '["tower_fan1_fault", "tower_fan2_fault", "tower_fan3_fault"].filter(f, f in faults).size() >= 2',
    jsonata: '$count(["tower_fan1_fault", "tower_fan2_fault", "tower_fan3_fault"][$ in $$.faults]) >= 2',
    rules: atLeast("tower_fan_faults", 2),
  },
  {
    id: "chip_temp_high",
    cel: "chip_temp_max_c >= 75.0",
    jsonata: "chip_temp_max_c >= 75",
    rules: atLeast("chip_temp_max_c", 75),
  },
  {
    id: "contact_lost",
    cel: "plc_disconnect || last_seen_age_s > 180.0",
    jsonata: "plc_disconnect or last_seen_age_s > 180",
    rules: any(is("plc_disconnect"), above("last_seen_age_s", 180)),
  },
  {
    id: "phase_imbalance",
    cel: "phase_currents_a.exists(a, a > 1.1 * (phase_a_current_a + phase_b_current_a + phase_c_current_a) / 3.0)",
    jsonata: "$max(phase_currents_a) > 1.1 * (phase_a_current_a + phase_b_current_a + phase_c_current_a) / 3",
    rules: above("phase_current_max_a", { fact: "phase_current_limit_a" }),
  },
  {
    id: "tower_level_low",
    cel: "tower_level_low && !makeup_pump_running",
    jsonata: "tower_level_low and $not(makeup_pump_running)",
    rules: all(is("tower_level_low"), is("makeup_pump_running", false)),
  },
  {
    id: "makeup_too_often",
    cel: "makeup_pump_starts_24h > 3.0",
    jsonata: "makeup_pump_starts_24h > 3",
    rules: above("makeup_pump_starts_24h", 3),
  },
  {
    id: "filter_clogging",
    cel: "delta_pressure_kpa / (supply_flow_m3h * supply_flow_m3h) > 0.02",
    jsonata: "delta_pressure_kpa / (supply_flow_m3h * supply_flow_m3h) > 0.02",
    rules: above("flow_resistance", 0.02),
  },
  {
    id: "fouling",
    cel: "approach_wetbulb_k > 14.0 && tower_fans_running.all(f, f)",
    jsonata: "approach_wetbulb_k > 14 and $not(false in tower_fans_running)",
    rules: all(above("approach_wetbulb_k", 14), {
      fact: "tower_fans_running",
      operator: "doesNotContain",
      value: false,
    }),
  },
  {
    id: "supply_temp_low",
    cel: "supply_temp_c < 25.0 && hashrate_th > 1000.0",
    jsonata: "supply_temp_c < 25 and hashrate_th > 1000",
    rules: all(below("supply_temp_c", 25), above("hashrate_th", 1000)),
  },
  {
    id: "sensor_suspect",
    cel: "supply_temp_c > return_temp_c && total_power_kw > 300.0",
    jsonata: "supply_temp_c > return_temp_c and total_power_kw > 300",
    rules: all(above("supply_temp_c", { fact: "return_temp_c" }), above("total_power_kw", 300)),
  },
  {
    id: "hashrate_low",
    cel: "hashrate_th < 0.8 * 250.0 * miners_online",
    jsonata: "hashrate_th < 0.8 * 250 * miners_online",
    rules: below("hashrate_th", { fact: "hashrate_limit_th" }),
  },
  {
    id: "efficiency_bad",
    cel: "hashrate_th > 0.0 ? 1000.0 * total_power_kw / hashrate_th > 21.0 : false",
    jsonata: "hashrate_th > 0 ? 1000 * total_power_kw / hashrate_th > 21 : false",
    rules: all(above("hashrate_th", 0), above("efficiency_now_j_th", 21)),
  },
  {
    id: "fluid_quality",
    cel: "coolant_ph < 7.0 || coolant_ph > 9.0 || coolant_hardness_mg_l >= 120.0 || coolant_metals_mg_l.exists(m, m >= 50.0)",
    jsonata: "coolant_ph < 7 or coolant_ph > 9 or coolant_hardness_mg_l >= 120 or $max(coolant_metals_mg_l) >= 50",
    rules: any(
      below("coolant_ph", 7),
      above("coolant_ph", 9),
      atLeast("coolant_hardness_mg_l", 120),
      atLeast("coolant_metal_max_mg_l", 50),
    ),
  },
  {
    id: "housekeeping",
    cel: 'running_mode == "manual" || clock_skew_s > 30.0 || clock_skew_s < -30.0',
    jsonata: 'running_mode = "manual" or clock_skew_s > 30 or clock_skew_s < -30',
    rules: any(is("running_mode", "manual"), above("clock_skew_s", 30), below("clock_skew_s", -30)),
  },
];
