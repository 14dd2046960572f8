import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { Database } from "./database.ts";
import { daysToEnsure, ensureDays } from "./partitions.ts";
import type { Sample } from "./sample-columns.ts";
import { saveSamples } from "./sample-repository.ts";
import type { NumberResolver } from "./site-numbers.ts";
import { classifySqlError, toSqlError } from "./sql-errors.ts";

/** A snapshot on its way into the database. `journalId` null: the journal could not keep it. */
export type WriteItem = { readonly snapshot: Snapshot; readonly journalId: number | null };

export type BatchOutcome = {
  /** Committed now, or there before: to be acknowledged. */
  readonly settled: readonly WriteItem[];
  readonly written: number;
  /** Refused by the database for what they hold. */
  readonly refused: readonly { readonly item: WriteItem; readonly reason: string }[];
  /** Of sites that the database does not have. */
  readonly strangers: readonly WriteItem[];
};

export type BatchStore = {
  readonly database: Database;
  readonly numbers: NumberResolver;
  readonly clock: () => number;
  readonly retentionDays: number;
};

/** From here on a batch is worth two statements at once: the server uses a process for each. A usual round stays whole. */
const SPLIT_FROM_ROWS = 400;

/**
 * Stores a batch, and finds the rows that the database refuses: the batch is halved until a bad row stands alone, so that
 * the good ones are stored. A day without a partition gets one, once.
 *
 * @throws {SqlError} when the database is away or not as it should be; nothing of the part that was under way is stored,
 *   and the whole batch may be stored again
 */
export async function settleBatch(store: BatchStore, items: readonly WriteItem[]): Promise<BatchOutcome> {
  const siteNumbers = await store.numbers.sites(items.map(({ snapshot }) => snapshot.siteId));
  const profileNumbers = await store.numbers.profiles(items.map(({ snapshot }) => snapshot.profile));
  const strangers = items.filter(({ snapshot }) => !siteNumbers.has(snapshot.siteId));
  const known = items.filter(({ snapshot }) => siteNumbers.has(snapshot.siteId));
  const toSample = ({ snapshot }: WriteItem): Sample => ({
    siteNumber: siteNumbers.get(snapshot.siteId) ?? 0,
    profileNumber: profileNumbers.get(snapshot.profile) ?? 0,
    snapshot,
  });
  return { ...(await storeSplit(store, known, toSample)), strangers };
}

/** All rows of a site go the same way: they are committed in the order in which they came. */
async function storeSplit(
  store: BatchStore,
  items: readonly WriteItem[],
  toSample: (item: WriteItem) => Sample,
): Promise<Stored> {
  const isSplit = store.database.engine.kind === "postgres" && items.length >= SPLIT_FROM_ROWS;
  if (!isSplit) return storeOrHalve(store, items, toSample, true);
  const isOdd = (item: WriteItem): boolean => toSample(item).siteNumber % 2 === 1;
  const halves = [items.filter(isOdd), items.filter((item) => !isOdd(item))];
  // Both to their end: a batch that is tried again must not meet a statement of its former try.
  const outcomes = await Promise.allSettled(halves.map((half) => storeOrHalve(store, half, toSample, true)));
  return outcomes.reduce<Stored>((sum, outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return join(sum, outcome.value);
  }, NOTHING);
}

type Stored = Omit<BatchOutcome, "strangers">;
const NOTHING: Stored = { settled: [], written: 0, refused: [] };

async function storeOrHalve(
  store: BatchStore,
  items: readonly WriteItem[],
  toSample: (item: WriteItem) => Sample,
  mayEnsure: boolean,
): Promise<Stored> {
  const [first] = items;
  if (!first) return NOTHING;
  try {
    return { settled: items, written: await saveSamples(store.database, items.map(toSample)), refused: [] };
  } catch (error) {
    const kind = classifySqlError(error);
    if (kind === "transient" || kind === "schema") throw error;
    if (kind === "missing_partition" && mayEnsure && (await ensurePartitionsOf(store, items))) {
      return storeOrHalve(store, items, toSample, false);
    }
    if (items.length === 1) return { ...NOTHING, refused: [{ item: first, reason: reasonOf(error) }] };
    const middle = Math.ceil(items.length / 2);
    const earlier = await storeOrHalve(store, items.slice(0, middle), toSample, mayEnsure);
    return join(earlier, await storeOrHalve(store, items.slice(middle), toSample, mayEnsure));
  }
}

function join(earlier: Stored, later: Stored): Stored {
  return {
    settled: [...earlier.settled, ...later.settled],
    written: earlier.written + later.written,
    refused: [...earlier.refused, ...later.refused],
  };
}

/** @returns false when none of these days may get a partition */
async function ensurePartitionsOf({ database, clock, retentionDays }: BatchStore, items: readonly WriteItem[]) {
  const slots = items.map(({ snapshot }) => snapshot.slot);
  const days = daysToEnsure(slots, clock(), retentionDays);
  if (days.length > 0) await ensureDays(database, days, { lane: "ingest" });
  return days.length > 0;
}

function reasonOf(error: unknown): string {
  const { code, message } = toSqlError(error);
  return `the database refuses this row: ${message} (${code})`;
}
