import { setTimeout as sleep } from "node:timers/promises";
import { isFresh } from "../../domain/commands/freshness.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { CommandClock, CommandedPlant } from "./sender-ports.ts";

/** Some polls and the way through the flow; what takes longer is told as stale. Shorter than a claim lasts. */
const WITHIN_MS = 6_000;
/** For the flow, after the poll has ended. */
const FLOW_MS = 2_000;
/** Until a site is asked again: one that this process has just got is not on the list of its polls yet, and a poll may fail. */
const AGAIN_MS = 500;
const LOOK_MS = 20;
/** How long a site stays watched after it was polled out of turn: its next round could lie a minute ahead. */
const WATCH_S = 60;

/**
 * Polls a site now, again while no reading comes, and waits until one has come through the flow.
 *
 * @returns the newest snapshot, which is as old as it is when no reading came
 */
export async function freshReading(
  plant: CommandedPlant,
  siteId: string,
  { wallMs, monotonicMs }: CommandClock,
): Promise<Snapshot | null> {
  const endMs = monotonicMs() + WITHIN_MS;
  let askAtMs = monotonicMs();
  const ask = async (): Promise<void> => {
    askAtMs = Number.POSITIVE_INFINITY;
    plant.watch(siteId, WATCH_S);
    const comes = await plant.pollNow(siteId).catch(() => false);
    askAtMs = monotonicMs() + (comes ? FLOW_MS : AGAIN_MS);
  };
  while (!isFresh(plant.latest(siteId), wallMs()) && monotonicMs() < endMs) {
    if (monotonicMs() >= askAtMs) void ask();
    await sleep(LOOK_MS);
  }
  return plant.latest(siteId) ?? null;
}
