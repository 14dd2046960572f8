import { AppError } from "../../domain/errors.ts";
import { keepNewest } from "../../domain/keep-newest.ts";

/** After `free` failures each further try waits 1, 2, 4 … s, at most `longestS`. A quarter of an hour of quiet forgets. */
const LIMITS = {
  pair: { free: 5, longestS: 60 },
  address: { free: 30, longestS: 30 },
} as const;
const FORGET_AFTER_MS = 900_000;
const MAX_ENTRIES = 20_000;

type Entry = { failures: number; lastMs: number };
type Key = { readonly id: string; readonly limit: { readonly free: number; readonly longestS: number } };

/**
 * Slows down guessing from one address, with short waits: per account and address together, and per address. Guessing from
 * many addresses is for the lock of the account itself (lock-out.ts), which lets its owner in: a limit per account here
 * would not.
 */
export interface LoginThrottle {
  /**
   * Counts a try as failed before it is checked, so that a hundred parallel tries do not all pass.
   *
   * @returns what to call when the password was right
   * @throws {AppError} `auth.too-many-attempts` with `retryAfterS`; such a try is not counted
   */
  begin(username: string, address: string): () => void;
}

/** @param clock milliseconds since the Unix epoch */
export function createLoginThrottle(clock: () => number): LoginThrottle {
  const entries = new Map<string, Entry>();

  function waitMs({ id, limit }: Key): number {
    const entry = entries.get(id);
    if (!entry || clock() - entry.lastMs > FORGET_AFTER_MS || entry.failures < limit.free) return 0;
    const delayS = Math.min(2 ** (entry.failures - limit.free), limit.longestS);
    return entry.lastMs + delayS * 1000 - clock();
  }

  function count({ id }: Key): void {
    const known = entries.get(id);
    const isFresh = known && clock() - known.lastMs <= FORGET_AFTER_MS;
    keepNewest(entries, MAX_ENTRIES, id, { failures: (isFresh ? known.failures : 0) + 1, lastMs: clock() });
  }

  return {
    begin(username, address) {
      const pair = { id: `pair ${address} ${username}`, limit: LIMITS.pair };
      const from = { id: `address ${address}`, limit: LIMITS.address };
      const longestMs = Math.max(...[pair, from].map(waitMs));
      if (longestMs > 0) {
        const context = { retryAfterS: Math.ceil(longestMs / 1000) };
        throw new AppError("auth.too-many-attempts", "too many failed sign-ins", { context, retryable: true });
      }
      for (const key of [pair, from]) count(key);
      return () => {
        entries.delete(pair.id);
        // Only this try is taken back: an attacker's own account must not wipe what he tried on others.
        const entry = entries.get(from.id);
        if (entry) entry.failures = Math.max(0, entry.failures - 1);
      };
    },
  };
}
