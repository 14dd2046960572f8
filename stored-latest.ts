import type { Database } from "./adapters/database/database.ts";
import { readLatestSnapshots } from "./adapters/database/latest-repository.ts";
import { readRounds } from "./adapters/database/round-repository.ts";
import type { Log } from "./domain/log.ts";

/** How long a start waits for the stored latest state, so that a restart shows the plant at once. */
export const WAIT_FOR_LATEST_MS = 3_000;
/** Older snapshots are history, not a state. */
const LATEST_WITHIN_MS = 24 * 3_600_000;
const ROUNDS_AT_START = 100;

/** What the screens showed last; nothing when the database does not answer in time. */
export async function storedLatest(database: Database, log: Log) {
  const read = async () => {
    await database.whenReady();
    return readStored(database, ROUNDS_AT_START);
  };
  try {
    return await within(WAIT_FOR_LATEST_MS, read(), {});
  } catch (error) {
    log.warn({ reason: String(error) }, "the stored latest state could not be read; it fills with the next round");
    return {};
  }
}

/** @throws {SqlError} while the database is away */
export async function readStored(database: Database, roundsWanted: number) {
  const since = new Date(Date.now() - LATEST_WITHIN_MS).toISOString();
  const [snapshots, rounds] = await Promise.all([
    readLatestSnapshots(database, since),
    readRounds(database, new Date().toISOString(), roundsWanted),
  ]);
  return { snapshots, rounds };
}

/** Waits for work that goes on in the background, but not for long; then `otherwise` has to do. */
export async function within<T, O>(ms: number, work: Promise<T>, otherwise: O): Promise<T | O> {
  const timeout = Promise.withResolvers<O>();
  const timer = setTimeout(() => timeout.resolve(otherwise), Math.max(0, ms));
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
