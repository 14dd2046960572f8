import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import type { NewJournalEntry } from "../../domain/telemetry/journal-entry.ts";
import { createDeliveryState } from "./delivery-state.ts";
import type { Journal } from "./journal.ts";
import { type JournalFile, openJournalFile, sqliteCode, WAL_LIMIT_BYTES } from "./journal-file.ts";
import { createReserveFile, freeBytes } from "./reserve-file.ts";

/** A commit waits for the disk, whatever it holds: a round of 150 sites takes three of them so, and no reply waits for long. */
const GROUP_MS = 60;
const GROUP_ENTRIES = 100;
/** Entries of one turn of the event loop share a transaction; beyond that it would stop the loop for too long. */
const LARGEST_GROUP = 500;
/**
 * Acknowledgements may wait for entries that are written anyway: one that is lost costs a replay, and a replay is harmless.
 */
const SETTLE_MS = 2_000;
const SETTLE_AGAIN_MS = 1_000;
/** Pages that indexes and the file's own tables may need besides the bodies. */
const SLACK_BYTES = 128 * 1024;
const DROP_ENTRIES = 1_000;
const SMALLEST_CAP_BYTES = 1024 * 1024;
const QUARANTINE_SHARE = 0.1;
const QUARANTINE_MS = 30 * 86_400_000;
const RESERVE_AGAIN_MS = 60_000;
const WARN_SHARE = 0.8;
const CALM_SHARE = 0.7;
const SQLITE = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

export type JournalOptions = {
  readonly path: string;
  /** Size that the file never exceeds; by default 1 GiB, about 90 hours of 150 sites at 60 s. */
  readonly capBytes?: number;
  /** Keeps acknowledged entries until `purgeAcknowledged`: for a database whose commits may be forgotten (PGlite). */
  readonly keepAcknowledged?: boolean;
  readonly log: Log;
  /** Milliseconds since the Unix epoch, for what people read. */
  readonly clock?: () => number;
  /** Milliseconds that never run backwards, for ages. */
  readonly monotonic?: () => number;
};

type Append = { readonly entry: NewJournalEntry; readonly resolve: (id: number | null) => void };

/**
 * Opens the journal, or makes it. One process owns the file. A file that SQLite cannot read is moved aside, for collection
 * has to go on.
 *
 * When the file has reached its cap the oldest 1,000 entries are dropped, and a gap is written in their place. When the
 * volume is full, the reserve is given up first; if even that does not help, `append` gives null and `isWritable` is false.
 *
 * @throws {AppError} `storage.locked` when another process has it; `journal.full` without room for the smallest journal
 */
export function openJournal(options: JournalOptions): Journal {
  const { path, log, keepAcknowledged = false } = options;
  const clock = options.clock ?? Date.now;
  const capBytes = fittingCap(path, options.capBytes ?? 1024 ** 3, log);
  const file = openOrReplace(path, (to) => openJournalFile(to, capBytes, keepAcknowledged), log, clock());
  const state = createDeliveryState(options.monotonic ?? (() => performance.now()));
  const reserve = createReserveFile(`${path}.reserve`, capBytes);
  reserve.keep();
  const waiting: Append[] = [];
  let unsettled = file.countUnsettled();
  let dropped = file.countDropped();
  let isWritable = true;
  let refused = 0;
  let isWarned = false;
  let isClosed = false;
  let groupTimer: NodeJS.Timeout | undefined;
  let settleTimer: NodeJS.Timeout | undefined;
  let fullGroup: NodeJS.Immediate | undefined;
  const reserveTimer = setInterval(keepReserve, RESERVE_AGAIN_MS).unref();

  function keepReserve(): void {
    try {
      reserve.keep();
    } catch (error) {
      log.warn({ reason: String(error) }, "the journal's reserve could not be written");
    }
  }

  function append(entry: NewJournalEntry): Promise<number | null> {
    if (isClosed) return Promise.resolve(null);
    return new Promise((resolve) => {
      waiting.push({ entry, resolve });
      if (waiting.length >= GROUP_ENTRIES) fullGroup ??= setImmediate(flush);
      else groupTimer ??= setTimeout(flush, GROUP_MS);
    });
  }

  /** Writes the waiting entries and acknowledgements in one transaction. */
  function flush(): void {
    clearTimeout(groupTimer);
    clearTimeout(settleTimer);
    groupTimer = undefined;
    clearImmediate(fullGroup);
    settleTimer = undefined;
    fullGroup = waiting.length > LARGEST_GROUP ? setImmediate(flush) : undefined;
    const group = waiting.splice(0, LARGEST_GROUP);
    const settled = state.takeSettled();
    if (group.length === 0 && settled.length === 0) return;
    const needed = group.reduce((bytes, { entry }) => bytes + 2 * entry.body.length, SLACK_BYTES);
    const ids = makingRoom(needed, () => file.transact(() => write(group, settled)));
    if (ids === null) {
      refused += group.length;
      settleAgain(settled);
    }
    for (const { id } of ids ?? []) state.deliver(id);
    group.forEach(({ resolve }, index) => {
      resolve(ids?.[index]?.id ?? null);
    });
    warnWhenFull();
  }

  function settleAgain(ids: readonly number[]): void {
    for (const id of ids) state.settle(id);
    if (ids.length > 0 && !isClosed) settleTimer ??= setTimeout(flush, SETTLE_AGAIN_MS);
  }

  function write(group: readonly Append[], settled: readonly number[]) {
    const removed = keepAcknowledged ? file.acknowledge(settled, clock()) : file.remove(settled);
    const ids = group.map(({ entry }) => file.insert(entry));
    return { ids, removed };
  }

  /** Tries again after giving up the reserve, or dropping what is oldest. @returns null when nothing helped */
  function makingRoom(
    needed: number,
    attempt: () => ReturnType<typeof write>,
  ): { id: number; isNew: boolean }[] | null {
    for (let tries = 0; ; tries += 1) {
      try {
        const { ids, removed } = attempt();
        unsettled += ids.filter(({ isNew }) => isNew).length - removed;
        if (!isWritable) log.warn({ refused }, "the journal can be written again: these replies were never safe");
        isWritable = true;
        refused = 0;
        return ids;
      } catch (error) {
        if (sqliteCode(error) !== SQLITE.full || tries > 5 || !makeRoom(needed)) return giveUp(error);
      }
    }
  }

  function giveUp(error: unknown): null {
    if (isWritable)
      log.error({ reason: String(error) }, "the journal cannot be written: replies are not safe until they are stored");
    isWritable = false;
    return null;
  }

  /** @returns false when there is nothing left to drop, or dropping failed too */
  function makeRoom(neededBytes: number): boolean {
    try {
      if (!file.isNearCap(neededBytes) && reserve.giveUp()) {
        log.error({}, "the volume of the journal is full: the reserve was given up");
        return true;
      }
      if (file.transact(() => file.purgeOldestAcknowledged(DROP_ENTRIES)) > 0) return true;
      return dropOldest() > 0;
    } catch (error) {
      log.error({ reason: String(error) }, "the journal is full and nothing can be dropped");
      return false;
    }
  }

  function dropOldest(): number {
    const ids = oldest(DROP_ENTRIES, 0, (id) => !state.isHeld(id));
    const entries = file.transact(() => file.dropWithGap(ids, "the journal was full", clock()));
    for (const id of ids) state.forget(id);
    unsettled -= entries;
    dropped += entries;
    if (entries > 0) log.error({ entries }, "the journal is full: the oldest entries were dropped");
    return entries;
  }

  function oldest(limit: number, afterId: number, accepts: (id: number) => boolean): number[] {
    const found: number[] = [];
    let cursor = afterId;
    while (found.length < limit) {
      const page = file.unsettledIds(cursor, 5_000);
      for (const id of page) if (found.length < limit && accepts(id)) found.push(id);
      if (page.length < 5_000) break;
      cursor = page.at(-1) ?? cursor;
    }
    return found;
  }

  function warnWhenFull(): void {
    const share = file.usedBytes() / capBytes;
    if (share >= WARN_SHARE && !isWarned)
      log.warn({ share }, "the journal is 80 % full: the database takes nothing, or too little");
    isWarned = share >= WARN_SHARE || (isWarned && share > CALM_SHARE);
  }

  /** Runs a change of the file that must not fail its caller: what cannot be written now stays as it was. */
  function change(work: () => void): void {
    try {
      file.transact(work);
    } catch (error) {
      giveUp(error);
    }
  }

  function pruneQuarantine(): void {
    file.expireQuarantined(clock() - QUARANTINE_MS);
    while (file.quarantineSize().bytes > capBytes * QUARANTINE_SHARE) if (file.dropOldestQuarantined(100) === 0) return;
  }

  return {
    append,
    acknowledge(ids) {
      for (const id of ids) state.settle(id);
      if (state.settledCount() > 0 && !isClosed) settleTimer ??= setTimeout(flush, SETTLE_MS);
    },
    release: (ids) => ids.forEach(state.release),
    hold: (ids) => ids.forEach(state.hold),
    isReplayed: state.isReplayed,
    hasBacklog: () => state.countBacklog(unsettled) > 0,
    pending(limit, minAgeMs) {
      const ids = oldest(limit, 0, (id) => state.isPending(id, minAgeMs));
      const entries = ids.map(file.read).filter((entry) => entry !== null);
      for (const { id } of entries) state.replay(id);
      return entries;
    },
    countOnTheWay: (ids) => ids.filter(state.isReplayed).length,
    countHeld: (ids) => ids.filter(state.isHeld).length,
    quarantine(id, error) {
      change(() => {
        unsettled -= file.quarantine(id, error.slice(0, 1_000), clock());
        pruneQuarantine();
      });
      state.forget(id);
    },
    quarantined: (limit) => file.quarantined(limit),
    retryQuarantined() {
      let count = 0;
      change(() => {
        count = file.takeBackQuarantined();
      });
      unsettled += count;
      return count;
    },
    acknowledged: (afterId, limit) => file.acknowledged(afterId, limit),
    reopen(ids) {
      change(() => {
        unsettled += file.reopen(ids);
      });
    },
    purgeAcknowledged(beforeMs) {
      flush();
      let count = 0;
      change(() => {
        count = file.purgeAcknowledged(beforeMs);
      });
      return count;
    },
    gaps: (limit) => file.gaps(limit),
    stats: () => ({
      rows: unsettled - state.settledCount(),
      bytes: file.usedBytes(),
      capBytes,
      oldestSlot: file.oldestSlot(),
      quarantined: file.quarantineSize().entries,
      dropped,
      isWritable,
    }),
    close() {
      if (isClosed) return;
      do flush();
      while (waiting.length > 0);
      isClosed = true;
      clearInterval(reserveTimer);
      clearTimeout(settleTimer);
      clearImmediate(fullGroup);
      file.close();
    },
  };
}

/** The cap that fits the volume: the write-ahead log can grow to the size of the file. */
function fittingCap(path: string, wantedBytes: number, log: Log): number {
  mkdirSync(dirname(path), { recursive: true });
  const present = existsSync(path) ? statSync(path).size : 0;
  const room = Math.floor((freeBytes(dirname(path)) + present - WAL_LIMIT_BYTES) / 2);
  if (room >= wantedBytes) return wantedBytes;
  if (room < SMALLEST_CAP_BYTES) {
    throw new AppError(
      "journal.full",
      `no room for a journal at ${path}: free at least ${WAL_LIMIT_BYTES + 2 * SMALLEST_CAP_BYTES} bytes`,
    );
  }
  log.warn({ capBytes: room, wantedBytes }, "the volume is too small for the journal's cap: it was lowered");
  return room;
}

function openOrReplace(path: string, open: (path: string) => JournalFile, log: Log, nowMs: number): JournalFile {
  try {
    return open(path);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === SQLITE.busy) {
      throw new AppError("storage.locked", `the journal ${path} is in use by another process`, { cause: error });
    }
    if (code !== SQLITE.corrupt && code !== SQLITE.notADatabase) throw error;
    const aside = `${path}.unreadable-${nowMs}`;
    renameSync(path, aside);
    for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    log.error({ aside }, "the journal could not be read; it was moved aside and a new one was made");
    return open(path);
  }
}
