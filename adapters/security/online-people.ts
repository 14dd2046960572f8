import type { OnlineExchange, OnlineSession } from "../../domain/access/online-session.ts";

/** Well within the time after which other processes forget what they were told. */
const TELL_EVERY_MS = 5_000;

/** Who is on line in the whole installation, as this process knows it. */
export interface OnlinePeople {
  sessionIds(): ReadonlySet<string>;
  usernames(): ReadonlySet<string>;
  close(): void;
}

/**
 * @param mine those of this process
 * @param exchange what other processes say; null = there are none, or no Redis between them
 */
export function createOnlinePeople(mine: () => OnlineSession[], exchange: OnlineExchange | null): OnlinePeople {
  const timer = exchange && setInterval(() => exchange.tell(mine()), TELL_EVERY_MS);
  timer?.unref();
  const all = () => [...mine(), ...(exchange?.heard() ?? [])];
  return {
    sessionIds: () => new Set(all().map(({ sessionId }) => sessionId)),
    usernames: () => new Set(all().map(({ username }) => username)),
    close() {
      if (timer) clearInterval(timer);
    },
  };
}
