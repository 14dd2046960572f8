import { setTimeout as sleep } from "node:timers/promises";
import type { FaultQuota } from "./fault-quota.ts";
import type { FaultyProcess } from "./faulty-process.ts";

/** One place at which a process runs, and is started anew whenever it has been killed. */
export type FaultSlot = {
  start(): Promise<FaultyProcess>;
  readonly quota: FaultQuota;
  /** How long a stop lasts, seconds. */
  stopS(): number;
  readonly say: (text: string) => void;
};

/** A point that is not passed by then gives way to another one. */
const PASS_WITHIN_MS = 8_000;

/**
 * Lets the process suffer until the quota is used up.
 *
 * @returns the process as it runs at the end, unharmed, and how often it has ended by itself, which it should not
 */
export async function runFaultSlot({ start, quota, stopS, say }: FaultSlot) {
  let running = await start();
  let ownEnds = 0;
  for (let fault = quota.next(); fault !== null; fault = quota.next()) {
    const came = await running.suffer(fault, PASS_WITHIN_MS);
    if (came === null) continue;
    if (came === "ended") {
      ownEnds += 1;
      running = await start();
      continue;
    }
    quota.count(came);
    say(`${came.act} ${came.point}, ${quota.left()} to come`);
    if (came.act === "kill") {
      await running.exited();
      running = await start();
    } else {
      await sleep(stopS() * 1000);
      running.resume();
    }
  }
  await settle(running);
  return { running, ownEnds };
}

/** What was ordered last must not come after the end. */
async function settle(running: FaultyProcess): Promise<void> {
  const late = await running.suffer({ act: "kill", point: "none" }, 200);
  if (late === null || late === "ended") return;
  if (late.act === "stop") running.resume();
}
