import { POINTS, type PointName } from "../../domain/points/catalogue.ts";
import type { PointValue } from "../../domain/telemetry/snapshot.ts";

/** A container at full load on a mild day [API]: what controllers say when nothing is wrong. */
const USUAL: Readonly<Partial<Record<PointName, number>>> = {
  supply_temp_c: 35.1,
  return_temp_c: 43.3,
  supply_temp_setpoint_c: 35,
  delta_temp_k: 8.2,
  heat_removed_kw: 885,
  supply_pressure_kpa: 290,
  return_pressure_kpa: 120,
  delta_pressure_kpa: 170,
  supply_flow_m3h: 94.6,
  circulation_pump_freq_hz: 45,
  makeup_pump_starts_24h: 1,
  tank_level_pct: 78,
  tower_inlet_temp_c: 34,
  tower_outlet_temp_c: 29,
  tower_fan_freq_hz: 32,
  approach_wetbulb_k: 5,
  container_temp_c: 38.4,
  container_rh_pct: 31,
  container_dew_point_c: 18,
  dew_point_margin_k: 16.8,
  ambient_temp_c: 28,
  box1_power_kw: 463,
  box2_power_kw: 458,
  total_power_kw: 921,
  it_power_kw: 900,
  cooling_power_kw: 21,
  clock_skew_s: 1,
  miners_expected: 189,
  miners_online: 187,
  hashrate_th: 47_311,
  chip_temp_max_c: 71,
  efficiency_j_th: 19.4,
};
const STEADY: ReadonlySet<PointName> = new Set([
  "supply_temp_setpoint_c",
  "makeup_pump_starts_24h",
  "miners_expected",
  "clock_skew_s",
]);
const RUNNING: ReadonlySet<PointName> = new Set([
  "circulation_pump_running",
  "spray_pump_running",
  "tower_fan1_running",
  "tower_fan2_running",
  "tower_fan3_running",
]);
/** Each day three sites in 150 are too hot for 40 minutes. */
const HOT = { every: 50, site: 7, fromSlot: 600, toSlot: 640, byK: 6 } as const;

/** SQL for a column of `sample` from `n`, the number of the slot, and `site`; null: the controller has no such point. */
export function plainDaySql(point: PointName): string {
  const usual = USUAL[point];
  if (usual === undefined) return wordOf(point) === undefined ? "null" : String(literal(wordOf(point)));
  if (STEADY.has(point)) return String(usual);
  const swing = `${usual} + ${usual / 200} * sin(n / 30.0 + site) + ${usual / 200} * random()`;
  const heat = `case when site % ${HOT.every} = ${HOT.site} and n % 1440 between ${HOT.fromSlot} and ${HOT.toSlot} then ${HOT.byK} else 0 end`;
  return `(floor((${swing}${point === "supply_temp_c" ? ` + ${heat}` : ""}) * 10) / 10)::real`;
}

/** The same values for one site and slot, in memory, as the collector and a bus hand them on. */
export function plainValues(site: number, slot: number): Partial<Record<PointName, PointValue>> {
  const values: Partial<Record<PointName, PointValue>> = {};
  for (const point of Object.keys(POINTS) as PointName[]) {
    const usual = USUAL[point];
    const word = wordOf(point);
    if (usual === undefined) {
      if (word !== undefined) values[point] = word;
      continue;
    }
    const swing = (usual / 200) * (Math.sin(slot / 30 + site) + ((site * 31 + slot * 17) % 97) / 97);
    const isHot =
      point === "supply_temp_c" && site % HOT.every === HOT.site && slot >= HOT.fromSlot && slot <= HOT.toSlot;
    values[point] = STEADY.has(point) ? usual : Math.floor((usual + swing + (isHot ? HOT.byK : 0)) * 10) / 10;
  }
  // Written point by point a record this large becomes a hash table; a snapshot, mapped or parsed, has a fixed shape.
  return { ...values };
}

function wordOf(point: PointName): boolean | string | undefined {
  if (RUNNING.has(point)) return true;
  if (point === "running_mode") return "auto";
  return POINTS[point].type === "bool" ? false : undefined;
}

function literal(word: boolean | string | undefined): string {
  return typeof word === "string" ? `'${word}'` : String(word);
}
