import { setTimeout as sleep } from "node:timers/promises";
import { FRESH_S } from "../../domain/commands/interlocks/fresh-data.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { CommandClock, CommandedPlant } from "./sender-ports.ts";

/** A poll and the way through the flow; what takes longer is told as stale. Shorter than a claim lasts. */
const WITHIN_MS = 6_000;
/** For the flow, after the poll has ended. */
const FLOW_MS = 2_000;
const LOOK_MS = 20;
/** How long a site stays watched after it was polled out of turn: its next round could lie a minute ahead. */
const WATCH_S = 60;

/**
 * Polls a site now and waits until the reading has come through the flow.
 *
 * @returns the newest snapshot, which is as old as it is when no reading came
 */
export async function freshReading(
  plant: CommandedPlant,
  siteId: string,
  { wallMs, monotonicMs }: CommandClock,
): Promise<Snapshot | null> {
  const isFresh = (): boolean => {
    const latest = plant.latest(siteId);
    return latest !== undefined && wallMs() - Date.parse(latest.collectedAt) <= FRESH_S * 1000;
  };
  const startedMs = monotonicMs();
  let endMs = startedMs + WITHIN_MS;
  plant.watch(siteId, WATCH_S);
  const stopAt = (ms: number): void => {
    endMs = Math.min(endMs, ms);
  };
  void plant.pollNow(siteId).then(
    (comes) => stopAt(monotonicMs() + (comes ? FLOW_MS : 0)),
    () => stopAt(monotonicMs()),
  );
  while (!isFresh() && monotonicMs() < endMs) await sleep(LOOK_MS);
  return plant.latest(siteId) ?? null;
}
