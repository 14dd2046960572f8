/** Replies of dialect A (domain.md §2.2–2.3) with values that differ from variant to variant, about 1.6 KB and 0.6 KB. */
export function coolerStateReply(variant: number): string {
  const faults = [
    "power_fault liquid_level_low circulating_pump_fault fan1_fault fan2_fault fluid_infusion_pump_fault",
    "spray_pump_fault cooling_tower_fan1_fault cooling_tower_fan2_fault cooling_tower_fan3_fault leakage_fault",
    "supply_liquid_temp_high supply_liquid_temp_too_high supply_liquid_pressure_high return_liquid_pressure_low",
    "supply_liquid_flow_low freezing_alarm cooling_tower_liquid_level_low",
  ].flatMap((line) => line.split(" "));
  return JSON.stringify({
    ok: true,
    method: "coolerState",
    params: {
      disconnect: false,
      running_mode: true,
      pid_mode: variant % 2 === 0,
      circulating_pump: true,
      fluid_infusion_pump: false,
      spray_pump: true,
      fan1: true,
      fan2: false,
      cooling_tower_fan1: true,
      cooling_tower_fan2: true,
      cooling_tower_fan3: true,
      supply_liquid_temp: 35 + variant / 100,
      return_liquid_temp: 43 + variant / 100,
      supply_liquid_set_temp: 35,
      supply_liquid_pressure: 0.29,
      return_liquid_pressure: 0.12,
      supply_liquid_flow: 94.6,
      colding_tower_inlet_temp: 42.8,
      antbox_internal_temp: 38.4,
      antbox_internal_humidity: 31,
      distribution_box1_power: 463_200 + variant,
      distribution_box2_power: 457_800 + variant,
      longitude_direction: 0,
      longitude: 0,
      latitude_direction: 0,
      latitude: 0,
      ...Object.fromEntries(faults.map((fault) => [fault, false])),
    },
  });
}

export function minerInfoReply(variant: number): string {
  const miner = (offset: number): Record<string, unknown> => ({
    miner_type: "S19 XP Hyd",
    miner_version: "Antminer S19 XP Hyd. 2024",
    elapsed: 86_400 + variant + offset,
    GHS_5s: 252.9,
    GHS_avg: 253.2,
    pcb_max_temp: 55,
    chip_max_temp: 69,
  });
  return JSON.stringify({
    ok: true,
    method: "minerInfo",
    params: {
      miner_num: 187,
      total_hashrate: 47_311 + variant,
      pcb_max_temp: 58,
      chip_max_temp: 71,
      chip_temp_mean: 0,
      miner_info: { "miner-001": miner(1), "miner-002": miner(2) },
    },
  });
}

/** A whole HTTP/1.1 answer, made once. */
export function httpReply(body: string): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}
