import type { Snapshot } from "../telemetry/snapshot.ts";

/** Oldest readings that an interlock may be judged on, s [J]. */
export const FRESH_S = 15;
/** Clocks of two machines differ; a snapshot from further in the future would look fresh for too long, s [J]. */
const AHEAD_S = 5;

/** Age of a snapshot, s; below 0: it comes from a clock that is ahead. */
export function ageOf({ collectedAt }: Pick<Snapshot, "collectedAt">, nowMs: number): number {
  return (nowMs - Date.parse(collectedAt)) / 1000;
}

/** Whether a command may be judged on it. What is not, whoever judges polls the site for; no snapshot is never fresh. */
export function isFresh(snapshot: Pick<Snapshot, "collectedAt"> | null | undefined, nowMs: number): boolean {
  if (snapshot === null || snapshot === undefined) return false;
  const ageS = ageOf(snapshot, nowMs);
  return ageS >= -AHEAD_S && ageS <= FRESH_S;
}
