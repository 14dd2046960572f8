import type { PointName } from "../../points/catalogue.ts";
import { isDoubtful } from "../../telemetry/quality.ts";
import type { PointValue, Snapshot } from "../../telemetry/snapshot.ts";

/** Trusted readings by point; a point that is absent or `null` is unknown. */
export type PointValues = Readonly<Partial<Record<PointName, PointValue>>>;

/**
 * What a condition is evaluated on. A plain record, because looking a constant name up in it is faster than asking a
 * function, and safe: only canonical names are ever looked up, and a value of another type than the catalogue says, a NaN
 * or an infinite one counts as unknown.
 */
export type PointReading = {
  readonly values: PointValues;
  /** Canonical faults that are active. */
  readonly faults: readonly string[];
  /** Canonical faults whose bit could not be read: neither active nor absent. */
  readonly unknownFaults: readonly string[];
};

const FAULT_MARK = "fault.";
const NONE: readonly string[] = [];

/** What of a snapshot may be trusted: doubtful values become `null`, and unreadable fault bits are unknown. */
export function trustedReading({
  values,
  quality,
  faults,
}: Pick<Snapshot, "values" | "quality" | "faults">): PointReading {
  let trusted: Record<string, PointValue | undefined> = values;
  let unknownFaults = NONE;
  for (const key in quality) {
    if (!isDoubtful(quality[key])) continue;
    if (key.startsWith(FAULT_MARK)) unknownFaults = [...unknownFaults, key.slice(FAULT_MARK.length)];
    else if ((trusted[key] ?? null) !== null) {
      if (trusted === values) trusted = { ...values };
      trusted[key] = null;
    }
  }
  if (unknownFaults.length === 0) return { values: trusted, faults, unknownFaults };
  const active = faults.filter((fault) => !unknownFaults.includes(fault));
  return { values: trusted, faults: active, unknownFaults };
}
