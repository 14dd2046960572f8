import { type QueuedAlarm, queueScore } from "../../domain/alarms/queued-alarm.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** Sorted set: member = alarm id, score = its place, the most pressing lowest. For other programs; disposable. */
const QUEUE_KEY = "antbox:alarms";
const NEXT_KEY = "antbox:alarms:next";
const WRITE_TOGETHER_MS = 100;
const MEMBERS_PER_CALL = 500;

export type AlarmQueueOptions = {
  readonly connection: RedisConnection;
  /** From the database, which has the truth: of these ids, or (null) all. */
  readonly read: (ids: readonly string[] | null) => Promise<readonly QueuedAlarm[]>;
  /** True in the one process that makes the set anew. */
  readonly isOwner: () => boolean;
  /** For tests: how often it is made anew. */
  readonly rebuildMs?: number;
};

/** The alarms that want somebody, in Redis in the order of the list. */
export interface AlarmQueue {
  /** These have changed: their places are read and written again, soon and together. */
  changed(ids: readonly string[]): void;
  /** Makes the set anew, at once for whoever reads it. */
  rebuild(): void;
  /** Resolves when everything asked for so far is written or has failed; for shutdown and tests. */
  settled(): Promise<void>;
  stop(): void;
}

const REBUILD_MS = 60_000;

/**
 * What fails is forgotten: the set is made anew every minute, and each time Redis is there again. It is read from the
 * database each time, so that a change that two processes write in another order stands right after a minute at most.
 */
export function createAlarmQueue(options: AlarmQueueOptions): AlarmQueue {
  const { connection, read, isOwner, rebuildMs = REBUILD_MS } = options;
  const { client, state, onReady } = connection;
  const changedIds = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let queue: Promise<void> = Promise.resolve();

  function enqueue(work: () => Promise<void>): void {
    queue = queue.then(() => (state() === "connected" ? work().catch(() => undefined) : undefined));
  }

  async function add(key: string, alarms: readonly QueuedAlarm[]): Promise<void> {
    for (let start = 0; start < alarms.length; start += MEMBERS_PER_CALL) {
      const part = alarms.slice(start, start + MEMBERS_PER_CALL);
      await client.zadd(key, ...part.flatMap((alarm) => [queueScore(alarm), alarm.id]));
    }
  }

  async function writeChanged(ids: readonly string[]): Promise<void> {
    const queued = await read(ids);
    const present = new Set(queued.map(({ id }) => id));
    const gone = ids.filter((id) => !present.has(id));
    await add(QUEUE_KEY, queued);
    if (gone.length > 0) await client.zrem(QUEUE_KEY, ...gone);
  }

  async function writeAll(): Promise<void> {
    const queued = await read(null);
    await client.del(NEXT_KEY);
    await add(NEXT_KEY, queued);
    if (queued.length > 0) await client.rename(NEXT_KEY, QUEUE_KEY);
    else await client.del(QUEUE_KEY);
  }

  function flush(): void {
    timer = null;
    const ids = [...changedIds];
    changedIds.clear();
    enqueue(() => writeChanged(ids));
  }

  const rebuild = () => {
    if (isOwner()) enqueue(writeAll);
  };
  const unsubscribe = onReady(rebuild);
  const rebuilds = setInterval(rebuild, rebuildMs);
  rebuilds.unref();

  return {
    changed(ids) {
      for (const id of ids) changedIds.add(id);
      if (timer !== null) return;
      timer = setTimeout(flush, WRITE_TOGETHER_MS);
      timer.unref();
    },
    rebuild,
    settled: () => queue,
    stop() {
      unsubscribe();
      clearInterval(rebuilds);
      if (timer !== null) clearTimeout(timer);
    },
  };
}
