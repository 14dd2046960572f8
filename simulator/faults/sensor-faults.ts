import type { Dialect } from "../dialects/dialect.ts";
import { type Readings, SENSORS, type Sensor } from "../plant/measure.ts";
import { type ActiveFault, numberOf, textOf } from "./active-fault.ts";

const TEMPERATURES = ["supplyTempC", "returnTempC", "towerInletC", "containerTempC"] as const satisfies Sensor[];
const PRESSURES = ["supplyPressureKpa", "returnPressureKpa"] as const satisfies Sensor[];
/** What a pressure in bar is in the number that each dialect writes (MPa, kPa, already bar). */
const BAR_FACTOR: Readonly<Record<Dialect, number>> = { a: 10, immersion: 10, b: 0.01, c: 1, d: 0.01 };

/** What the sensors say under faults, which act in the order of their start. The plant itself is not touched. */
export function applySensorFaults(
  readings: Readings,
  faults: readonly ActiveFault[],
  plantMs: number,
  dialect: Dialect,
): Readings {
  return faults.reduce((values, fault) => applyOne(values, fault, plantMs, dialect), readings);
}

function applyOne(readings: Readings, fault: ActiveFault, plantMs: number, dialect: Dialect): Readings {
  switch (fault.kind) {
    case "sensor_frozen":
      return textOf(fault, "sensor") === "all" ? fault.heldReadings : withSensor(readings, fault, (_, held) => held);
    case "sensor_jump":
      return withSensor(readings, fault, (value) => value + numberOf(fault, "by"));
    case "sensor_drift": {
      const hours = (plantMs - fault.sinceMs) / 3_600_000;
      return withSensor(readings, fault, (value) => value + numberOf(fault, "perHour") * hours);
    }
    case "sensor_swapped":
      return swapped(readings, sensorOf(fault, "sensor"), sensorOf(fault, "with"));
    case "scale_1000":
      return withSensor(readings, fault, (value) => value * numberOf(fault, "factor"));
    case "unit_change":
      return inOtherUnit(readings, textOf(fault, "unit"), dialect);
    default:
      return readings;
  }
}

function sensorOf(fault: ActiveFault, name: string): Sensor {
  const sensor = Object.entries(SENSORS).find(([written]) => written === textOf(fault, name));
  if (sensor === undefined) throw new TypeError(`${fault.kind} has no sensor ${name}`);
  return sensor[1];
}

function withSensor(readings: Readings, fault: ActiveFault, change: (value: number, held: number) => number): Readings {
  const sensor = sensorOf(fault, "sensor");
  return { ...readings, [sensor]: change(readings[sensor], fault.heldReadings[sensor]) };
}

function swapped(readings: Readings, first: Sensor, second: Sensor): Readings {
  return { ...readings, [first]: readings[second], [second]: readings[first] };
}

function inOtherUnit(readings: Readings, unit: string, dialect: Dialect): Readings {
  const changed = { ...readings };
  if (unit === "fahrenheit") for (const sensor of TEMPERATURES) changed[sensor] = readings[sensor] * 1.8 + 32;
  if (unit === "bar") for (const sensor of PRESSURES) changed[sensor] = readings[sensor] * BAR_FACTOR[dialect];
  if (unit === "x10") for (const sensor of Object.values(SENSORS)) changed[sensor] = readings[sensor] * 10;
  return changed;
}
