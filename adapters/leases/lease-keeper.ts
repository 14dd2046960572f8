import type { Clock } from "../../domain/collection/clock.ts";
import type { Log } from "../../domain/log.ts";
import {
  type LeaseDatabase,
  type LeaseRow,
  releaseLeases,
  renewAndReadLeases,
  renewLeases,
  type Tokens,
  takeLeases,
} from "./lease-store.ts";

const TTL_MS = 5_000;
const RENEW_MS = 1_500;
/** We let go before the database does: by 0.5 s of 5. */
const MARGIN_SHARE = 0.1;
/** A renewal that is not answered for so long counts as failed: the database is away, whatever the connection says. */
const PATIENCE_MS = 2_000;
const GRACE_AFTER_STOP_MS = 500;

export type LeaseKeeperOptions = {
  readonly database: LeaseDatabase;
  /** Names one start of one process; nobody else may ever have the same. */
  readonly holder: string;
  readonly clock: Pick<Clock, "monotonicMs" | "after">;
  readonly log: Log;
  /** Life of a lease and time between renewals, by default 5 s and 1.5 s (storage.md §13). */
  readonly ttlMs?: number;
  readonly renewMs?: number;
};

/** Takes the leases it is asked to take, as they become free, and renews them until it is asked for others. */
export interface LeaseKeeper {
  readonly holder: string;
  /** Replaces the names to hold; what is held beyond them is given back. Call it after the last effect they allowed. */
  want(names: Iterable<string>): void;
  /** The leases held now, with their fencing tokens. */
  held(): ReadonlyMap<string, number>;
  /**
   * Whether this process holds the lease now: by the monotonic clock, counted from before the last renewal was sent. So a
   * process that was stopped for some seconds knows it at once, before it has asked anybody.
   */
  isHeld(name: string): boolean;
  /**
   * Like `isHeld`, and also true for what was held when the database went away. Only for work that is harmless when two
   * processes do it, such as polling into the journal.
   */
  keeps(name: string): boolean;
  /** True while renewals fail because the database is away. */
  isCutOff(): boolean;
  /** Called after leases were gained or lost. @returns unsubscribe */
  onChange(listener: () => void): () => void;
  /** Called with every lease and member that there is, as each renewal reads them. @returns unsubscribe */
  onSeen(listener: (rows: readonly LeaseRow[]) => void): () => void;
  /** Renews and takes now. Resolves when that is done or has failed; never rejects. */
  beat(): Promise<void>;
  /** Stops renewing and gives everything back, unless the database is away: then it runs out by itself. */
  close(): Promise<void>;
}

type Held = { readonly token: number; readonly untilMs: number };

export function createLeaseKeeper(options: LeaseKeeperOptions): LeaseKeeper {
  const { database, holder, clock, log, ttlMs = TTL_MS, renewMs = RENEW_MS } = options;
  const leases = new Map<string, Held>();
  const listeners = new Set<() => void>();
  const seers = new Set<(rows: readonly LeaseRow[]) => void>();
  let wanted: ReadonlySet<string> = new Set();
  let isCut = false;
  let isClosed = false;
  let cancelTimer: (() => void) | null = null;
  let beating: Promise<void> | null = null;
  let queued: Promise<void> | null = null;

  function isLive({ untilMs }: Held): boolean {
    return clock.monotonicMs() < untilMs;
  }

  function beat(): Promise<void> {
    if (isClosed) return Promise.resolve();
    if (beating === null) return start();
    // What runs may have read the wishes of before.
    queued ??= beating.then(() => {
      queued = null;
      return start();
    });
    return queued;
  }

  function start(): Promise<void> {
    if (isClosed) return Promise.resolve();
    cancelTimer?.();
    const startedMs = clock.monotonicMs();
    const before = [...leases].map(([name, { token }]) => `${name} ${token}`).join();
    const stopWatching = watchSilence(startedMs);
    beating = renewAndTake()
      .then(
        () => setCut(false),
        (error) => setCut(true, error),
      )
      .then(() => {
        stopWatching();
        beating = null;
        const waitMs = Math.max(renewMs / 10, startedMs + renewMs - clock.monotonicMs());
        if (!isClosed) cancelTimer = clock.after(waitMs, () => void beat());
        if ([...leases].map(([name, { token }]) => `${name} ${token}`).join() === before) return;
        for (const listener of [...listeners]) listener();
      });
    return beating;
  }

  /** Also after a stop of the process: then the answer is here already, and gets a moment to be read. */
  function watchSilence(startedMs: number): () => void {
    let cancel = clock.after(PATIENCE_MS, () => {
      const wasStopped = clock.monotonicMs() - startedMs > PATIENCE_MS + GRACE_AFTER_STOP_MS;
      if (wasStopped) cancel = clock.after(GRACE_AFTER_STOP_MS, () => setCut(true, "no answer"));
      else setCut(true, "no answer");
    });
    return () => cancel();
  }

  function setCut(next: boolean, reason?: unknown): void {
    if (isCut === next) return;
    isCut = next;
    if (next) log.warn({ reason: String(reason) }, "leases cannot be renewed: collection goes on, nothing else does");
    else log.info({}, "leases are renewed again");
  }

  async function renewAndTake(): Promise<void> {
    const surplus = [...leases.keys()].filter((name) => !wanted.has(name));
    for (const name of surplus) leases.delete(name);
    await releaseLeases(database, surplus, holder);
    await renew([...leases.keys()]);
    const missing = [...wanted].filter((name) => !leases.has(name));
    const beforeMs = clock.monotonicMs();
    for (const [name, token] of await takeLeases(database, missing, holder, ttlMs)) keep(name, token, beforeMs);
  }

  async function renew(names: readonly string[]): Promise<void> {
    const beforeMs = clock.monotonicMs();
    const { tokens, rows } = await renewAndSee(names);
    for (const [name, token] of tokens) keep(name, token, beforeMs);
    const lost = names.filter((name) => !tokens.has(name));
    for (const name of lost) leases.delete(name);
    if (lost.length > 0) log.warn({ lost }, "leases ran out before they were renewed");
    // What they wish for now is taken in this turn.
    for (const see of [...seers]) see(rows);
  }

  async function renewAndSee(
    names: readonly string[],
  ): Promise<{ readonly tokens: Tokens; readonly rows: readonly LeaseRow[] }> {
    if (seers.size > 0) return renewAndReadLeases(database, names, holder, ttlMs);
    return { tokens: await renewLeases(database, names, holder, ttlMs), rows: [] };
  }

  function keep(name: string, token: number, beforeMs: number): void {
    leases.set(name, { token, untilMs: beforeMs + ttlMs * (1 - MARGIN_SHARE) });
  }

  return {
    holder,
    want(names) {
      const next = new Set(names);
      if (next.size === wanted.size && [...next].every((name) => wanted.has(name))) return;
      wanted = next;
      void beat();
    },
    held: () => new Map([...leases].filter(([, lease]) => isLive(lease)).map(([name, { token }]) => [name, token])),
    isHeld(name) {
      const lease = leases.get(name);
      return lease !== undefined && isLive(lease);
    },
    keeps(name) {
      const lease = leases.get(name);
      return lease !== undefined && (isCut || isLive(lease));
    },
    isCutOff: () => isCut,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onSeen(listener) {
      seers.add(listener);
      return () => seers.delete(listener);
    },
    beat,
    async close() {
      if (isClosed) return;
      isClosed = true;
      cancelTimer?.();
      listeners.clear();
      seers.clear();
      await beating;
      const names = [...leases.keys()];
      leases.clear();
      if (!isCut) await releaseLeases(database, names, holder).catch(() => undefined);
    },
  };
}
