import type { PointName } from "../../points/catalogue.ts";

/** Lists that expressions may walk: points of one type and unit that belong together. */
export const POINT_LISTS = {
  tower_fans_running: ["tower_fan1_running", "tower_fan2_running", "tower_fan3_running"],
  exhaust_fans_running: ["exhaust_fan1_running", "exhaust_fan2_running"],
  box_powers_kw: ["box1_power_kw", "box2_power_kw"],
  phase_voltages_v: ["phase_a_voltage_v", "phase_b_voltage_v", "phase_c_voltage_v"],
  phase_currents_a: ["phase_a_current_a", "phase_b_current_a", "phase_c_current_a"],
  secondary_supply_temps_c: ["secondary1_supply_temp_c", "secondary2_supply_temp_c"],
  secondary_return_temps_c: ["secondary1_return_temp_c", "secondary2_return_temp_c"],
  valve_positions: ["valve1_position", "valve2_position"],
  coolant_metals_mg_l: ["coolant_aluminium_mg_l", "coolant_iron_mg_l", "coolant_copper_mg_l"],
} as const satisfies Record<string, readonly PointName[]>;

export type PointListName = keyof typeof POINT_LISTS;

/** The list of the controller's active fault bits: `"phase_failure" in faults`. */
export const FAULT_LIST = "faults";

export function isPointListName(name: string): name is PointListName {
  return Object.hasOwn(POINT_LISTS, name);
}
