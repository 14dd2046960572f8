import type { Clock } from "../../domain/collection/clock.ts";
import { COLLECTOR_LEASES, leaseOfSite, leaseOfUnnumbered, shareLeases } from "../../domain/collection/share-sites.ts";
import type { Log } from "../../domain/log.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./lease-keeper.ts";
import { addMember, type LeaseDatabase, type LeaseRow, memberName, memberOf, releaseAllOf } from "./lease-store.ts";

const TTL_MS = 5_000;
const LOOKS_PER_LIFE = 10 / 3;
/** How long a start waits for the first answer; after that collection begins without one. */
const START_WITHIN_MS = 3_000;
/** Sites that are to move wait for the end of the round; a round that never ends does not keep them for ever. */
const GIVE_BACK_WITHIN_MS = 60_000;

export type CollectorShareOptions = {
  readonly database: LeaseDatabase & { whenReady(): Promise<void> };
  readonly holder: string;
  /** With which other parts of the process hold leases, too; absent: one of its own. */
  readonly keeper?: LeaseKeeper;
  /** The former process of this data folder, known to be gone; null = none. */
  readonly formerHolder: string | null;
  readonly clock: Pick<Clock, "monotonicMs" | "after">;
  readonly log: Log;
  /** The database's number of a site; undefined while it has none. */
  numberOf(siteId: string): number | undefined;
  /** For tests: life of a lease; it is renewed, and the others are looked at, in three tenths of it. */
  readonly ttlMs?: number;
};

/**
 * The part of the sites that this process polls. All collectors keep a heartbeat in the table of leases, read who else is
 * there, and come to the same division (`shareLeases`); the leases themselves keep two from owning the same sites.
 *
 * A process that cannot ask the database polls on: with what it held, and when it has just been started, everything. Two
 * pollers of one site are harmless, none is not.
 */
export interface CollectorShare {
  isMine(siteId: string): boolean;
  /** True while this process holds all of the sites, or cannot know better. */
  isWhole(): boolean;
  /** The leases of sites that this process holds for certain, with their tokens: whoever commands the sites needs one. */
  held(): ReadonlyMap<string, number>;
  /** Called when `isMine` may answer differently. @returns unsubscribe */
  onChange(listener: () => void): () => void;
  /** Tells when no round is under way: the moment to give sites back. By default always. */
  whenIdle(isIdle: () => boolean): void;
  /** Resolves when the first leases are taken, or after 3 s. */
  start(): Promise<void>;
  /** Gives all leases back, for others to take them at once. To be called when the last poll is over. */
  close(): Promise<void>;
}

export function createCollectorShare(options: CollectorShareOptions): CollectorShare {
  const { database, holder, formerHolder, clock, log, numberOf } = options;
  const ttlMs = options.ttlMs ?? TTL_MS;
  const lookMs = ttlMs / LOOKS_PER_LIFE;
  const keeper = options.keeper ?? createLeaseKeeper({ database, holder, clock, log, ttlMs, renewMs: lookMs });
  const listeners = new Set<() => void>();
  const me = memberName(holder);
  let isIdle = (): boolean => true;
  let isBlind = true;
  let isClosed = false;
  let surplusSinceMs: number | null = null;
  let cancelRetry: (() => void) | null = null;
  let isAdding = false;

  keeper.onChange(tell);
  keeper.onSeen((rows) => {
    if (isClosed) return;
    wish(rows);
    // Forgotten meanwhile: this process stood still for a day.
    if (!isBlind && !rows.some(({ name }) => name === me)) join();
  });

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  async function begin(): Promise<void> {
    await database.whenReady();
    if (formerHolder !== null) await releaseAllOf(database, formerHolder);
    await addMember(database, holder);
    // The first sees who else is there, and what is wished for then is taken at the latest by the second.
    await keeper.beat();
    await keeper.beat();
    if (keeper.isCutOff() || isClosed) throw new Error("the leases could not be taken");
    isBlind = false;
    log.info({ leases: keeper.held().size - 1 }, "this process has its part of the sites");
    tell();
  }

  /** A failure changes nothing: the keeper tells of a database that is away, and the next renewal comes back to it. */
  function join(): void {
    if (isAdding) return;
    isAdding = true;
    void addMember(database, holder)
      .catch(() => undefined)
      .finally(() => {
        isAdding = false;
      });
  }

  function wish(rows: readonly LeaseRow[]): void {
    const live = rows.filter((row) => row.isLive);
    const members = new Set([holder, ...live.flatMap(({ name }) => memberOf(name) ?? [])]);
    const holders = new Map(live.flatMap((row) => (row.holder === null ? [] : [[row.name, row.holder] as const])));
    const target = shareLeases([...members].sort(), holders);
    const mine = COLLECTOR_LEASES.filter((lease) => target.get(lease) === holder);
    const surplus = COLLECTOR_LEASES.filter((lease) => keeper.isHeld(lease) && target.get(lease) !== holder);
    keeper.want([me, ...mine, ...(mayGiveBack(surplus) ? [] : surplus)]);
  }

  function mayGiveBack(surplus: readonly string[]): boolean {
    if (surplus.length === 0) {
      surplusSinceMs = null;
      return true;
    }
    surplusSinceMs ??= clock.monotonicMs();
    return isIdle() || clock.monotonicMs() - surplusSinceMs > GIVE_BACK_WITHIN_MS;
  }

  function tryAgain(): void {
    if (isClosed) return;
    cancelRetry = clock.after(lookMs, () => void begin().catch(tryAgain));
  }

  return {
    isMine(siteId) {
      if (isBlind) return true;
      const siteNumber = numberOf(siteId);
      return keeper.keeps(siteNumber === undefined ? leaseOfUnnumbered(siteId) : leaseOfSite(siteNumber));
    },
    isWhole: () => isBlind || COLLECTOR_LEASES.every((lease) => keeper.keeps(lease)),
    held: () => new Map([...keeper.held()].filter(([name]) => COLLECTOR_LEASES.includes(name))),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    whenIdle(ask) {
      isIdle = ask;
    },
    start() {
      const started = Promise.withResolvers<void>();
      const cancel = clock.after(START_WITHIN_MS, started.resolve);
      void begin().catch(tryAgain).then(started.resolve);
      return started.promise.finally(cancel);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      cancelRetry?.();
      listeners.clear();
      await keeper.close();
    },
  };
}
