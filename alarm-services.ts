import { type AlarmDesk, createAlarmDesk, type JudgingLease } from "./adapters/alarms/alarm-desk.ts";
import { createAlarmMemory } from "./adapters/alarms/alarm-memory.ts";
import { type BackTests, createBackTests } from "./adapters/alarms/back-tests.ts";
import { createAlarmStore } from "./adapters/alarms/create-alarm-store.ts";
import { createDeployGate } from "./adapters/alarms/deploy-gate.ts";
import { createFleetFacts } from "./adapters/alarms/fleet-facts.ts";
import { readQueue } from "./adapters/alarms/read-queue.ts";
import { createSiteBaselines, type SiteBaselines } from "./adapters/alarms/site-baselines.ts";
import { createSiteFlags, type SiteFlags } from "./adapters/alarms/site-flags.ts";
import type { Database } from "./adapters/database/database.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import type { LeaseKeeper } from "./adapters/leases/lease-keeper.ts";
import { FENCE_SQL } from "./adapters/leases/lease-store.ts";
import type { LiveState } from "./adapters/live/live-state.ts";
import type { BudgetVerdict } from "./domain/alarms/back-test/judge-budget.ts";
import type { Log } from "./domain/log.ts";
import type { Fleet } from "./fleet-services.ts";

/** Whoever holds this lease judges the rules. */
const ALARM_LEASE = "alarms";

export type AlarmServiceOptions = {
  readonly database: Database;
  readonly inventory: Inventory;
  readonly liveState: Pick<LiveState, "get">;
  /** Names this start of this process in the lease. */
  readonly holder: string;
  /** Of a process that sees the whole fleet, and may judge; null in others, which list alarms and act on them. */
  readonly keeper: LeaseKeeper | null;
  /** Default polling interval, seconds. */
  readonly pollIntervalS: number;
  readonly timeZone: string;
  /** Rules were deployed that would take more than the alarm budget. */
  readonly onOverBudget: (verdict: BudgetVerdict, ruleIds: readonly string[]) => void;
  /** Shows other programs which alarms want somebody. */
  readonly alarmQueue: Fleet["alarmQueue"];
  readonly log: Log;
};

export type AlarmServices = {
  readonly alarms: AlarmDesk;
  readonly siteFlags: SiteFlags;
  readonly siteBaselines: SiteBaselines;
  readonly backTests: BackTests;
  /** Stores what was judged, then gives the lease back. */
  close(): Promise<void>;
};

/** Alarms: listed and acted on in every process, judged in the one that holds the lease. */
export function createAlarms(options: AlarmServiceOptions): AlarmServices {
  const { database, inventory, liveState, holder, keeper, pollIntervalS, timeZone, alarmQueue, log } = options;
  const facts = createFleetFacts({ database, inventory, pollIntervalS, log });
  const lease: JudgingLease = {
    fence() {
      const token = keeper?.held().get(ALARM_LEASE);
      return token === undefined ? null : { name: ALARM_LEASE, holder, token };
    },
    onChange: (listener) => keeper?.onChange(listener) ?? (() => undefined),
  };
  const alarms = createAlarmDesk({
    store: createAlarmStore({ database, sites: inventory, fenceSql: FENCE_SQL }),
    memory: createAlarmMemory(database, FENCE_SQL),
    lease,
    facts: facts.all,
    latest: (siteId) => liveState.get(siteId),
    timeZone,
    clock: Date.now,
    log,
  });
  const queue = alarmQueue({ read: (ids) => readQueue(database, ids), isOwner: () => lease.fence() !== null });
  alarms.store.onChange((transitions) => queue?.changed(transitions.map(({ alarmId }) => alarmId)));
  keeper?.onChange(() => queue?.rebuild());
  const backTests = createBackTests({ database, facts: facts.all, timeZone, clock: Date.now, log });
  const deployGate = createDeployGate({
    rules: alarms.rules,
    isJudging: alarms.isJudging,
    siteIds: () => inventory.all().map(({ id }) => id),
    backTests,
    onWarning: options.onOverBudget,
    clock: Date.now,
    log,
  });
  keeper?.want([ALARM_LEASE]);
  return {
    alarms,
    siteFlags: createSiteFlags({ database, sites: inventory }),
    siteBaselines: createSiteBaselines({ database, sites: inventory }),
    backTests,
    async close() {
      deployGate.close();
      await backTests.close();
      await alarms.stop();
      queue?.stop();
      facts.close();
      await keeper?.close();
    },
  };
}
