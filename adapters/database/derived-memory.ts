import type { Log } from "../../domain/log.ts";
import {
  addRemembered,
  continueRunHours,
  EMPTY_MEMORY,
  holdMsOf,
  mergeMemories,
  newestSlotMs,
  remember,
  type SiteMemory,
  statesOf,
} from "../../domain/telemetry/derived-memory.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { Database } from "./database.ts";
import { readRoundsSince, readSavedMemories, type StoredRound, saveMemories } from "./derived-state-repository.ts";
import { toSqlError } from "./sql-errors.ts";

const DAY_MS = 86_400_000;
const SAVE_EVERY_MS = 5 * 60_000;
/** Sites that ask at about the same time are asked for together. */
const GATHER_MS = 250;
const RETRY_MS = 10_000;
const CLOSE_WITHIN_MS = 3_000;
/** A day of 10 sites are 14,400 rows: a pause between two reads lets rounds through. */
const SITES_PER_READ = 10;
const SITES_PER_SAVE = 1000;

/** Adds to each snapshot what follows from the rounds before it. */
export interface DerivedMemory {
  /**
   * Takes the snapshot's readings into the memory of its site, and adds to it the points that follow from that. In place:
   * the snapshot has just been made, and nobody else holds it.
   */
  extend(snapshot: Snapshot): void;
  /** Reads what is stored for these sites, so that a restart goes on where the last process stopped. Never rejects. */
  restore(siteIds: readonly string[]): Promise<void>;
  /** Saves and stops. */
  close(): Promise<void>;
}

export type DerivedMemoryOptions = {
  readonly database: Database;
  /** The site's polling interval in seconds. */
  readonly intervalOf: (siteId: string) => number;
  readonly log: Log;
  readonly clock?: () => number;
  readonly saveEveryMs?: number;
  readonly gatherMs?: number;
};

/** A site, and the slot after which its stored rounds are wanted; null = whatever counts, with what was saved. */
type Wanted = readonly [siteId: string, sinceMs: number | null];
type Held = { memory: SiteMemory; isWhole: boolean; isDirty: boolean };

/**
 * The memories of the sites that this process polls. A site that is new here, or that came back after a gap, is looked up
 * in the database in the background: another process may have polled it meanwhile.
 */
export function createDerivedMemory(options: DerivedMemoryOptions): DerivedMemory {
  const { database, intervalOf, log, clock = Date.now } = options;
  const { saveEveryMs = SAVE_EVERY_MS, gatherMs = GATHER_MS } = options;
  const sites = new Map<string, Held>();
  let wanted = new Map<string, number | null>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let isClosed = false;
  /** The database did not answer the last time; said once. */
  let isAway = false;
  const saveTimer = setInterval(() => {
    working = working.then(save);
  }, saveEveryMs).unref();

  function holdOf(siteId: string): number {
    return holdMsOf(intervalOf(siteId));
  }

  function heldOf(siteId: string): Held {
    const known = sites.get(siteId);
    if (known !== undefined) return known;
    const held = { memory: EMPTY_MEMORY, isWhole: false, isDirty: false };
    sites.set(siteId, held);
    return held;
  }

  function want(siteId: string, sinceMs: number | null, afterMs = gatherMs): void {
    if (isClosed) return;
    if (!wanted.has(siteId)) wanted.set(siteId, sinceMs);
    timer ??= setTimeout(() => {
      timer = undefined;
      working = working.then(lookUp);
    }, afterMs).unref();
  }

  async function lookUp(): Promise<void> {
    const all = [...wanted];
    wanted = new Map();
    for (let first = 0; first < all.length && !isClosed; first += SITES_PER_READ) {
      const some = all.slice(first, first + SITES_PER_READ);
      try {
        await lookUpSome(some);
        isAway = false;
      } catch (error) {
        if (!isAway)
          log.warn({ code: toSqlError(error).code }, "what is remembered of sites cannot be read; trying again");
        isAway = true;
        for (const [siteId, sinceMs] of all.slice(first)) want(siteId, sinceMs, RETRY_MS);
        return;
      }
    }
  }

  async function lookUpSome(some: readonly Wanted[]): Promise<void> {
    const fresh = some.flatMap(([siteId, sinceMs]) => (sinceMs === null ? [siteId] : []));
    const saved = fresh.length > 0 ? await readSavedMemories(database, fresh) : new Map<string, SiteMemory>();
    const oldestMs = clock() - DAY_MS;
    const since = some.map(([siteId, sinceMs]): [string, number] => {
      const known = saved.get(siteId);
      return [siteId, Math.max(sinceMs ?? (known && newestSlotMs(known)) ?? oldestMs, oldestMs)];
    });
    const stored = await readRoundsSince(database, new Map(since));
    for (const [siteId, sinceMs] of some) {
      const holdMs = holdOf(siteId);
      const held = sites.get(siteId)?.memory ?? EMPTY_MEMORY;
      const base = sinceMs === null ? (saved.get(siteId) ?? EMPTY_MEMORY) : held;
      const caughtUp = withRounds(base, stored.get(siteId) ?? [], holdMs);
      const memory = sinceMs === null ? mergeMemories(caughtUp, held, holdMs) : caughtUp;
      sites.set(siteId, { memory, isWhole: true, isDirty: true });
    }
  }

  async function save(): Promise<void> {
    const dirty = [...sites].filter(([, { isWhole, isDirty }]) => isWhole && isDirty);
    try {
      for (let first = 0; first < dirty.length; first += SITES_PER_SAVE) {
        const some = dirty.slice(first, first + SITES_PER_SAVE);
        for (const [, held] of some) held.isDirty = false;
        await saveMemories(database, new Map(some.map(([siteId, { memory }]) => [siteId, memory])));
      }
    } catch (error) {
      for (const [, held] of dirty) held.isDirty = true;
      log.warn({ code: toSqlError(error).code }, "what is remembered of sites could not be saved; it is tried again");
    }
  }

  return {
    extend(snapshot) {
      const { siteId } = snapshot;
      const held = heldOf(siteId);
      const holdMs = holdOf(siteId);
      const slotMs = Date.parse(snapshot.slot);
      const newest = newestSlotMs(held.memory);
      if (!held.isWhole) want(siteId, null);
      else if (newest !== null && slotMs - newest > holdMs) want(siteId, slotMs - newest > DAY_MS ? null : newest);
      held.memory = remember(held.memory, slotMs, statesOf(snapshot), holdMs);
      held.isDirty = true;
      addRemembered(snapshot, held.memory, holdMs, held.isWhole);
    },
    async restore(siteIds) {
      for (const siteId of siteIds) if (!sites.get(siteId)?.isWhole) wanted.set(siteId, null);
      working = working.then(lookUp);
      await working;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      clearInterval(saveTimer);
      // What is not saved is rebuilt from samples: no reason to hold up the end when the database is away.
      const timeout = Promise.withResolvers<void>();
      const limit = setTimeout(timeout.resolve, CLOSE_WITHIN_MS);
      await Promise.race([working.then(save), timeout.promise]);
      clearTimeout(limit);
    },
  };
}

/** Without a saved memory the run hours go on from the first figure that was stored. */
function withRounds(base: SiteMemory, rounds: readonly StoredRound[], holdMs: number): SiteMemory {
  const first = base === EMPTY_MEMORY ? rounds.find(({ runHours }) => runHours !== null) : undefined;
  const start = first ? continueRunHours(base, first.slotMs, first.runHours ?? 0) : base;
  return rounds.reduce((memory, { slotMs, states }) => remember(memory, slotMs, states, holdMs), start);
}
