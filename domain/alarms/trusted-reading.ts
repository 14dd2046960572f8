import type { PointName } from "../points/catalogue.ts";
import type { PointValue } from "../telemetry/snapshot.ts";
import type { PointReading } from "./expression/point-reading.ts";

/** The number that a rule may judge; null when there is none, or a doubtful one. */
export function trustedNumber({ values }: PointReading, point: PointName): number | null {
  return numberOf(values[point]);
}

/** The value that a rule may judge, of any type; null when there is none, or a doubtful one. */
export function trustedValue({ values }: PointReading, point: PointName): PointValue {
  return knownOf(values[point]);
}

/** A trusted reading as a number; null when it is none. */
export function numberOf(value: PointValue | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** A trusted reading of any type; null when there is none. */
export function knownOf(value: PointValue | undefined): PointValue {
  return value === undefined || Number.isNaN(value) ? null : value;
}
