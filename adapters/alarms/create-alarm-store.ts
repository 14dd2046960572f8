import type { AlarmTransition } from "../../domain/alarms/alarm.ts";
import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import type { AlarmDatabase, SiteNumbers } from "./alarm-database.ts";
import {
  type AlarmCounts,
  type AlarmFilter,
  type AlarmListing,
  type AlarmPage,
  countAlarms,
  countByRule,
  countBySite,
  countByState,
  countChanges,
  type ListedAlarm,
  listAlarms,
  listTransitions,
  type RuleAlarmCount,
  readAlarm,
  type SiteAlarmCount,
  type StateAlarmCount,
  type TransitionFilter,
} from "./read-alarms.ts";
import { type AlarmAct, type AlarmOutcome, type Fence, writeAlarms } from "./write-alarms.ts";

/**
 * The alarms: PostgreSQL has the truth, and every change goes through here. Each call rejects with a `SqlError` while the
 * database is away.
 */
export interface AlarmStore {
  /**
   * What the engine has found. Giving the same events again changes nothing.
   *
   * @throws {LostLeaseError} when another process evaluates by now: nothing was written
   */
  applyConditions(events: readonly ConditionEvent[], fence: Fence | null): Promise<readonly AlarmTransition[]>;
  /** What people do: an outcome for each, in order. */
  act(acts: readonly AlarmAct[]): Promise<readonly AlarmOutcome[]>;
  /** Ends shelvings whose time has run out. */
  unshelveDue(nowMs: number, fence: Fence | null): Promise<readonly AlarmTransition[]>;
  list(filter: AlarmFilter, page: AlarmPage): Promise<AlarmListing>;
  /** @returns null when there is none, or it is of a site that is not among these */
  get(alarmId: string, siteIds: readonly string[] | null): Promise<ListedAlarm | null>;
  count(siteIds: readonly string[] | null): Promise<AlarmCounts>;
  countBySite(siteIds: readonly string[] | null): Promise<SiteAlarmCount[]>;
  countByRule(siteIds: readonly string[] | null): Promise<RuleAlarmCount[]>;
  /** Of the whole platform. */
  countByState(): Promise<StateAlarmCount[]>;
  /** Another number than before: something has changed, here or in another process. */
  countChanges(): Promise<number>;
  transitions(
    filter: TransitionFilter,
    page: AlarmPage,
  ): Promise<{ readonly items: readonly AlarmTransition[]; readonly nextCursor: string | null }>;
  /** Called with what was just stored by this process. @returns unsubscribe */
  onChange(listener: (transitions: readonly AlarmTransition[]) => void): () => void;
}

export type AlarmStoreOptions = {
  readonly database: AlarmDatabase;
  readonly sites: SiteNumbers;
  /** `fence as materialized (…)` with the parameters $1 to $3: name, holder and token of a lease. */
  readonly fenceSql: string;
};

export function createAlarmStore(options: AlarmStoreOptions): AlarmStore {
  const { database, sites } = options;
  const listeners = new Set<(transitions: readonly AlarmTransition[]) => void>();

  async function write(events: readonly (ConditionEvent | AlarmAct)[], fence: Fence | null): Promise<AlarmOutcome[]> {
    const outcomes = await writeAlarms(options, events, fence);
    const transitions = transitionsOf(outcomes);
    if (transitions.length > 0) for (const listener of listeners) listener(transitions);
    return outcomes;
  }

  return {
    applyConditions: async (events, fence) => transitionsOf(await write(events, fence)),
    act: (acts) => write(acts, null),
    async unshelveDue(nowMs, fence) {
      const at = new Date(nowMs).toISOString();
      const due = await database.query("select id from alarm where shelved_until <= $1::timestamptz", [at]);
      const acts = due.map((row) => ({
        alarmId: String(row["id"]),
        event: { type: "unshelve", at, by: null } as const,
      }));
      return transitionsOf(await write(acts, fence));
    },
    list: (filter, page) => listAlarms(database, sites, filter, page),
    get: (alarmId, siteIds) => readAlarm(database, sites, siteIds, alarmId),
    count: (siteIds) => countAlarms(database, sites, siteIds),
    countBySite: (siteIds) => countBySite(database, sites, siteIds),
    countByRule: (siteIds) => countByRule(database, sites, siteIds),
    countByState: () => countByState(database),
    countChanges: () => countChanges(database),
    transitions: (filter, page) => listTransitions(database, sites, filter, page),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function transitionsOf(outcomes: readonly AlarmOutcome[]): AlarmTransition[] {
  return outcomes.flatMap(({ transition }) => transition ?? []);
}
