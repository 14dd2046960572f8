import { AppError } from "../domain/errors.ts";

export type GateLimits = {
  /** How many requests of a kind may run at once: of everybody, and of one user. */
  readonly total: number;
  readonly perUser: number;
  /** How many more may wait for a place, and how long. */
  readonly waiting: number;
  readonly waitingPerUser: number;
  readonly waitMs: number;
};
/** Those of a moment: many who come together are served within it, one after the other, not sent away. */
export const COSTLY: GateLimits = { total: 24, perUser: 6, waiting: 200, waitingPerUser: 20, waitMs: 2_000 };
/** Those that run for minutes, such as a large export: nobody waits that long. */
export const LONG: GateLimits = { total: 4, perUser: 2, waiting: 0, waitingPerUser: 0, waitMs: 0 };

type Waiter = { readonly username: string; readonly begin: () => void };

/**
 * Lets a few costly requests run at once, and of one user fewer still: a screen that asks in a loop must not take the
 * database from the others, and never from the writer.
 */
export function createRequestGate({ total: most, perUser, waiting, waitingPerUser, waitMs }: GateLimits) {
  const running = new Map<string, number>();
  let total = 0;
  let queue: readonly Waiter[] = [];

  const isFreeFor = (username: string) => total < most && (running.get(username) ?? 0) < perUser;

  /** @returns what to call at the end */
  function begin(username: string): () => void {
    total += 1;
    running.set(username, (running.get(username) ?? 0) + 1);
    return () => {
      total -= 1;
      const left = (running.get(username) ?? 1) - 1;
      if (left > 0) running.set(username, left);
      else running.delete(username);
      // The first one whose user has a place left: one with many holds up nobody else.
      const next = queue.find((waiter) => isFreeFor(waiter.username));
      if (next) next.begin();
    };
  }

  function refuse(username: string): never {
    const isOwn = (running.get(username) ?? 0) >= perUser;
    const detail = isOwn ? "too many requests of yours are under way" : "the platform is busy";
    throw new AppError("request.rate-limited", detail, { context: { retryAfterS: 1 }, retryable: true });
  }

  async function wait(username: string): Promise<() => void> {
    const place = Promise.withResolvers<(() => void) | null>();
    const leaveQueue = () => {
      queue = queue.filter((one) => one !== waiter);
      clearTimeout(timer);
    };
    const waiter: Waiter = {
      username,
      begin() {
        leaveQueue();
        place.resolve(begin(username));
      },
    };
    const timer = setTimeout(() => {
      leaveQueue();
      place.resolve(null);
    }, waitMs);
    queue = [...queue, waiter];
    return (await place.promise) ?? refuse(username);
  }

  return {
    /** @returns what to call at the end @throws {AppError} `request.rate-limited` with `retryAfterS` */
    async enter(username: string): Promise<() => void> {
      if (isFreeFor(username)) return begin(username);
      const own = queue.filter((waiter) => waiter.username === username).length;
      if (queue.length >= waiting || own >= waitingPerUser) refuse(username);
      return wait(username);
    },
  };
}
