import type { ControllerView } from "../controller/controller-view.ts";
import { type EncodeContext, type JsonObject, round } from "./dialect.ts";

/** `coolerState` of the HK3 controller; vendor spelling. */
export function encodeCoolerState(view: ControllerView, context: EncodeContext): JsonObject {
  return { ok: true, method: "coolerState", params: { ...coolerState(view), ...variant(view, context) } };
}

function coolerState(view: ControllerView): JsonObject {
  const { readings, bits } = view;
  return {
    disconnect: view.plcLost,
    running_mode: view.isAutomatic,
    pid_mode: view.pidMode,
    circulating_pump: view.circulationPump,
    fluid_infusion_pump: view.makeupPump,
    spray_pump: view.sprayPump,
    fan1: view.boxFans[0],
    fan2: view.boxFans[1],
    cooling_tower_fan1: view.towerFans[0],
    cooling_tower_fan2: view.towerFans[1],
    cooling_tower_fan3: view.towerFans[2],
    supply_liquid_temp: round(readings.supplyTempC, 1),
    return_liquid_temp: round(readings.returnTempC, 1),
    supply_liquid_set_temp: round(view.setpointC, 1),
    supply_liquid_pressure: round(readings.supplyPressureKpa / 1000, 3),
    return_liquid_pressure: round(readings.returnPressureKpa / 1000, 3),
    supply_liquid_flow: round(readings.flowM3h, 1),
    colding_tower_inlet_temp: round(readings.towerInletC, 1),
    antbox_internal_temp: round(readings.containerTempC, 1),
    antbox_internal_humidity: round(readings.containerRhPct, 0),
    distribution_box1_power: Math.round(readings.box1Kw * 10) * 100,
    distribution_box2_power: Math.round(readings.box2Kw * 10) * 100,
    longitude_direction: 0,
    longitude: 0,
    latitude_direction: 0,
    latitude: 0,
    power_fault: bits.power,
    liquid_level_low: bits.tankLow,
    circulating_pump_fault: bits.circulationPump,
    fan1_fault: bits.boxFans[0],
    fan2_fault: bits.boxFans[1],
    fluid_infusion_pump_fault: bits.makeupPump,
    spray_pump_fault: bits.sprayPump,
    cooling_tower_fan1_fault: bits.towerFans[0],
    cooling_tower_fan2_fault: bits.towerFans[1],
    cooling_tower_fan3_fault: bits.towerFans[2],
    leakage_fault: bits.leak,
    supply_liquid_temp_high: bits.supplyTempHigh,
    supply_liquid_temp_too_high: bits.supplyTempTooHigh,
    supply_liquid_pressure_high: bits.supplyPressureHigh,
    return_liquid_pressure_low: bits.returnPressureLow,
    supply_liquid_flow_low: bits.flowLow,
    freezing_alarm: bits.freezing,
    cooling_tower_liquid_level_low: bits.towerLow,
  };
}

function variant(view: ControllerView, { firmware, witness }: EncodeContext): JsonObject {
  const fields: JsonObject = {};
  if (firmware === "extra") Object.assign(fields, { plc_version: "2.14", door_state: 0, reserve1: null });
  if (firmware === "extended") Object.assign(fields, extendedFields(view));
  if (witness !== null) fields["power_a_distribution"] = witness;
  return fields;
}

/** Fields seen on some firmwares only. */
function extendedFields(view: ControllerView): JsonObject {
  return {
    power_relay_fault: false,
    phasefailure: false,
    second_pump1_fault: false,
    second_pump2_fault: false,
    liquid_level_high: view.tankLevelPct > 98,
    fan_fault: view.bits.boxFans[0] || view.bits.boxFans[1],
    supply_liquid_temp_fault: false,
    return_liquid_temp_fault: false,
    power_a_distribution: round(view.box1EnergyKwh, 1),
    power_b_distribution: round(view.box2EnergyKwh, 1),
  };
}

/** `minerInfo`, of HK3 and immersion alike. */
export function encodeMinerInfo(view: ControllerView, context: EncodeContext): JsonObject {
  const details: JsonObject = {};
  const perMinerThs = view.minersOnline > 0 ? view.hashrateTh / view.minersOnline : 0;
  for (let miner = 0; miner < Math.min(context.minerDetails, view.minersOnline); miner += 1) {
    // a pattern of ± 1.5 % and 3 K, the same at every poll
    const spread = ((miner * 7) % 13) - 6;
    details[`10.${1 + (context.siteNumber >> 8)}.${context.siteNumber & 255}.${11 + miner}`] = {
      miner_type: "S19 XP Hyd",
      miner_version: "2024.05.17",
      elapsed: Math.round(view.uptimeS),
      GHS_5s: round(perMinerThs * (1 + spread / 400), 1),
      GHS_avg: round(perMinerThs, 1),
      pcb_max_temp: round(view.pcbMaxC - 3 + spread / 2, 0),
      chip_max_temp: round(view.chipMaxC - 3 + spread / 2, 0),
    };
  }
  return {
    ok: true,
    method: "minerInfo",
    params: {
      miner_num: view.minersOnline,
      total_hashrate: round(view.hashrateTh, 0),
      pcb_max_temp: round(view.pcbMaxC, 0),
      chip_max_temp: round(view.chipMaxC, 0),
      chip_temp_mean: 0,
      miner_info: details,
    },
  };
}

/** `sensorData`: the operation is real, no public sample of its fields exists; these names are constructed. */
export function encodeSensorData(view: ControllerView): JsonObject {
  const { readings } = view;
  const phaseA = round(((readings.box1Kw + readings.box2Kw) * 1000) / (3 * 230), 1);
  return {
    ok: true,
    method: "sensorData",
    params: {
      temperature: round(readings.containerTempC, 1),
      humidity: round(readings.containerRhPct, 0),
      voltage: [230.4, 230.9, 229.8],
      current: [phaseA, round(phaseA * 1.01, 1), round(phaseA * 0.99, 1)],
      smoke: false,
      surge_protector: false,
    },
  };
}
