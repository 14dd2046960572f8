import { expect } from "vitest";
import type { CommandLedger } from "../../../adapters/commands/ledger.ts";
import type { CommandClaim } from "../../../adapters/commands/send-command.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { renewLeases, takeLeases } from "../../../adapters/leases/lease-store.ts";
import { COLLECTOR_LEASES } from "../../../domain/collection/share-sites.ts";

const TTL_MS = 200;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** How commands are taken and sent: by the ledger, or in a way that is known to be wrong. */
export type Way = {
  claim(holder: string, tokens: ReadonlyMap<string, number>): Promise<readonly Pick<CommandClaim, "command">[]>;
  /** @returns whether the call may be made */
  begin(claim: Pick<CommandClaim, "command">): Promise<boolean>;
  end(claim: Pick<CommandClaim, "command">): Promise<unknown>;
  /** How long a plant may take for a call. */
  readonly mostCallMs?: number;
};

const MOST_CALL_MS = 15;

/** The plants: they note who called them for what, in order, and how many at once. */
export type Calls = { readonly id: string; readonly siteId: string }[];
export type Raced = {
  /** Of all plants, in order. */
  readonly calls: Calls;
  /** Calls that began while another one was under way at the same site. */
  readonly overlaps: number;
  /** Calls that were given up, because the sender had lost its right to them. */
  readonly refusals: number;
  /** How often the leases were taken by another holder. */
  readonly thefts: number;
};

/**
 * Lets holders steal each other's leases and send what is queued, until nothing is open. A holder that stalls does nothing
 * for longer than its leases live, as if its process were stopped, and goes on with what it believed before.
 *
 * @param random from 0 to 1
 */
export async function raceHolders(
  database: Database,
  ledger: CommandLedger,
  way: Way,
  random: () => number,
  holders: readonly string[] = ["a", "b"],
): Promise<Raced> {
  const calls: { id: string; siteId: string }[] = [];
  const busy = new Map<string, number>();
  let [overlaps, refusals, thefts, isOver] = [0, 0, 0, false];

  async function callPlant({ id, siteId }: { id: string; siteId: string }): Promise<void> {
    calls.push({ id, siteId });
    const others = busy.get(siteId) ?? 0;
    if (others > 0) overlaps += 1;
    busy.set(siteId, others + 1);
    await pause(1 + random() * (way.mostCallMs ?? MOST_CALL_MS));
    busy.set(siteId, (busy.get(siteId) ?? 1) - 1);
  }

  async function runHolder(holder: string): Promise<void> {
    let tokens: ReadonlyMap<string, number> = new Map();
    let stalledUntilMs = 0;
    /** Where a process may stop. */
    const mayStall = async () => {
      if (random() < 0.04) stalledUntilMs = performance.now() + TTL_MS + random() * 300;
      while (performance.now() < stalledUntilMs) await pause(10);
    };
    const keepLeases = async () => {
      while (!isOver) {
        await mayStall();
        const renewed = await renewLeases(database, COLLECTOR_LEASES, holder, TTL_MS);
        const taken = await takeLeases(database, COLLECTOR_LEASES, holder, TTL_MS);
        if (taken.size > 0) thefts += 1;
        tokens = new Map([...renewed, ...taken]);
        await pause(30);
      }
    };
    const send = async (claim: Pick<CommandClaim, "command">) => {
      await mayStall();
      if (!(await way.begin(claim))) {
        refusals += 1;
        return;
      }
      await mayStall();
      await callPlant(claim.command);
      await way.end(claim);
    };
    const sendAll = async () => {
      const underWay = new Set<Promise<void>>();
      while (!isOver) {
        await mayStall();
        for (const claim of await way.claim(holder, tokens)) {
          const sending = send(claim).finally(() => underWay.delete(sending));
          underWay.add(sending);
        }
        await ledger.reap();
        await pause(5);
      }
      await Promise.all(underWay);
    };
    await Promise.all([keepLeases(), sendAll()]);
  }

  const watch = async () => {
    try {
      await expect
        .poll(async () => (await database.query("select id from command where ended_at is null limit 1")).length, {
          timeout: 200_000,
          interval: 50,
        })
        .toBe(0);
    } finally {
      isOver = true;
    }
  };
  await Promise.all([watch(), ...holders.map(runHolder)]);
  return { calls, overlaps, refusals, thefts };
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
