import type { PointValue } from "../telemetry/snapshot.ts";

/** 1 critical 紧急 · 2 high 严重 · 3 warning 警告 · 4 information 信息. */
export type Severity = 1 | 2 | 3 | 4;

/** What a fault is called on a screen, and how bad it is: the priority of the starter rule named in `source` (domain rules R01–R31). */
export type FaultDefinition = {
  readonly severity: Severity;
  readonly label: { readonly "zh-CN": string; readonly en: string };
  /** The same in at most 18 characters, for a tile; the label itself where that is short enough. */
  readonly short: { readonly "zh-CN": string; readonly en: string };
  /** The rule the severity comes from; J = engineering judgement, to be confirmed on site. */
  readonly source: string;
};

const fault = (severity: Severity, zh: string, en: string, source: string, shortEn = en): FaultDefinition => ({
  severity,
  label: { "zh-CN": zh, en },
  short: { "zh-CN": zh, en: shortEn },
  source,
});

/** Points that are themselves a fault while they are `true`; a snapshot does not repeat them in `faults`. */
export const FAULT_POINTS = {
  leak_detected: fault(1, "漏液", "Leak", "R01"),
  freeze_alarm: fault(1, "防冻报警", "Freeze alarm", "R07"),
  smoke_detected: fault(1, "烟感报警", "Smoke", "R09"),
  tank_level_low: fault(1, "储液箱液位低", "Tank level low", "R06"),
  plc_disconnect: fault(2, "控制器与PLC失联", "Controller has lost its PLC", "R20 J", "PLC lost"),
  tower_level_low: fault(3, "冷却塔液位低", "Tower level low", "R22"),
  tank_level_high: fault(3, "储液箱液位高", "Tank level high", "J"),
  spd_fault: fault(3, "防雷器故障", "Surge protector fault", "J", "Surge protector"),
} as const satisfies Record<string, FaultDefinition>;

/** Canonical fault bits of the controllers: the names that snapshots carry in `faults`. */
export const CONTROLLER_FAULTS = {
  circulation_pump_fault: fault(1, "循环泵故障", "Circulation pump fault", "R02", "Circ. pump fault"),
  supply_temp_too_high: fault(1, "供液温度过高", "Supply temperature too high", "R03", "Supply too hot"),
  return_pressure_low: fault(1, "回液压力低", "Return pressure low", "R05", "Return press. low"),
  power_fault: fault(1, "电源故障", "Power fault", "R08"),
  power_relay_fault: fault(1, "电源继电器故障", "Power relay fault", "R08"),
  phase_failure: fault(1, "缺相", "Phase failure", "R08"),
  supply_temp_high: fault(2, "供液温度高", "Supply temperature high", "R11", "Supply temp. high"),
  supply_pressure_high: fault(2, "供液压力高", "Supply pressure high", "R12", "Supply press. high"),
  supply_flow_low: fault(2, "供液流量低", "Supply flow low", "R14"),
  makeup_pump_fault: fault(2, "补液泵故障", "Make-up pump fault", "R16"),
  spray_pump_fault: fault(2, "喷淋泵故障", "Spray pump fault", "R17"),
  tower_fan1_fault: fault(3, "冷却塔风机1故障", "Tower fan 1 fault", "R18"),
  tower_fan2_fault: fault(3, "冷却塔风机2故障", "Tower fan 2 fault", "R18"),
  tower_fan3_fault: fault(3, "冷却塔风机3故障", "Tower fan 3 fault", "R18"),
  supply_temp_sensor_fault: fault(3, "供液温度传感器故障", "Supply temperature sensor fault", "R27", "Supply T sensor"),
  return_temp_sensor_fault: fault(3, "回液温度传感器故障", "Return temperature sensor fault", "R27", "Return T sensor"),
  exhaust_fan_fault: fault(3, "箱体风机故障", "Box fan fault", "J"),
  exhaust_fan1_fault: fault(3, "箱体风机1故障", "Box fan 1 fault", "J"),
  exhaust_fan2_fault: fault(3, "箱体风机2故障", "Box fan 2 fault", "J"),
  power_distribution_fault: fault(1, "配电故障", "Power distribution fault", "R08 J", "Power distribution"),
  dry_cooler_mains_fault: fault(2, "干冷器电源故障", "Dry cooler mains fault", "R18 J", "Dry cooler mains"),
  dry_cooler_inverter_fault: fault(2, "干冷器变频器故障", "Dry cooler inverter fault", "R18 J", "Dry cooler inverter"),
  return_temp_too_high: fault(1, "回液温度过高", "Return temperature too high", "R03 J", "Return too hot"),
  return_temp_high: fault(2, "回液温度高", "Return temperature high", "R11 J", "Return temp. high"),
  cabinet_temp_high: fault(2, "配电柜温度高", "Cabinet temperature high", "J", "Cabinet temp. high"),
  level_sensor_fault: fault(3, "液位传感器故障", "Level sensor fault", "R27", "Level sensor fault"),
  smoke_sensor_fault: fault(3, "烟感故障", "Smoke sensor fault", "R27", "Smoke sensor fault"),
  second_pump1_fault: fault(3, "二次泵1故障", "Second pump 1 fault", "J"),
  second_pump2_fault: fault(3, "二次泵2故障", "Second pump 2 fault", "J"),
} as const satisfies Record<string, FaultDefinition>;

const KNOWN: Readonly<Record<string, FaultDefinition>> = { ...FAULT_POINTS, ...CONTROLLER_FAULTS };

/** A fault that no table names is a warning under its own name: an unknown word must neither vanish nor wake anybody. */
export function faultDefinition(name: string): FaultDefinition {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known) return known;
  const words = name.replaceAll("_", " ");
  return fault(3, words, words.charAt(0).toUpperCase() + words.slice(1), "J");
}

/**
 * Every fault of one reading: the controller's fault bits and the fault points that are `true`, each once. This is the
 * one count of open faults: tiles, site page, site list and `openFaults` all use it. A missing bit is not a fault.
 */
export function activeFaults(
  values: Readonly<Record<string, PointValue | undefined>>,
  faults: readonly string[],
): readonly string[] {
  const points = Object.keys(FAULT_POINTS).filter((name) => values[name] === true && !faults.includes(name));
  return points.length === 0 ? faults : [...points, ...faults];
}
