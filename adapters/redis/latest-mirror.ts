import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** Field = site id, value = the snapshot's JSON. */
export const LATEST_KEY = "antbox:latest";
const FIELDS_PER_CALL = 500;
/** A stored slot further ahead than this is the work of a wrong clock, and may be overwritten. */
const AHEAD_MS = 600_000;

/**
 * Field, slot and snapshot three by three; forward only in slot, so that a process that was stopped for a while does not
 * put old values over the newer ones of the one that took its sites over. Slots are ISO times of one form.
 */
const WRITE_FORWARD = `
for i = 2, #ARGV, 3 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  local slot = old and string.match(old, '"slot":"([^"]+)"')
  if not slot or slot <= ARGV[i + 1] or slot > ARGV[1] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  end
end
return redis.status_reply('OK')`;

export type LatestMirrorOptions = {
  /** Whose snapshots this process writes: those of the sites it polls. Default: all. */
  isMine?(siteId: string): boolean;
  /** Whether there is such a site; the fields of others are removed. Default: those that the live state has. */
  isKnown?(siteId: string): boolean;
  /** Takes the written snapshots as JSON, after they were written. */
  publish?(texts: readonly string[]): void;
};

/** The latest state in a Redis hash, for other processes and programs. */
export type RedisLatestMirror = {
  write(moved: readonly Snapshot[], removed: readonly string[]): void;
  heal(all: ReadonlyMap<string, Snapshot>): void;
  /** Resolves when everything handed in so far is written or has failed; for shutdown and tests. */
  settled(): Promise<void>;
};

type Written = { readonly siteId: string; readonly slot: string; readonly text: string };

/**
 * Writes in order, one batch after the other, and forgets what fails: the next `heal` counts the fields, and writes its
 * own sites again when the hash was flushed, or Redis was away. So a copy is whole again one round after any accident.
 */
export function createLatestMirror(connection: RedisConnection, options: LatestMirrorOptions = {}): RedisLatestMirror {
  const { client, state, onReady } = connection;
  const { isMine = () => true, publish = () => undefined } = options;
  let queue: Promise<void> = Promise.resolve();
  let wholeFields = Number.NaN;

  onReady(markSuspect);

  function markSuspect(): void {
    wholeFields = Number.NaN;
  }

  function enqueue(work: () => Promise<void>): void {
    queue = queue.then(async () => {
      if (state() === "connected") await work().catch(markSuspect);
      else markSuspect();
    });
  }

  async function writeAll(snapshots: readonly Written[]): Promise<void> {
    const limit = new Date(Date.now() + AHEAD_MS).toISOString();
    for (let start = 0; start < snapshots.length; start += FIELDS_PER_CALL) {
      const part = snapshots.slice(start, start + FIELDS_PER_CALL);
      const words = part.flatMap(({ siteId, slot, text }) => [siteId, slot, text]);
      await client.eval(WRITE_FORWARD, 1, LATEST_KEY, limit, ...words);
    }
  }

  return {
    write(moved, removed) {
      const own = moved.filter(({ siteId }) => isMine(siteId)).map(written);
      enqueue(async () => {
        await writeAll(own);
        if (own.length > 0) publish(own.map(({ text }) => text));
        if (removed.length > 0) await client.hdel(LATEST_KEY, ...removed);
      });
    },
    heal(all) {
      const { isKnown = (siteId: string) => all.has(siteId) } = options;
      enqueue(async () => {
        if ((await client.hlen(LATEST_KEY)) === wholeFields) return;
        const stored = new Set(await client.hkeys(LATEST_KEY));
        const foreign = [...stored].filter((siteId) => !isKnown(siteId));
        if (foreign.length > 0) await client.hdel(LATEST_KEY, ...foreign);
        const isFirst = Number.isNaN(wholeFields);
        const missing = [...all.values()].filter(({ siteId }) => isMine(siteId) && (isFirst || !stored.has(siteId)));
        await writeAll(missing.map(written));
        wholeFields = await client.hlen(LATEST_KEY);
      });
    },
    settled: () => queue,
  };
}

function written(snapshot: Snapshot): Written {
  return { siteId: snapshot.siteId, slot: snapshot.slot, text: JSON.stringify(snapshot) };
}
