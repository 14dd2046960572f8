import { adoptRules } from "../../domain/alarms/adopt-rules.ts";
import type { Alarm, AlarmTransition } from "../../domain/alarms/alarm.ts";
import { applySnapshots, closeSlot, type Slot, type Step } from "../../domain/alarms/alarm-engine.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import { EMPTY_FLEET, type FleetState } from "../../domain/alarms/fleet-state.ts";
import { type KnownCameras, NO_CAMERAS, rememberCameras } from "../../domain/alarms/known-cameras.ts";
import { localClock } from "../../domain/alarms/local-clock.ts";
import { resumeFleet } from "../../domain/alarms/resume-fleet.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import { compileRuleSet, type RuleSet } from "../../domain/alarms/rule-set.ts";
import type { SiteFacts } from "../../domain/alarms/site-facts.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import { keepNewest } from "../../domain/keep-newest.ts";
import type { Log } from "../../domain/log.ts";
import { seldom } from "../../domain/seldom.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { AlarmMemory } from "./alarm-memory.ts";
import type { AlarmStore } from "./create-alarm-store.ts";
import { createRuleShelf, type RuleShelf, type ShelvedRules } from "./rule-shelf.ts";
import { type Fence, LostLeaseError } from "./write-alarms.ts";

/** What the rules found in one step, and which state of their memory follows from it. */
export type Judged = { readonly events: readonly ConditionEvent[]; readonly place: number };

/**
 * The alarm rules at work: judges what the flow brings, and stores what the flow sends on. Between the two lies the flow,
 * so that what an integrator unwires stops.
 */
export interface AlarmDesk {
  /** Where the nodes lay out the rules that they hold. */
  readonly shelf: RuleShelf;
  /**
   * Judges snapshots of one moment by the rules of these holders; they may be of several slots. Alarms of rules that are
   * not among them end; while a holder has no usable rules, they are held as they are, since they may be of its rules.
   * Without the lease nothing is judged.
   *
   * @param cameras what is known of them now
   * @throws {AppError} `rule.invalid` when the rules do not fit together
   */
  judge(holders: readonly string[], snapshots: readonly Snapshot[], cameras?: KnownCameras): Judged;
  /** Ends a slot: counts what was missed, judges what depends on several sites. @throws {AppError} as `judge` */
  close(holders: readonly string[], report: RoundReport, cameras?: KnownCameras): Judged;
  /** What this process finds beside the rules, about the platform itself, to be stored like what they find. */
  beside(events: readonly ConditionEvent[]): Judged;
  /**
   * Stores what was judged, in order, and then the memory: after a crash in between the stored alarms count (`resumeFleet`).
   * While the database is away it waits; what was judged later waits behind it.
   *
   * @returns the changes, which are stored; none when another process judges by now
   */
  record(judged: Judged): Promise<readonly AlarmTransition[]>;
  /** True in the process that judges. */
  isJudging(): boolean;
  /** By which it was judged last; none before the first message. */
  rules(): readonly Rule[];
  /** Ids that several of those rules had: of each the first that the message passed counts. */
  rulesHeldTwice(): readonly string[];
  /** Of the holders of the last message, those that have had no usable rules since the start. */
  holdersWithoutRules(): readonly string[];
  /** What the rules know of each site beside its readings. */
  facts(): ReadonlyMap<string, SiteFacts>;
  /** Slot of the newest end of a round that was judged, ms since the epoch; null before the first. */
  judgedMs(): number | null;
  readonly store: AlarmStore;
  /** Waits for what is being stored. */
  stop(): Promise<void>;
}

/** The lease of the one process that judges. */
export type JudgingLease = {
  /** Null while this process does not hold it. */
  fence(): Fence | null;
  /** Called after it was gained or lost. @returns unsubscribe */
  onChange(listener: () => void): () => void;
};

export type AlarmDeskOptions = {
  readonly store: AlarmStore;
  readonly memory: AlarmMemory;
  readonly lease: JudgingLease;
  /** What is known of every site now. */
  readonly facts: () => ReadonlyMap<string, SiteFacts>;
  readonly latest: (siteId: string) => Snapshot | undefined;
  /** A name of the IANA data base: for rules that hold at certain hours. */
  readonly timeZone: string;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: Log;
  /** For tests: how long it waits between two tries. */
  readonly retryMs?: number;
};

const RETRY_MS = 2_000;
/** Delays that run are remembered at least so often; a crash makes them begin anew from there. */
const SAVE_EVERY_MS = 60_000;
const COMPLAIN_EVERY_MS = 60_000;
const SHELVED_EVERY_MS = 5_000;
/** Where the flow stores nothing, nobody fetches them. */
const MOST_STATES = 256;

const NO_RULES: ShelvedRules = { rules: [], twice: [], missing: [] };

export function createAlarmDesk(options: AlarmDeskOptions): AlarmDesk {
  const { store, memory, lease, facts, latest, timeZone, clock, log, retryMs = RETRY_MS } = options;
  const shelf = createRuleShelf();
  const withCameras = rememberCameras();
  let joined = NO_RULES;
  let set: RuleSet | null = null;
  /** Null: this process does not judge, or has not read yet what was known before. Of the rules of then. */
  let state: FleetState | null = null;
  /** Alarms as they were stored when `state` was read, until the rules are known that they belong to. */
  let unfitted: { readonly alarms: readonly Alarm[]; readonly fromMs: number } | null = null;
  /** By which right `state` was judged, and the first place of then: another process may have judged in between. */
  let reign: { readonly fence: Fence; readonly sincePlace: number } | null = null;
  let place = 0;
  /** States by place, until what was judged on the way to them is stored. */
  const states = new Map<number, FleetState>();
  let saved = { place: 0, atMs: Number.NEGATIVE_INFINITY };
  /** What a later record, or the end of this process, is to save. */
  let unsaved: { readonly state: FleetState; readonly place: number; readonly fence: Fence } | null = null;
  const mayComplain = seldom(COMPLAIN_EVERY_MS, clock);
  let queue: Promise<unknown> = Promise.resolve();
  let isStopped = false;
  let isAway = false;
  let pause: { readonly end: () => void } | null = null;
  const unsubscribe = lease.onChange(follow);
  const shelved = setInterval(() => void endShelvings(), SHELVED_EVERY_MS);
  shelved.unref();
  follow();

  function follow(): void {
    const fence = lease.fence();
    if (fence !== null && state !== null && fence.token === reign?.fence.token) return;
    state = null;
    if (fence !== null) queue = queue.then(() => load(fence));
  }

  async function load(fence: Fence): Promise<void> {
    const found = await persist(fence, () => memory.read());
    if (found === undefined || state !== null || lease.fence()?.token !== fence.token) return;
    place += 1;
    reign = { fence, sincePlace: place };
    unfitted = { alarms: found.alarms, fromMs: clock() };
    state = found.state ?? EMPTY_FLEET;
    log.info({ sites: Object.keys(state.sites).length }, "this process judges the alarm rules");
  }

  /** Tries until it works. @returns undefined when this right has ended, or the process is to end */
  async function persist<T>(fence: Fence, work: () => Promise<T>): Promise<T | undefined> {
    while (lease.fence()?.token === fence.token && !(isStopped && isAway)) {
      try {
        const done = await work();
        isAway = false;
        return done;
      } catch (error) {
        if (error instanceof LostLeaseError) return undefined;
        isAway = true;
        complain(error);
        if (!isStopped) await wait();
      }
    }
    return undefined;
  }

  async function save(): Promise<void> {
    if (unsaved === null) return;
    const { state: reached, place: at, fence } = unsaved;
    const isSaved = await persist(fence, async () => {
      await memory.write(reached, fence);
      return true;
    });
    unsaved = null;
    if (isSaved) saved = { place: at, atMs: clock() };
  }

  function wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, retryMs);
      pause = {
        end() {
          clearTimeout(timer);
          resolve();
        },
      };
    });
  }

  function complain(error: unknown): void {
    if (mayComplain()) log.warn({ reason: String(error) }, "alarms cannot be stored now: they wait");
  }

  function slotAt(slotMs: number, cameras: KnownCameras): Slot {
    return { slotMs, facts: withCameras(facts(), cameras), clock: localClock(slotMs, timeZone) };
  }

  /** One step by the rules of these holders; the alarms of rules that are gone end with it. */
  function step(holders: readonly string[], run: (set: RuleSet, state: FleetState) => Step): Judged {
    const next = shelf.join(holders);
    if (set === null || next !== joined) {
      set = compileRuleSet(next.rules);
      joined = next;
    }
    if (state === null) return { events: [], place };
    const known = unfitted === null ? state : resumeFleet(state, unfitted.alarms, unfitted.fromMs);
    unfitted = null;
    // Not before what was judged: an earlier end would pass for a repetition.
    const adopted = adoptRules(set, known, Math.max(clock(), known.slotMs ?? 0), isHeld);
    const done = run(set, adopted.state);
    if (done.state !== state) keepNewest(states, MOST_STATES, ++place, done.state);
    state = done.state;
    return { events: [...adopted.events, ...done.events], place };
  }

  /** Which rules a holder without usable ones would have, nobody knows: any that no other holder has. */
  function isHeld(ruleId: string): boolean {
    return joined.missing.length > 0 && !joined.rules.some(({ id }) => id === ruleId);
  }

  async function endShelvings(): Promise<void> {
    const fence = lease.fence();
    if (fence === null || state === null) return;
    await store.unshelveDue(clock(), fence).catch(complain);
  }

  return {
    store,
    shelf,
    rules: () => joined.rules,
    rulesHeldTwice: () => joined.twice,
    holdersWithoutRules: () => joined.missing,
    facts,
    isJudging: () => state !== null,
    judgedMs: () => state?.slotMs ?? null,

    judge(holders, snapshots, cameras = NO_CAMERAS) {
      const bySlot = Map.groupBy(snapshots, ({ slot }) => Date.parse(slot));
      const slots = [...bySlot.keys()].sort((a, b) => a - b);
      return step(holders, (rules, before) => {
        const events: ConditionEvent[] = [];
        let after = before;
        for (const slotMs of slots) {
          const one = applySnapshots(rules, after, slotAt(slotMs, cameras), bySlot.get(slotMs) ?? []);
          events.push(...one.events);
          after = one.state;
        }
        return { state: after, events };
      });
    },

    close(holders, report, cameras = NO_CAMERAS) {
      const slotMs = Date.parse(report.slot);
      return step(holders, (rules, before) => {
        // Joined reports of several collectors come again when a late part is added.
        if (slotMs <= (before.slotMs ?? 0)) return { state: before, events: [] };
        return closeSlot(rules, before, slotAt(slotMs, cameras), { latest });
      });
    },

    // The first place of this reign: no state is kept there, and none that waits is thrown away.
    beside: (events) => ({ events, place: reign?.sincePlace ?? 0 }),

    record({ events, place: reached }) {
      const after = states.get(reached);
      for (const known of [...states.keys()]) if (known <= reached) states.delete(known);
      // What was judged before another process did is not stored after it.
      const fence = reign !== null && reached >= reign.sincePlace ? reign.fence : null;
      const work = async () => {
        if (fence === null) return [];
        if (after !== undefined && reached > saved.place) unsaved = { state: after, place: reached, fence };
        if (events.length === 0 && clock() - saved.atMs < SAVE_EVERY_MS) return [];
        const transitions = await persist(fence, () => store.applyConditions(events, fence));
        if (transitions !== undefined) await save();
        return transitions ?? [];
      };
      const result = queue.then(work, work);
      queue = result.catch(() => undefined);
      return result;
    },

    async stop() {
      isStopped = true;
      unsubscribe();
      clearInterval(shelved);
      pause?.end();
      await queue.then(save);
    },
  };
}
