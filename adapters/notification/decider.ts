import type { AlarmTransition } from "../../domain/alarms/alarm.ts";
import type { Log } from "../../domain/log.ts";
import { decideNotices } from "../../domain/notification/decide-notices.ts";
import type { Directory } from "../../domain/notification/directory.ts";
import type { NotificationPlan } from "../../domain/notification/plan.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import type { DecisionStore, StoredState } from "./decision-store.ts";
import type { NotificationLease } from "./notification-database.ts";

export type DeciderOptions = {
  readonly store: DecisionStore;
  readonly lease: NotificationLease;
  readonly plan: () => Promise<NotificationPlan>;
  readonly directory: (plan: NotificationPlan) => Promise<Directory>;
  /** True in the process that judges the alarm rules. */
  readonly isJudging: () => boolean;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: Pick<Log, "warn" | "info">;
  /** Called when there is something to send. */
  readonly onNotices: () => void;
  /** Tells while there are changes of alarms that are not decided on, whichever process has stored them. */
  readonly work: WorkSignal;
  /** For tests. */
  readonly lookMs?: number;
};

export type DeskStats = {
  /** Changes of alarms that could not be stored yet. */
  readonly waiting: number;
  /** They wait because the database is away. */
  readonly isBehind: boolean;
};

/** Takes changes of alarms, in any process, and decides on them in the one that holds the lease. */
export interface Decider {
  /** Resolves when they are stored, also after the database was away. */
  take(transitions: readonly AlarmTransition[]): Promise<void>;
  /** A node hands alarms over from now on. @returns call it when that ends */
  attach(): () => void;
  stats(): DeskStats;
  stop(): Promise<void>;
}

/** While something is told, and may have to be told again. */
const LOOK_MS = 1_000;
/** What a crash has kept from us is told as long as it is news [J]. */
const MISSED_WITHIN_MS = 15 * 60_000;
/** Of a database that is away for hours: the oldest go first, alarms themselves are stored elsewhere. */
const MOST_WAITING = 20_000;

export function startDecider(options: DeciderOptions): Decider {
  const { store, lease, plan, directory, isJudging, clock, log, onNotices, work, lookMs = LOOK_MS } = options;
  let waiting: { readonly transition: AlarmTransition; readonly done: () => void }[] = [];
  let known: StoredState | null = null;
  let attached = 0;
  let isCaughtUp = false;
  let isBehind = false;
  let isStopped = false;
  let looking: Promise<void> | null = null;
  let isAsked = false;

  async function look(): Promise<void> {
    await storeWaiting();
    await catchUp();
    isBehind = false;
    const token = lease.token();
    if (token === null) known = null;
    else await decide(token);
  }

  async function storeWaiting(): Promise<void> {
    // A copy: more may be handed over while these are being stored.
    const given = new Set(waiting);
    if (given.size === 0) return;
    await store.take([...given].map(({ transition }) => transition));
    waiting = waiting.filter((one) => !given.has(one));
    for (const { done } of given) done();
  }

  /** Once for each time that this process begins to judge: between an alarm and its notice another may have ended. */
  async function catchUp(): Promise<void> {
    if (!isJudging()) isCaughtUp = false;
    else if (!isCaughtUp && attached > 0) {
      const missed = await store.takeMissed(MISSED_WITHIN_MS);
      isCaughtUp = true;
      if (missed > 0) log.info({ alarms: missed }, "alarms that nobody was told of are told now");
    }
  }

  async function decide(token: number): Promise<void> {
    known ??= await store.read();
    const changes = await store.changes(known.state);
    if (changes.length === 0 && Object.keys(known.state.groups).length === 0) return;
    const present = await plan();
    const said = await directory(present);
    const decision = decideNotices(present.routes, said, known.state, changes, clock());
    if (decision.state === known.state && changes.length === 0) return;
    const isWritten = await store.write(decision, changes, known.revision, lease, token);
    known = isWritten ? { state: decision.state, revision: String(BigInt(known.revision) + 1n) } : null;
    if (isWritten && decision.notices.length > 0) onNotices();
  }

  function wake(): void {
    if (isStopped) return;
    isAsked = true;
    looking ??= lookWhileAsked().finally(() => {
      looking = null;
    });
  }

  async function lookWhileAsked(): Promise<void> {
    while (isAsked && !isStopped) {
      isAsked = false;
      await look().catch(note);
    }
  }

  /** What is in memory may not be what is stored: it is read again. */
  function note(error: unknown): void {
    known = null;
    if (isBehind || isStopped) return;
    isBehind = true;
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      "notices wait: they cannot be decided now",
    );
  }

  /** What the database does not tell of. */
  function hasOwnWork(): boolean {
    if (waiting.length > 0 || (!isCaughtUp && attached > 0 && isJudging())) return true;
    return lease.token() !== null && (known === null || Object.keys(known.state.groups).length > 0);
  }

  const stopWork = work.onWork(wake);
  const timer = setInterval(() => {
    if (hasOwnWork()) wake();
  }, lookMs);
  timer.unref();
  return {
    take(transitions) {
      const announced = transitions.filter(({ isAnnounced }) => isAnnounced);
      if (announced.length === 0) {
        // What they change is read from the alarms, sooner than at the next look.
        if (transitions.length > 0) wake();
        return Promise.resolve();
      }
      const stored = announced.map((transition) => new Promise<void>((done) => waiting.push({ transition, done })));
      for (const { done } of waiting.splice(0, Math.max(0, waiting.length - MOST_WAITING))) done();
      wake();
      return Promise.all(stored).then(() => undefined);
    },
    attach() {
      attached += 1;
      let isAttached = true;
      return () => {
        if (isAttached) attached -= 1;
        isAttached = false;
      };
    },
    stats: () => ({ waiting: waiting.length, isBehind }),
    async stop() {
      isStopped = true;
      clearInterval(timer);
      stopWork();
      await looking;
    },
  };
}
