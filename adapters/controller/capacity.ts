import type { Clock } from "../../domain/collection/clock.ts";
import { spreadMs } from "../../domain/collection/start-spread.ts";
import { connectsPerS, newTokenBucket, type TokenBucket } from "../../domain/collection/token-bucket.ts";
import type { CollectorOptions } from "./collector-options.ts";
import { openFileLimit } from "./open-file-limit.ts";

/** Files that are no controller sockets: journal, database, browsers, Node-RED. A guess with room [J]. */
const RESERVED_FILES = 512;
const LEAST_SOCKETS = 64;

/** What this process can do at once. */
type Capacity = {
  /** Whether every site may keep its connection. */
  readonly keepAlive: boolean;
  /** Polls at once. */
  readonly maxInFlight: number;
  /** For new connections. */
  readonly bucket: TokenBucket;
  /** Fits the plan to the size of the inventory. */
  fit(sites: number): void;
};

/**
 * Sockets from the open-file limit, new connections from the size of the fleet. Where the limit does not allow one
 * socket per site, connections are not kept, and the log says so in one line.
 */
export function createCapacity(
  { maxSockets, connectsPerS: fixedPerS, pollIntervalS, log }: CollectorOptions,
  clock: Clock,
): Capacity {
  const fileLimit = openFileLimit();
  const sockets = maxSockets ?? Math.max(LEAST_SOCKETS, fileLimit - Math.min(RESERVED_FILES, fileLimit / 2));
  const perS = fixedPerS ?? connectsPerS(0, 0);
  const bucket = newTokenBucket(perS, perS, clock.monotonicMs());
  let keepAlive = true;

  return {
    get keepAlive() {
      return keepAlive;
    },
    maxInFlight: sockets,
    bucket,
    fit(sites) {
      const perSecond = fixedPerS ?? connectsPerS(sites, spreadMs(sites, pollIntervalS * 1000));
      bucket.perS = perSecond;
      bucket.burst = perSecond;
      const isEnough = sites <= sockets;
      if (keepAlive && !isEnough) {
        const facts = { sites, sockets, openFileLimit: fileLimit, needed: sites + RESERVED_FILES };
        log.warn(facts, "too few open files for one kept-alive socket per site: raise ulimit -n");
      }
      keepAlive = isEnough;
    },
  };
}
