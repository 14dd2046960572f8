import { randomBytes } from "node:crypto";
import { BlockList } from "node:net";
import { CHANNELS } from "../../adapters/channels/index.ts";
import type { Database } from "../../adapters/database/database.ts";
import { createHistoryStore } from "../../adapters/database/history/create-history-store.ts";
import { defaultRetention } from "../../adapters/database/retention.ts";
import { countRounds, readRounds } from "../../adapters/database/round-repository.ts";
import { createInventory } from "../../adapters/inventory/create-inventory.ts";
import { createJobs } from "../../adapters/jobs/registry.ts";
import { createNotifications, type Notifications } from "../../adapters/notification/create-notifications.ts";
import { createJobBoard } from "../../adapters/scheduler/job-board.ts";
import type { JobStats } from "../../adapters/scheduler/job-runner.ts";
import { boxFor, SEALED_COLUMNS } from "../../adapters/security/sealed-columns.ts";
import { createSecretBox } from "../../adapters/security/secret-box.ts";
import { createAddressGuard, createResolveHost } from "../../adapters/webhooks/address-guard.ts";
import { createWebhooks } from "../../adapters/webhooks/create-webhooks.ts";
import { createSendRequest } from "../../adapters/webhooks/exchange.ts";
import type { Storage } from "../../api/context.ts";
import { describeCollectors } from "../../domain/collection/describe-collectors.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { ControllerReply } from "../../domain/telemetry/controller-reply.ts";
import { silent } from "./test-database.ts";

const NO_WORK = { onWork: () => () => undefined };

/** The real ones without a lease: they are set up, and nothing is sent. */
export function idleWebhooks(database: Database) {
  const box = createSecretBox(randomBytes(32), null);
  return createWebhooks({
    database,
    sealers: { url: boxFor(box, SEALED_COLUMNS.webhookUrl), secret: boxFor(box, SEALED_COLUMNS.webhookSecret) },
    lease: { name: "scheduler", holder: "nobody", fenceSql: "", token: () => null },
    guard: createAddressGuard({
      allow: new BlockList(),
      forbidden: () => new Set(),
      resolve: async () => ["93.184.215.14"],
    }),
    log: silent,
  });
}

/** Signs the acknowledge links of this API. */
export const LINK_KEY = new Uint8Array(32).fill(7);

/** The real ones without a lease: they are set up, and nothing is decided or sent. */
export function idleNotifications(
  database: Database,
  options: { readonly publicUrl: string; readonly clock: () => number },
): Notifications {
  const box = createSecretBox(randomBytes(32), null);
  const guard = createAddressGuard({ allow: new BlockList(), forbidden: () => new Set() });
  return createNotifications({
    database,
    lease: { name: "scheduler", holder: "nobody", fenceSql: "", token: () => null },
    sealers: {
      addresses: boxFor(box, SEALED_COLUMNS.notificationAddresses),
      settings: boxFor(box, SEALED_COLUMNS.notificationSettings),
    },
    channels: {
      definitions: CHANNELS,
      parts: { send: createSendRequest(guard), resolve: createResolveHost(guard), sign: () => ({}) },
    },
    linkKey: LINK_KEY,
    timeZone: "Asia/Dubai",
    siteOf: () => undefined,
    ruleOf: () => undefined,
    readTrend: async () => ({ timesMs: [], values: [] }),
    isJudging: () => false,
    work: { decisions: NO_WORK, deliveries: NO_WORK },
    log: silent,
    ...options,
  });
}

/** The real history of jobs, and orders that always go well. */
export function toldJobs(database: Database) {
  const board = createJobBoard({
    database,
    jobs: createJobs({
      engine: () => database.engine,
      rollUp: async () => ({ buckets: 0, rows: 0 }),
      applyRetention: async () => ({}),
      purgeRuns: async () => 0,
      cutAudit: async () => 0,
      forgetCommands: async () => 0,
      ensurePartitions: async () => undefined,
      listTables: async () => [],
      vacuumTable: async () => undefined,
      sortDays: async () => ({ sorted: [], skipped: [] }),
      resealSecrets: null,
      retainRecordings: null,
      sweepRecordings: null,
      copyStore: null,
    }),
    leaseName: "scheduler",
    timeZone: "Asia/Dubai",
    log: silent,
  });
  return { ...board, order: async () => "queued" as const, stats: (): JobStats => ({ runs: [], lastSuccess: [] }) };
}

type Told = { bytes: number; isWritable: boolean };

const TOLD_LEASES = [
  { name: "collector:0", holder: "host-2-bb", token: 7 },
  { name: "collector:1", holder: "host-1-aa", token: 3 },
];

/** What collector, journal and writer say. @param door closed: the database is away */
export function toldServices(
  journal: Told,
  watched: [string, number][],
  replies: Map<string, ControllerReply>,
  door: { readonly isOpen: boolean },
  numberOf: (siteId: string) => number | undefined,
) {
  const round = { slot: "2026-11-23T08:00:00.000Z", durationMs: 91 };
  return {
    collector: {
      watch: (siteId: string, forS: number) => void watched.push([siteId, forS]),
      factsOf: (siteId: string) =>
        siteId === "site-002"
          ? {
              siteId,
              slot: round.slot,
              result: "timeout" as const,
              attempts: 4,
              latencyMs: null,
              breaker: "suspect" as const,
              misses: 2,
            }
          : null,
      lastReplyOf: (siteId: string) => replies.get(siteId) ?? null,
      stats: () => ({ polls: { ok: 7, timeout: 2 }, roundsTotal: 3, lastRound: round, openSockets: 5 }),
    },
    collectors: async (sites?: readonly Site[]) => {
      if (!door.isOpen) throw new Error("the database is away");
      const numbers = sites?.flatMap(({ id }) => numberOf(id) ?? []) ?? [1, 2, 16, 17];
      return describeCollectors(["host-1-aa", "host-2-bb"], TOLD_LEASES, numbers, "host-1-aa");
    },
    journal: {
      stats: () => ({ rows: 3, capBytes: 1000, oldestSlot: null, quarantined: 0, dropped: 0, ...journal }),
    },
    writer: {
      stats: () => ({
        written: 42,
        duplicates: 1,
        quarantined: 0,
        queued: 2,
        lagS: 0.4,
        state: "writing" as const,
        lastError: null,
      }),
    },
  };
}

/** The real inventory, until a test says what the sites are. */
export function createTestInventory(database: Database) {
  const real = createInventory({ database, log: silent });
  const listeners = new Set<() => void>();
  let told: ReadonlyMap<string, Site> | null = null;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  real.onChange(tell);
  return {
    ...real,
    get: (siteId: string) => (told ? told.get(siteId) : real.get(siteId)),
    all: () => (told ? [...told.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) : real.all()),
    onChange(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(next: readonly Site[]) {
      told = new Map(next.map((site) => [site.id, site]));
      tell();
    },
  };
}

/** The real rounds and history. */
export function storageOf(database: Database, inventory: { numberOf(siteId: string): number | undefined }): Storage {
  return {
    async rounds(limit, beforeSlot) {
      const items = await readRounds(database, beforeSlot ?? "2999-01-01T00:00:00.000Z", limit);
      return { items, total: await countRounds(database) };
    },
    history: createHistoryStore({
      database,
      numberOf: inventory.numberOf,
      retention: () => defaultRetention(database.engine),
    }),
  };
}

/** The real database behind a door: closed, it looks like a server that is gone. */
export function guard(database: Database, door: { isOpen: boolean }): Database {
  const refuse = () =>
    Promise.reject(Object.assign(new Error("connect ECONNREFUSED 10.1.1.1:5432"), { code: "ECONNREFUSED" }));
  return {
    ...database,
    engine: database.engine,
    query: (...given) => (door.isOpen ? database.query(...given) : refuse()),
    transaction: (...given) => (door.isOpen ? database.transaction(...given) : refuse()),
    isReachable: async () => door.isOpen && (await database.isReachable()),
  };
}
