import { setTimeout as sleep } from "node:timers/promises";
import type { RedisConnection } from "./redis-connection.ts";

/** List per site: ids of commands that have come into its queue. Whoever can write to Redis can write here. */
const keyOf = (siteId: string) => `antbox:doorbell:${siteId}`;
const MOST_ENTRIES = 100;
const KEPT_S = 300;
/** Shorter than the time limit of a call of the connection; then it listens for the sites of that moment. */
const LISTEN_S = 0.5;
const AGAIN_MS = 500;
/** However often somebody rings, the database is not asked more often than that. */
const LEAST_GAP_MS = 25;
const COMMAND_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Rings where the site is commanded from. What fails is forgotten: there it is looked for twice a second anyway. */
export function ringDoorbell({ client, state }: RedisConnection, siteId: string, commandId: string): void {
  if (state() !== "connected") return;
  const key = keyOf(siteId);
  const calls = client.pipeline().rpush(key, commandId).ltrim(key, -MOST_ENTRIES, -1).expire(key, KEPT_S);
  void calls.exec().catch(() => undefined);
}

export type DoorbellOptions = {
  /** Its own: it waits for the next entry nearly all the time. */
  readonly connection: RedisConnection;
  /** The sites whose commands this process sends. */
  readonly siteIds: () => readonly string[];
  /** Looks into the queue. An entry says nothing beyond that: which command, if any, is sent is said by the ledger. */
  readonly onRing: () => void;
};

/** @returns stop */
export function listenForDoorbell({ connection, siteIds, onRing }: DoorbellOptions): () => void {
  const { client, state } = connection;
  const closing = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let rungMs = Number.NEGATIVE_INFINITY;

  function ring(): void {
    timer ??= setTimeout(
      () => {
        timer = null;
        rungMs = performance.now();
        onRing();
      },
      Math.max(0, rungMs + LEAST_GAP_MS - performance.now()),
    );
  }

  /** Waits for an entry. What else lies there was put there before the look that follows, and needs no other one. */
  async function listen(keys: readonly string[]): Promise<void> {
    const entry = await client.blpop([...keys], LISTEN_S);
    if (entry === null) return;
    const [key, commandId] = entry;
    await client.unlink(key);
    if (COMMAND_ID.test(commandId)) ring();
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      const keys = state() === "connected" ? siteIds().map(keyOf) : [];
      try {
        if (keys.length > 0) {
          await listen(keys);
          continue;
        }
      } catch (error) {
        // A key of another kind would stand in the way of all others.
        if (String(error).includes("WRONGTYPE")) await client.unlink(...keys).catch(() => 0);
      }
      await sleep(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  void run();
  return () => {
    closing.abort();
    if (timer !== null) clearTimeout(timer);
  };
}
