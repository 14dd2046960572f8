import type { PointName } from "../../domain/points/catalogue.ts";

/** Questions that come up again and again, each with the points that answer it. Names: `trend.preset.<name>` in locales. */
export const PRESETS = {
  loop: [
    "supply_temp_c",
    "return_temp_c",
    "supply_flow_m3h",
    "supply_pressure_kpa",
    "return_pressure_kpa",
    "circulation_pump_running",
  ],
  rejection: [
    "tower_inlet_temp_c",
    "tower_outlet_temp_c",
    "supply_temp_c",
    "ambient_wet_bulb_c",
    "approach_wetbulb_k",
    "tower_fan_freq_hz",
    "tower_fan1_running",
    "tower_fan2_running",
    "tower_fan3_running",
    "spray_pump_running",
  ],
  power: ["total_power_kw", "box1_power_kw", "box2_power_kw", "heat_removed_kw", "efficiency_j_th", "power_factor"],
  water: [
    "makeup_pump_starts_24h",
    "tank_level_pct",
    "makeup_pump_running",
    "tank_level_low",
    "tower_level_low",
    "leak_detected",
  ],
  dew: ["supply_temp_c", "container_dew_point_c", "dew_point_margin_k", "container_temp_c", "container_rh_pct"],
  mining: ["hashrate_th", "chip_temp_max_c", "pcb_temp_max_c", "miners_online", "efficiency_j_th"],
  polling: ["poll_latency_ms", "clock_skew_s", "plc_disconnect"],
} as const satisfies Readonly<Record<string, readonly PointName[]>>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/**
 * The points of a preset that a site has.
 *
 * @param present what the chosen sites report; null or empty = not known, so all
 */
export function pointsOfPreset(name: PresetName, present: ReadonlySet<string> | null): readonly PointName[] {
  const all: readonly PointName[] = PRESETS[name];
  const known = present ? all.filter((point) => present.has(point)) : [];
  return known.length > 0 ? known : all;
}

/** The set-point that belongs to a reading: drawn with it, as a dashed line. */
export const SETPOINT_OF: Readonly<Partial<Record<PointName, PointName>>> = { supply_temp_c: "supply_temp_setpoint_c" };
