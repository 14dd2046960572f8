import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** Field = site id, value = the snapshot's JSON. */
export const LATEST_KEY = "antbox:latest";
const FIELDS_PER_CALL = 500;

/** The latest state in a Redis hash, for other programs; the platform itself never reads it. */
export type RedisLatestMirror = {
  write(moved: readonly Snapshot[], removed: readonly string[]): void;
  heal(all: ReadonlyMap<string, Snapshot>): void;
  /** Resolves when everything handed in so far is written or has failed; for shutdown and tests. */
  settled(): Promise<void>;
};

/**
 * Writes in order, one batch after the other, and forgets what fails: the next `heal` counts the fields, and writes all of
 * them again when the hash was flushed, or Redis was away. So a copy is whole again one round after any accident.
 */
export function createLatestMirror({ client, state, onReady }: RedisConnection): RedisLatestMirror {
  let queue: Promise<void> = Promise.resolve();
  let isSuspect = true;

  onReady(() => {
    isSuspect = true;
  });

  function enqueue(work: () => Promise<void>): void {
    queue = queue.then(async () => {
      if (state() !== "connected") {
        isSuspect = true;
        return;
      }
      await work().catch(() => {
        isSuspect = true;
      });
    });
  }

  async function writeAll(snapshots: readonly Snapshot[]): Promise<void> {
    for (let start = 0; start < snapshots.length; start += FIELDS_PER_CALL) {
      const part = snapshots.slice(start, start + FIELDS_PER_CALL);
      await client.hset(LATEST_KEY, Object.fromEntries(part.map((one) => [one.siteId, JSON.stringify(one)])));
    }
  }

  return {
    write(moved, removed) {
      enqueue(async () => {
        await writeAll(moved);
        if (removed.length > 0) await client.hdel(LATEST_KEY, ...removed);
      });
    },
    heal(all) {
      enqueue(async () => {
        const isWhole = !isSuspect && (await client.hlen(LATEST_KEY)) === all.size;
        if (isWhole) return;
        const stored = await client.hkeys(LATEST_KEY);
        const foreign = stored.filter((siteId) => !all.has(siteId));
        if (foreign.length > 0) await client.hdel(LATEST_KEY, ...foreign);
        await writeAll([...all.values()]);
        isSuspect = false;
      });
    },
    settled: () => queue,
  };
}
