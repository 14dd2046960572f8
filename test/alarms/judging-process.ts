import { type AlarmDesk, createAlarmDesk, type JudgingLease } from "../../adapters/alarms/alarm-desk.ts";
import { type AlarmMemory, createAlarmMemory } from "../../adapters/alarms/alarm-memory.ts";
import { type AlarmStore, createAlarmStore } from "../../adapters/alarms/create-alarm-store.ts";
import type { Database } from "../../adapters/database/database.ts";
import { FENCE_SQL, releaseLeases, takeLease } from "../../adapters/leases/lease-store.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import type { SiteFacts } from "../../domain/alarms/site-facts.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import { type RecordedLog, recordedLog } from "../services/recorded-log.ts";

const LEASE = "alarms";
const TTL_MS = 600_000;

export type ProcessParts = {
  readonly database: Database;
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly facts: ReadonlyMap<string, SiteFacts>;
  /** What the process takes for now, ms since the epoch. */
  readonly clock: () => number;
  readonly memory?: (real: AlarmMemory) => AlarmMemory;
  readonly store?: (real: AlarmStore) => AlarmStore;
  readonly retryMs?: number;
};

/** The part of a process that judges alarms, on a real database and with a real lease, which it takes when the test says so. */
export class JudgingProcess {
  readonly desk: AlarmDesk;
  readonly log: RecordedLog = recordedLog();
  /** Whose rules judge: in the platform they are nodes that a message has passed. */
  holders: readonly string[] = ["rules"];
  private readonly listeners = new Set<() => void>();
  private readonly database: Database;
  private readonly name: string;
  private token: number | null = null;

  constructor({ database, name, rules, facts, clock, memory, store, retryMs = 5 }: ProcessParts) {
    this.database = database;
    this.name = name;
    const realMemory = createAlarmMemory(database, FENCE_SQL);
    const sites = { numberOf: (id: string) => Number(id.slice(5)) || undefined };
    const realStore = createAlarmStore({ database, sites, fenceSql: FENCE_SQL });
    const lease: JudgingLease = {
      fence: () => (this.token === null ? null : { name: LEASE, holder: name, token: this.token }),
      onChange: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
    this.desk = createAlarmDesk({
      store: store?.(realStore) ?? realStore,
      memory: memory?.(realMemory) ?? realMemory,
      lease,
      facts: () => facts,
      latest: () => undefined,
      timeZone: "Asia/Shanghai",
      clock,
      log: this.log,
      retryMs,
    });
    this.desk.shelf.offer("rules", rules);
  }

  /** @returns false when another process has it */
  async take(): Promise<boolean> {
    this.token = await takeLease(this.database, LEASE, this.name, TTL_MS);
    this.tell();
    return this.token !== null;
  }

  async giveBack(): Promise<void> {
    await releaseLeases(this.database, [LEASE], this.name);
    this.notice();
  }

  /** It notices that the lease is gone, which may be later than it was. */
  notice(): void {
    this.token = null;
    this.tell();
  }

  /** What a round brings, in two parts, and its end. All of it is recorded, unless the process is cut off on the way. */
  async round(slotMs: number, snapshots: readonly Snapshot[]): Promise<void> {
    const half = Math.ceil(snapshots.length / 2);
    for (const part of [snapshots.slice(half), snapshots.slice(0, half)]) {
      if (part.length > 0) await this.desk.record(this.desk.judge(this.holders, part));
    }
    await this.desk.record(this.desk.close(this.holders, reportOf(slotMs)));
  }

  /** The same without waiting: the recording goes on behind it. @returns what is being recorded */
  judge(slotMs: number, snapshots: readonly Snapshot[]): Promise<unknown> {
    const { desk, holders } = this;
    return Promise.all([
      desk.record(desk.judge(holders, snapshots)),
      desk.record(desk.close(holders, reportOf(slotMs))),
    ]);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Makes the lease that processes take turns with, as nobody's. */
export async function makeLease(database: Database): Promise<void> {
  await database.query("delete from lease where name = $1", [LEASE]);
  await database.query("insert into lease (name) values ($1)", [LEASE]);
}

function reportOf(slotMs: number): RoundReport {
  const slot = new Date(slotMs).toISOString();
  const counts = { sites: 0, ok: 0, late: 0, failed: {}, skipped: 0, lateSites: [], failedSites: {}, slowest: null };
  return { slot, startedAt: slot, durationMs: 900, ...counts };
}
