import { AppError } from "../domain/errors.ts";

/** How many requests of a kind may run at once: of everybody, and of one user. */
export type GateLimits = { readonly total: number; readonly perUser: number };
export const COSTLY: GateLimits = { total: 24, perUser: 6 };
/** Those that run for minutes, such as a large export. */
export const LONG: GateLimits = { total: 4, perUser: 2 };

/**
 * Lets a few costly requests run at once, and of one user fewer still: a screen that asks in a loop must not take the
 * database from the others, and never from the writer.
 */
export function createRequestGate({ total: most, perUser }: GateLimits) {
  const running = new Map<string, number>();
  let total = 0;

  return {
    /** @returns what to call at the end @throws {AppError} `request.rate-limited` with `retryAfterS` */
    enter(username: string): () => void {
      const own = running.get(username) ?? 0;
      if (total >= most || own >= perUser) {
        const detail = own >= perUser ? "too many requests of yours are under way" : "the platform is busy";
        throw new AppError("request.rate-limited", detail, { context: { retryAfterS: 1 }, retryable: true });
      }
      total += 1;
      running.set(username, own + 1);
      return () => {
        total -= 1;
        const left = (running.get(username) ?? 1) - 1;
        if (left > 0) running.set(username, left);
        else running.delete(username);
      };
    },
  };
}
