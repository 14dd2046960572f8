import { POINTS, PointName } from "../../domain/points/catalogue.ts";
import { FAULTS, type FaultName } from "../../domain/points/faults.ts";
import type { PointValue, Snapshot } from "../../domain/telemetry/snapshot.ts";
import { createRounds, fleetOf } from "../web-load/fleet-snapshots.ts";

const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/**
 * Whole snapshots of a recorded reply, in which every point of the catalogue has a reading: the peers know no third state,
 * and equal hits are compared. A tenth of the sites has one to three faults, and readings past their limits.
 */
export function ruleSnapshots(sites: number): Snapshot[] {
  return createRounds(fleetOf(sites))(1).map((snapshot, place) => {
    const values: Record<string, PointValue> = { ...snapshot.values };
    for (const [column, point] of PointName.options.entries()) values[point] ??= readingOf(point, place, column);
    const isIll = place % 10 === 3;
    const faults = isIll ? FAULT_NAMES.filter((_, i) => (i + place) % 11 === 0) : [];
    if (isIll) values["circulation_pump_running"] = place % 20 === 3;
    return { ...snapshot, values, faults, quality: {} };
  });
}

/** Somewhere around the usual band. */
function readingOf(point: PointName, place: number, column: number): PointValue {
  const { type, band, limits, normal, words } = POINTS[point];
  if (type === "bool") return normal === true ? place % 17 !== column % 17 : place % 17 === column % 17;
  if (type !== "num") return words?.[(place + column) % words.length] ?? `v${place % 7}`;
  const low = band?.[0] ?? limits?.[0] ?? 0;
  const high = band?.[1] ?? limits?.[1] ?? low + 100;
  const share = ((place * 31 + column * 7) % 97) / 80;
  return Math.round((low + (high - low) * share) * 10) / 10;
}
