import type { ControllerView } from "../controller/controller-view.ts";
import { type EncodeContext, type JsonObject, round } from "./dialect.ts";

/** `coolerState` of the ANTSPACE immersion controller: same envelope, other fields; vendor spelling. */
export function encodeImmersionState(view: ControllerView, context: EncodeContext): JsonObject {
  const fields = { ...switches(view), ...analogues(view), ...faultBits(view) };
  const params: JsonObject = context.witness === null ? fields : { ...fields, power_a_distribution: context.witness };
  return { ok: true, method: "coolerState", params };
}

function switches(view: ControllerView): JsonObject {
  const fansRun = view.towerFans.some(Boolean);
  return {
    protocol_version: 5,
    disconnect: view.plcLost,
    pid_mode: view.pidMode,
    running_mode: view.isAutomatic,
    pump_ready: true,
    pump_operation: view.circulationPump,
    one_pump: view.circulationPump,
    second_pump1: view.circulationPump,
    second_pump2: false,
    dry_cooler_freq_run: fansRun,
    container_fan: view.boxFans[0],
    valve1_open: view.circulationPump,
    valve1_close: !view.circulationPump,
    valve2_open: view.circulationPump,
    valve2_close: !view.circulationPump,
  };
}

function analogues(view: ControllerView): JsonObject {
  const { readings } = view;
  const totalKw = readings.box1Kw + readings.box2Kw;
  const phaseA = (totalKw * 1000) / (3 * 226);
  return {
    supply_liquid_set_temp: round(view.setpointC, 1),
    primary_supply_temp: round(readings.supplyTempC, 1),
    primary_return_temp: round(readings.returnTempC, 1),
    second_supply_temp1: round(readings.supplyTempC - 2.1, 1),
    second_supply_temp2: round(readings.supplyTempC - 2, 1),
    second_return_temp1: round(readings.returnTempC - 2.4, 1),
    second_return_temp2: round(readings.returnTempC - 2.3, 1),
    out_temp: round(view.ambientTempC, 1),
    container_temp: round(readings.containerTempC, 1),
    container_humidity: round(readings.containerRhPct, 0),
    power_distribution_temp: round(readings.containerTempC + 4, 1),
    tank_a_level: round(view.tankLevelPct, 0),
    tank_b_level: round(view.tankLevelPct, 0),
    tank_c_level: round(view.tankLevelPct, 0),
    tank_d_level: round(view.tankLevelPct, 0),
    drycooler_freq: round(view.fanHz, 1),
    feedback_fre: round(view.fanHz, 1),
    vol_a_distribution: 2259,
    vol_b_distribution: 2263,
    vol_c_distribution: 2261,
    cur_a_distribution: round(phaseA, 1),
    cur_b_distribution: round(phaseA * 1.01, 1),
    cur_c_distribution: round(phaseA * 0.99, 1),
    distribution_box_power: round(totalKw / 100, 3),
    power_distribution: round(view.coolingPowerKw, 3),
  };
}

function faultBits(view: ControllerView): JsonObject {
  const { bits } = view;
  return {
    leakage_fault: bits.leak,
    supply_liquid_temp_high: bits.supplyTempHigh,
    supply_liquid_temp_too_high: bits.supplyTempTooHigh,
    return_liquid_temp_high: false,
    return_liquid_temp_too_high: false,
    pump_alarm: bits.circulationPump,
    dry_cooler_power_fre_fault: bits.towerFans.some(Boolean),
    dry_cooler_fre_conv: false,
    second_pump1_fault: false,
    second_pump2_fault: false,
    fan_fault: bits.boxFans.some(Boolean),
    phasefailure: false,
    supply_liquid_temp_fault: false,
    return_liquid_temp_fault: false,
    power_distribution_Fault: bits.power,
    power_distribution_temp_high: false,
    lever_sensor_fault: false,
    smoke_sensor_fault: false,
    lever_high: view.tankLevelPct > 98,
    lever_low: bits.tankLow,
  };
}
