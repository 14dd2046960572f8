import { z } from "zod";
import { type PointGroup, PointGroup as PointGroupSchema } from "./point.ts";

/** One canonical fault: a bit the controller itself sets. A bit that is a canonical point is no fault beside it. */
export const FaultDefinition = z.strictObject({
  group: PointGroupSchema,
  label: z.strictObject({ "zh-CN": z.string(), en: z.string() }),
  /** Evidence: a tag of docs/glossary.md. */
  source: z.string(),
});
export type FaultDefinition = z.infer<typeof FaultDefinition>;

function fault(group: PointGroup, source: string, zh: string, en: string): FaultDefinition {
  return { group, source, label: { "zh-CN": zh, en } };
}

const CATALOGUE = {
  power_fault: fault("power", "API", "电源故障", "Power fault"),
  power_relay_fault: fault("power", "AM", "电源继电器故障", "Power relay fault"),
  power_distribution_fault: fault("power", "IMM", "配电故障", "Power distribution fault"),
  phase_failure: fault("power", "AM, IMM", "缺相", "Phase failure"),
  cabinet_temp_high: fault("power", "IMM", "配电柜温度高", "Cabinet temperature high"),
  circulation_pump_fault: fault("loop", "API", "循环泵故障", "Circulation pump fault"),
  makeup_pump_fault: fault("loop", "API", "补液泵故障", "Make-up pump fault"),
  second_pump1_fault: fault("loop", "AM, IMM; meaning to confirm", "二次泵1故障", "Secondary pump 1 fault"),
  second_pump2_fault: fault("loop", "AM, IMM; meaning to confirm", "二次泵2故障", "Secondary pump 2 fault"),
  supply_temp_high: fault("loop", "API", "供液温度高", "Supply temperature high"),
  supply_temp_too_high: fault("loop", "API", "供液温度过高", "Supply temperature too high"),
  return_temp_high: fault("loop", "IMM", "回液温度高", "Return temperature high"),
  return_temp_too_high: fault("loop", "IMM", "回液温度过高", "Return temperature too high"),
  supply_pressure_high: fault("loop", "API", "供液压力高", "Supply pressure high"),
  return_pressure_low: fault("loop", "API", "回液压力低", "Return pressure low"),
  supply_flow_low: fault("loop", "API", "供液流量低", "Supply flow low"),
  supply_temp_sensor_fault: fault("loop", "AM, IMM", "供液温度传感器故障", "Supply temperature sensor fault"),
  return_temp_sensor_fault: fault("loop", "AM, IMM", "回液温度传感器故障", "Return temperature sensor fault"),
  level_sensor_fault: fault("loop", "IMM", "液位传感器故障", "Level sensor fault"),
  spray_pump_fault: fault("rejection", "API", "喷淋泵故障", "Spray pump fault"),
  tower_fan1_fault: fault("rejection", "API", "冷却塔风机1故障", "Tower fan 1 fault"),
  tower_fan2_fault: fault("rejection", "API", "冷却塔风机2故障", "Tower fan 2 fault"),
  tower_fan3_fault: fault("rejection", "API", "冷却塔风机3故障", "Tower fan 3 fault"),
  dry_cooler_mains_fault: fault("rejection", "IMM; meaning to confirm", "干冷器工频故障", "Dry cooler mains fault"),
  dry_cooler_inverter_fault: fault(
    "rejection",
    "IMM; meaning to confirm",
    "干冷器变频故障",
    "Dry cooler inverter fault",
  ),
  exhaust_fan1_fault: fault("environment", "API", "箱体风机1故障", "Box fan 1 fault"),
  exhaust_fan2_fault: fault("environment", "API", "箱体风机2故障", "Box fan 2 fault"),
  exhaust_fan_fault: fault("environment", "AM, IMM; which fan is not said", "箱体风机故障", "Box fan fault"),
  smoke_sensor_fault: fault("environment", "IMM", "烟感故障", "Smoke sensor fault"),
} satisfies Record<string, FaultDefinition>;

const FAULT_NAMES = Object.keys(CATALOGUE) as (keyof typeof CATALOGUE)[];

/** The name of a canonical fault: the same word in profiles, `faults` of a snapshot, rules and REST. */
export const FaultName = z.enum(FAULT_NAMES);
export type FaultName = z.infer<typeof FaultName>;

/** Every fault that a profile may fill, once, with its labels. */
export const FAULTS: Readonly<Record<FaultName, FaultDefinition>> = CATALOGUE;
