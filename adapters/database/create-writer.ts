import { setTimeout as sleep } from "node:timers/promises";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Log } from "../../domain/log.ts";
import type { RejectedReply } from "../../domain/telemetry/controller-reply.ts";
import type { JournalSettler } from "../../domain/telemetry/journal-entry.ts";
import type { Database } from "./database.ts";
import { rejectionKey, saveRejected } from "./raw-payload-repository.ts";
import { defaultRetention } from "./retention.ts";
import { saveRounds } from "./round-repository.ts";
import { type BatchOutcome, settleBatch, type WriteItem } from "./settle-batch.ts";
import { createNumberResolver } from "./site-numbers.ts";
import { classifySqlError, toSqlError } from "./sql-errors.ts";
import { createWriteQueue } from "./write-queue.ts";
import type { SnapshotWriter, WriterStats } from "./writer.ts";

/** A batch is closed by the report of its round, or by this: replies of a usual round come within some 160 ms. */
const BATCH_MS = 200;
/** The last snapshots of a round are still on their way through the flow when its report comes. */
const AFTER_REPORT_MS = 25;
const BATCH_ROWS = 1_000;
const BACK_OFF = { firstMs: 500, longestMs: 10_000, jitter: 0.3 };
const MAX_ROUNDS_WAITING = 1_000;
const MAX_REJECTED_WAITING = 1_000;
const MAX_KNOWN_REJECTIONS = 1_000;
/** The sites file may be imported after the first replies have come. */
const STRANGER_GRACE_MS = 30_000;
const STRANGER_AGAIN_MS = 1_000;
const CLOSE_WITHIN_MS = 5_000;

export type WriterOptions = {
  readonly database: Database;
  readonly journal: JournalSettler;
  readonly log: Log;
  /** Older snapshots get no partition: they are refused. Default: what suits the engine. */
  readonly rawRetentionDays?: number | null;
  /** Name of this process in the table of rounds. */
  readonly collector?: string;
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number;
  readonly random?: () => number;
  /** For tests: how long a reply of an unknown site waits for the inventory. */
  readonly strangerGraceMs?: number;
  /** For tests: how long a batch waits for more. */
  readonly batchMs?: number;
};

type Rejected = {
  readonly rejected: RejectedReply;
  readonly journalId: number | null;
  readonly body: Uint8Array | null;
};

/**
 * Stores what is collected, in one first-in-first-out line, in batches of at most 1,000 rows, 200 ms or a round.
 *
 * - A batch that fails because the database is away is tried again for ever; collection is not touched by it.
 * - More than 20 rounds waiting (or 20,000 rows): everything is let go of to the journal, and from then on taken from its
 *   replay only, until that has caught up. So the order per site stays, and memory stays bounded.
 * - A row that the database refuses goes to the journal's quarantine with the reason, alone.
 * - Entries are acknowledged after the commit. Storing one again is harmless.
 */
export function createWriter(options: WriterOptions): SnapshotWriter {
  const { database, journal, log, collector = "collector", strangerGraceMs = STRANGER_GRACE_MS } = options;
  const { batchMs = BATCH_MS } = options;
  const clock = options.clock ?? Date.now;
  const random = options.random ?? Math.random;
  const numbers = createNumberResolver(database);
  const queue = createWriteQueue(journal, log);
  const rounds: RoundReport[] = [];
  const rejections: Rejected[] = [];
  const knownRejections = new Set<string>();
  const strangerSince = new Map<string, number>();
  const stopping = new AbortController();
  let parked: WriteItem[] = [];
  let parkedTimer: NodeJS.Timeout | undefined;
  let underWay: readonly WriteItem[] = [];
  let totals = { written: 0, duplicates: 0, quarantined: 0 };
  let lastLagS = 0;
  let lastError: string | null = null;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let roundTimer: NodeJS.Timeout | undefined;
  let working: Promise<void> | null = null;

  function write(snapshot: WriteItem["snapshot"], journalId: number | null): void {
    if (isClosed) {
      if (journalId !== null) journal.release([journalId]);
      return;
    }
    if (queue.add({ snapshot, journalId })) wake();
  }

  function writeRejected(rejected: RejectedReply, journalId: number | null, body: Uint8Array | null): void {
    if (isClosed || rejections.length >= MAX_REJECTED_WAITING) {
      if (journalId !== null) journal.release([journalId]);
      return;
    }
    if (journalId !== null) journal.hold([journalId]);
    rejections.push({ rejected, journalId, body });
    wake();
  }

  function writeRound(report: RoundReport): void {
    if (isClosed) return;
    rounds.push(report);
    if (rounds.length > MAX_ROUNDS_WAITING) rounds.shift();
    wake();
    if (!working) roundTimer ??= setTimeout(start, AFTER_REPORT_MS);
  }

  function wake(): void {
    if (working) return;
    if (queue.size() >= BATCH_ROWS) start();
    else timer ??= setTimeout(start, batchMs);
  }

  function start(): void {
    clearTimeout(timer);
    clearTimeout(roundTimer);
    timer = undefined;
    roundTimer = undefined;
    working ??= work().finally(() => {
      working = null;
      if (!isClosed && hasWork()) wake();
    });
  }

  const hasWork = () => queue.size() + rounds.length + rejections.length > 0;

  async function work(): Promise<void> {
    while (hasWork() && !stopping.signal.aborted) {
      underWay = queue.take(BATCH_ROWS);
      if (underWay.length > 0) await persist(storeSnapshots);
      underWay = [];
      if (rejections.length > 0) await persist(storeRejections);
      if (rounds.length > 0) await persist(storeRounds);
    }
  }

  /** Tries for ever while the database is away. Gives up only when the writer closes. */
  async function persist(store: () => Promise<void>): Promise<void> {
    for (let waitMs = BACK_OFF.firstMs; !stopping.signal.aborted; waitMs = Math.min(waitMs * 2, BACK_OFF.longestMs)) {
      try {
        await store();
        if (lastError) log.info({ written: totals.written }, "the database takes data again");
        lastError = null;
        return;
      } catch (error) {
        note(error);
        const factor = 1 + BACK_OFF.jitter * (random() - 0.5);
        await sleep(waitMs * factor, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  function note(error: unknown): void {
    const { code, message } = toSqlError(error);
    const isSchema = classifySqlError(error) === "schema";
    if (lastError !== code) {
      if (isSchema)
        log.error(
          { code, reason: message },
          "the database is not as it should be: nothing is stored until that is mended",
        );
      else log.warn({ code }, "the database takes no data; it waits in the journal");
    }
    lastError = code;
  }

  async function storeSnapshots(): Promise<void> {
    const retentionDays = options.rawRetentionDays ?? defaultRetention(database.engine).rawDays;
    const outcome = await settleBatch({ database, numbers, clock, retentionDays }, underWay);
    acknowledge(outcome.settled);
    for (const { item, reason } of outcome.refused) refuse(item, reason);
    park(outcome.strangers);
    count(outcome);
  }

  function count({ settled, written, refused }: BatchOutcome): void {
    totals = {
      written: totals.written + written,
      duplicates: totals.duplicates + settled.length - written,
      quarantined: totals.quarantined + refused.length,
    };
    const newest = settled.at(-1);
    if (newest) lastLagS = lagOf(newest);
    for (const { snapshot } of settled) strangerSince.delete(snapshot.siteId);
  }

  function acknowledge(items: readonly WriteItem[]): void {
    journal.acknowledge(items.flatMap(({ journalId }) => (journalId === null ? [] : [journalId])));
  }

  function refuse({ snapshot, journalId }: WriteItem, reason: string): void {
    log.error(
      { siteId: snapshot.siteId, slot: snapshot.slot, profile: snapshot.profile, reason },
      "a snapshot cannot be stored",
    );
    if (journalId !== null) journal.quarantine(journalId, reason);
  }

  /** Keeps snapshots of sites that the inventory may yet import, and looks again; then they are refused. */
  function park(items: readonly WriteItem[]): void {
    const now = clock();
    for (const item of items) {
      const { siteId } = item.snapshot;
      const since = strangerSince.get(siteId) ?? now;
      strangerSince.set(siteId, since);
      if (now - since < strangerGraceMs && parked.length < BATCH_ROWS) parked.push(item);
      else {
        refuse(item, `the site ${siteId} is not in the inventory: add it to the sites file, then try again`);
        totals = { ...totals, quarantined: totals.quarantined + 1 };
      }
    }
    if (parked.length > 0) parkedTimer ??= setTimeout(unpark, STRANGER_AGAIN_MS);
  }

  function unpark(): void {
    parkedTimer = undefined;
    queue.putBack(parked);
    parked = [];
    wake();
  }

  async function storeRejections(): Promise<void> {
    for (let next = rejections[0]; next; next = rejections[0]) {
      const key = rejectionKey(next.rejected);
      if (!knownRejections.has(key)) await saveRejectedOrDrop(next);
      knownRejections.add(key);
      if (knownRejections.size > MAX_KNOWN_REJECTIONS) knownRejections.clear();
      if (next.journalId !== null) journal.acknowledge([next.journalId]);
      rejections.shift();
    }
  }

  /** It is a sample for people who write profiles: when even that cannot be stored, it is not worth a quarantine. */
  async function saveRejectedOrDrop({ rejected, body }: Rejected): Promise<void> {
    try {
      await saveRejected(database, rejected, body);
    } catch (error) {
      if (classifySqlError(error) !== "data") throw error;
      log.warn({ siteId: rejected.siteId, reason: toSqlError(error).message }, "a rejected reply cannot be kept");
    }
  }

  async function storeRounds(): Promise<void> {
    const reports = rounds.slice(0, BATCH_ROWS);
    try {
      await saveRounds(database, collector, reports);
    } catch (error) {
      if (classifySqlError(error) !== "data") throw error;
      log.error({ reason: toSqlError(error).message }, "reports of rounds cannot be stored");
    }
    rounds.splice(0, reports.length);
  }

  const lagOf = ({ snapshot }: WriteItem) => Math.max(0, (clock() - Date.parse(snapshot.slot)) / 1000);

  function stats(): WriterStats {
    const waiting = underWay[0] ?? queue.first();
    return {
      ...totals,
      queued: queue.size() + underWay.length + parked.length,
      lagS: waiting ? Math.max(lastLagS, lagOf(waiting)) : lastLagS,
      state: lastError ? "waiting_for_database" : queue.isBehind() ? "behind" : "writing",
      lastError,
    };
  }

  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(timer);
    clearTimeout(roundTimer);
    clearTimeout(parkedTimer);
    if (lastError) stopping.abort();
    else if (hasWork()) start();
    const deadline = setTimeout(() => stopping.abort(), CLOSE_WITHIN_MS);
    await working;
    clearTimeout(deadline);
    stopping.abort();
    const left = [...underWay, ...queue.take(Number.POSITIVE_INFINITY), ...parked, ...rejections];
    journal.release(left.flatMap(({ journalId }) => (journalId === null ? [] : [journalId])));
  }

  return { write, writeRejected, writeRound, stats, close };
}
