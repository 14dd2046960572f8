import type { PointValue } from "../telemetry/snapshot.ts";
import { FAULTS, type FaultName } from "./faults.ts";

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

/** How bad each canonical fault is, which rule says so, and its name on a tile where the label is too long. */
type Grade = readonly [severity: Severity, source: string, shortEn?: string];
const GRADES: Readonly<Record<FaultName, Grade>> = {
  circulation_pump_fault: [1, "R02", "Circ. pump fault"],
  supply_temp_too_high: [1, "R03", "Supply too hot"],
  return_pressure_low: [1, "R05", "Return press. low"],
  power_fault: [1, "R08"],
  power_relay_fault: [1, "R08"],
  phase_failure: [1, "R08"],
  supply_temp_high: [2, "R11", "Supply temp. high"],
  supply_pressure_high: [2, "R12", "Supply press. high"],
  supply_flow_low: [2, "R14"],
  makeup_pump_fault: [2, "R16"],
  spray_pump_fault: [2, "R17"],
  tower_fan1_fault: [3, "R18"],
  tower_fan2_fault: [3, "R18"],
  tower_fan3_fault: [3, "R18"],
  supply_temp_sensor_fault: [3, "R27", "Supply T sensor"],
  return_temp_sensor_fault: [3, "R27", "Return T sensor"],
  exhaust_fan_fault: [3, "J"],
  exhaust_fan1_fault: [3, "J"],
  exhaust_fan2_fault: [3, "J"],
  power_distribution_fault: [1, "R08 J", "Power distribution"],
  dry_cooler_mains_fault: [2, "R18 J", "Dry cooler mains"],
  dry_cooler_inverter_fault: [2, "R18 J", "Dry cooler inverter"],
  return_temp_too_high: [1, "R03 J", "Return too hot"],
  return_temp_high: [2, "R11 J", "Return temp. high"],
  cabinet_temp_high: [2, "J", "Cabinet temp. high"],
  level_sensor_fault: [3, "R27", "Level sensor fault"],
  smoke_sensor_fault: [3, "R27", "Smoke sensor fault"],
  second_pump1_fault: [3, "J", "2nd pump 1 fault"],
  second_pump2_fault: [3, "J", "2nd pump 2 fault"],
};

/** Canonical fault bits of the controllers: the names that snapshots carry in `faults`. */
export const CONTROLLER_FAULTS: Readonly<Record<string, FaultDefinition>> = Object.fromEntries(
  Object.entries(GRADES).map(([name, [severity, source, shortEn]]) => {
    const { label } = FAULTS[name as FaultName];
    return [name, fault(severity, label["zh-CN"], label.en, source, shortEn)];
  }),
);

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
