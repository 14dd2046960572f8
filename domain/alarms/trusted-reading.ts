import type { PointName } from "../points/catalogue.ts";
import type { PointValue } from "../telemetry/snapshot.ts";
import type { PointReading } from "./expression/point-reading.ts";

/** The number that a rule may judge; null when there is none, or a doubtful one. */
export function trustedNumber({ values }: PointReading, point: PointName): number | null {
  const value = values[point];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The value that a rule may judge, of any type; null when there is none, or a doubtful one. */
export function trustedValue({ values }: PointReading, point: PointName): PointValue {
  const value = values[point];
  return value === undefined || Number.isNaN(value) ? null : value;
}
