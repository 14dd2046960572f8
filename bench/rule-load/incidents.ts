import type { Database } from "../../adapters/database/database.ts";
import { DAY_MS, type Load } from "../history-load/fill.ts";

/** Something that goes wrong at one site for some minutes, every so many days. `set`: SQL for its rows; null: no answer. */
type Incident = { readonly minutes: number; readonly everyDays: number; readonly set: string | null };

const fault = (name: string) => `faults = '["${name}"]'`;
/** Made up, but each after a shipped rule: on a usual day 150 sites have some twenty of them. */
const INCIDENTS: readonly Incident[] = [
  { minutes: 40, everyDays: 1, set: "supply_temp_c = supply_temp_c + 3" },
  { minutes: 30, everyDays: 1, set: "supply_temp_c = supply_temp_c + 7" },
  {
    minutes: 12,
    everyDays: 1,
    set: `circulation_pump_running = false, supply_flow_m3h = 3, ${fault("circulation_pump_fault")}`,
  },
  { minutes: 20, everyDays: 3, set: "leak_detected = true" },
  // A pump that slows down: its head falls with the square of the flow.
  {
    minutes: 60,
    everyDays: 1,
    set: "supply_flow_m3h = supply_flow_m3h * 0.8, supply_pressure_kpa = return_pressure_kpa + 109",
  },
  { minutes: 25, everyDays: 2, set: "return_pressure_kpa = 40" },
  { minutes: 50, everyDays: 2, set: "tank_level_pct = 25" },
  { minutes: 30, everyDays: 1, set: "supply_pressure_kpa = 372" },
  { minutes: 30, everyDays: 2, set: "supply_pressure_kpa = 180" },
  { minutes: 45, everyDays: 1, set: fault("tower_fan1_fault") },
  { minutes: 45, everyDays: 2, set: fault("spray_pump_fault") },
  { minutes: 30, everyDays: 3, set: fault("makeup_pump_fault") },
  { minutes: 8, everyDays: 3, set: fault("phase_failure") },
  { minutes: 30, everyDays: 1, set: "chip_temp_max_c = 84" },
  { minutes: 40, everyDays: 1, set: "dew_point_margin_k = 1" },
  { minutes: 30, everyDays: 2, set: "supply_temp_c = 22" },
  { minutes: 90, everyDays: 1, set: "miners_online = 140, hashrate_th = hashrate_th * 0.74" },
  { minutes: 120, everyDays: 2, set: "return_temp_c = 43.3" },
  { minutes: 60, everyDays: 3, set: "supply_temp_c = supply_temp_c + 14" },
  {
    minutes: 180,
    everyDays: 2,
    set: "circulation_pump_running = false, total_power_kw = 3, hashrate_th = 0, supply_flow_m3h = 0",
  },
  { minutes: 60, everyDays: 3, set: "tower_level_low = true" },
  { minutes: 15, everyDays: 10, set: "smoke_detected = true" },
  { minutes: 60, everyDays: 3, set: "clock_skew_s = 45" },
  { minutes: 180, everyDays: 10, set: "approach_wetbulb_k = 18, tower_fan_freq_hz = 49" },
  { minutes: 150, everyDays: 10, set: "supply_pressure_kpa = 345, return_pressure_kpa = 105" },
  { minutes: 45, everyDays: 1, set: `quality = '{"supply_flow_m3h": "stale"}'` },
  { minutes: 20, everyDays: 1, set: null },
  { minutes: 3, everyDays: 1, set: null },
];
/** One poll in so many is lost. */
const LOST_ONE_IN = 700;
const TIMEOUT_MS = 900_000;

/**
 * Writes incidents into days that are filled, each day at other sites and hours, and loses some polls.
 *
 * @returns how many incidents there are
 */
export async function addIncidents(database: Database, { days, sites, endMs }: Load): Promise<number> {
  let count = 0;
  for (let day = 0; day < days; day++) {
    const dayMs = endMs - (day + 1) * DAY_MS;
    for (const [index, { minutes, everyDays, set }] of INCIDENTS.entries()) {
      if ((day + index) % everyDays !== 0) continue;
      const site = 1 + ((day * 37 + index * 53) % sites);
      const fromMs = dayMs + ((day * 7919 + index * 104_729) % (1440 - minutes)) * 60_000;
      const values = [site, new Date(fromMs).toISOString(), new Date(fromMs + minutes * 60_000).toISOString()];
      const where = "where site_id = $1 and slot >= $2::timestamptz and slot < $3::timestamptz";
      await database.query(set === null ? `delete from sample ${where}` : `update sample set ${set} ${where}`, values);
      count++;
    }
    await database.query(
      `delete from sample where slot >= $1::timestamptz and slot < $2::timestamptz
        and (site_id * 7919 + date_part('epoch', slot)::int8 / 60 * 104729) % ${LOST_ONE_IN} = 0`,
      [new Date(dayMs).toISOString(), new Date(dayMs + DAY_MS).toISOString()],
      { timeoutMs: TIMEOUT_MS },
    );
  }
  return count;
}
