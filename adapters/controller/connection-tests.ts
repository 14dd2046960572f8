import { newTokenBucket, type TokenBucket, takeToken } from "../../domain/collection/token-bucket.ts";
import { AppError } from "../../domain/errors.ts";
import { keepNewest } from "../../domain/keep-newest.ts";
import type { CompiledProfile } from "../../domain/profiles/compile-profile.ts";
import { type ConnectionResult, testConnection } from "./connection-test.ts";

/** Enough for somebody who puts a row of containers into operation, too few to look through a network [J]. */
const PER_MINUTE = 10;
const AT_ONCE = 4;
const MAX_USERS = 1_000;

/** Tests of connections, bounded: per person ten a minute and one at a time, and four at a time of all. */
export interface ConnectionTests {
  /** @throws {AppError} `request.rate-limited` with `retryAfterS`; `request.invalid` for a name that leads to a forbidden address */
  run(username: string, controllerUrl: string, profiles: readonly CompiledProfile[]): Promise<ConnectionResult>;
}

/** @param clock milliseconds since the Unix epoch */
export function createConnectionTests(clock: () => number): ConnectionTests {
  const buckets = new Map<string, TokenBucket>();
  const busy = new Set<string>();

  function bucketOf(username: string): TokenBucket {
    const bucket = buckets.get(username) ?? newTokenBucket(PER_MINUTE / 60, PER_MINUTE, clock());
    keepNewest(buckets, MAX_USERS, username, bucket);
    return bucket;
  }

  function begin(username: string): void {
    if (busy.has(username)) throw limited("a test of yours is under way", 2);
    if (busy.size >= AT_ONCE) throw limited("other connections are being tested", 2);
    if (takeToken(bucketOf(username), clock(), 0) === null) {
      throw limited(`at most ${PER_MINUTE} tests a minute`, Math.ceil(60 / PER_MINUTE));
    }
    busy.add(username);
  }

  return {
    async run(username, controllerUrl, profiles) {
      begin(username);
      try {
        return await testConnection(controllerUrl, profiles);
      } finally {
        busy.delete(username);
      }
    },
  };
}

function limited(detail: string, retryAfterS: number): AppError {
  return new AppError("request.rate-limited", detail, { context: { retryAfterS }, retryable: true });
}
