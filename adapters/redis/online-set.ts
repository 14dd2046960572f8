import type { OnlineExchange, OnlineSession } from "../../domain/access/online-session.ts";
import type { RedisConnection } from "./redis-connection.ts";

const KEY = "antbox:online";
/** A process that died is forgotten after this: its entries were to be told again long before. */
const LIFE_MS = 20_000;
const MAX_HEARD = 10_000;

/**
 * The people on line of all processes, as a sorted set: an entry per session, its score the time at which it runs out. Each
 * process writes its own entries and reads all in the same trip.
 *
 * @param clock milliseconds since the Unix epoch
 */
export function createOnlineSet({ client, state }: RedisConnection, clock: () => number): OnlineExchange {
  let heard: readonly OnlineSession[] = [];
  let heardAtMs = Number.NEGATIVE_INFINITY;

  async function exchange(mine: readonly OnlineSession[]): Promise<void> {
    const now = clock();
    const pipeline = client.multi().zremrangebyscore(KEY, "-inf", now);
    if (mine.length > 0) pipeline.zadd(KEY, ...mine.flatMap((one) => [now + LIFE_MS, memberOf(one)]));
    const results = await pipeline.pexpire(KEY, LIFE_MS).zrangebyscore(KEY, now, "+inf", "LIMIT", 0, MAX_HEARD).exec();
    const members = results?.at(-1)?.[1];
    if (!Array.isArray(members)) return;
    heard = members.flatMap((member) => sessionOf(String(member)) ?? []);
    heardAtMs = clock();
  }

  return {
    tell(mine) {
      if (state() !== "connected") return;
      // Missed: the next telling makes up for it, and what was heard runs out by itself.
      exchange(mine).catch(() => undefined);
    },
    heard: () => (clock() - heardAtMs < LIFE_MS ? heard : []),
  };
}

function memberOf({ sessionId, username }: OnlineSession): string {
  return `${sessionId} ${username}`;
}

/** Others may write to Redis: what does not look like an entry is none. */
function sessionOf(member: string): OnlineSession | null {
  const [, sessionId, username] = /^([\da-f-]{36}) (.{1,64})$/.exec(member) ?? [];
  return sessionId === undefined || username === undefined ? null : { sessionId, username };
}
