import type { FaultName } from "../../points/faults.ts";
import type { PointReading } from "../expression/point-reading.ts";

/** A fault bit that the controller has set now and had not set at the reading before. */
export type Onset = { readonly siteId: string; readonly fault: FaultName; readonly atMs: number };

/** Watches when controllers set the faults of a list. */
export interface TripWatch {
  /** @returns what came up with this reading; a bit that could not be read stays as it was */
  take(siteId: string, atMs: number, reading: PointReading): readonly Onset[];
  /** Since when the controller of a site has had one of these faults; the longest first. */
  standing(siteId: string, faults: ReadonlySet<FaultName>): Onset | null;
}

const NONE: readonly Onset[] = [];

export function createTripWatch(watched: ReadonlySet<FaultName>): TripWatch {
  const sinceMs = new Map<string, Map<FaultName, number>>();

  return {
    take(siteId, atMs, { faults, unknownFaults }) {
      const known = sinceMs.get(siteId);
      if (known === undefined) {
        // What stands at the first reading did not come up here: its begin is unknown.
        const standing = faults.filter((fault): fault is FaultName => watched.has(fault as FaultName));
        sinceMs.set(siteId, new Map(standing.map((fault) => [fault, atMs])));
        return NONE;
      }
      if (faults.length === 0 && known.size === 0) return NONE;
      for (const fault of known.keys()) {
        if (!faults.includes(fault) && !unknownFaults.includes(fault)) known.delete(fault);
      }
      const begun = (faults as readonly FaultName[]).filter((fault) => watched.has(fault) && !known.has(fault));
      for (const fault of begun) known.set(fault, atMs);
      return begun.map((fault) => ({ siteId, fault, atMs }));
    },

    standing(siteId, faults) {
      let first: Onset | null = null;
      for (const [fault, atMs] of sinceMs.get(siteId) ?? []) {
        if (faults.has(fault) && (first === null || atMs < first.atMs)) first = { siteId, fault, atMs };
      }
      return first;
    },
  };
}
