import path from "node:path";
import type { Logger } from "pino";
import type { Collector } from "./adapters/controller/collector.ts";
import { createCollector } from "./adapters/controller/create-collector.ts";
import { createWriter } from "./adapters/database/create-writer.ts";
import type { Database } from "./adapters/database/database.ts";
import { readRawHistory } from "./adapters/database/history-repository.ts";
import { readLatestSnapshots } from "./adapters/database/latest-repository.ts";
import { isEmbedded, openDatabase } from "./adapters/database/open-database.ts";
import { countRounds, readRounds } from "./adapters/database/round-repository.ts";
import { startUpkeep } from "./adapters/database/upkeep.ts";
import type { SnapshotWriter } from "./adapters/database/writer.ts";
import { createInventory, type FileInventory } from "./adapters/inventory/create-inventory.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import type { Journal } from "./adapters/journal/journal.ts";
import { openJournal } from "./adapters/journal/open-journal.ts";
import { createReplayer, type Replayer } from "./adapters/journal/replayer.ts";
import { createLiveState } from "./adapters/live/create-live-state.ts";
import type { LiveState } from "./adapters/live/live-state.ts";
import { createLatestMirror } from "./adapters/redis/latest-mirror.ts";
import { connectRedis } from "./adapters/redis/redis-connection.ts";
import { type Auth, createAuth } from "./adapters/security/create-auth.ts";
import type { Storage } from "./api/context.ts";
import type { Config } from "./config.ts";
import type { CompiledProfile } from "./domain/profiles/compile-profile.ts";
import { findCompiledProfile } from "./domain/profiles/index.ts";

/** How long a start waits for the stored latest state, so that a restart shows the plant at once. */
const WAIT_FOR_LATEST_MS = 3_000;
/** Older snapshots are history, not a state. */
const LATEST_WITHIN_MS = 24 * 3_600_000;
const HISTORY_ROWS = 20_000;
const ROUNDS_AT_START = 100;

/** Everything that lives as long as the process. Started in order, closed in the reverse order. */
export type Services = {
  readonly database: Database;
  readonly journal: Journal;
  readonly inventory: Inventory;
  readonly collector: Collector;
  readonly writer: SnapshotWriter;
  readonly replayer: Replayer;
  readonly liveState: LiveState;
  readonly auth: Auth;
  readonly storage: Storage;
  readonly redisState: () => "in_process" | "connected" | "unreachable";
  /** Ends what is under way and closes everything: sockets, journal, database. */
  close(): Promise<void>;
};

/**
 * Opens the services. A PostgreSQL that is away is no reason to stop: collection and live view start without it.
 *
 * @throws {AppError} `storage.locked`, `storage.unavailable`, `inventory.invalid`: the reason is in the message
 */
export async function startServices(config: Config, log: Logger): Promise<Services> {
  const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log });
  const journal = openJournal({
    path: path.join(config.dataDir, "journal.sqlite"),
    keepAcknowledged: isEmbedded(database),
    log,
  });
  const stopUpkeep = startUpkeep({ database, journal, dataDir: config.dataDir, log });
  // Together: each waits some seconds for a database that is away, and collection should not.
  const [inventory, latest] = await Promise.all([openInventory(config, database, log), storedLatest(database, log)]);
  const redis = config.redisUrl === null ? null : connectRedis(config.redisUrl, redisFaultLog(log));
  const liveState = createLiveState({
    inventory,
    ...latest,
    mirror: redis === null ? null : createLatestMirror(redis),
  });
  const collector = createCollector({ inventory, profileOf, journal, pollIntervalS: config.pollIntervalS, log });
  const writer = createWriter({ database, journal, log });
  const auth = createAuth({ database, secretKey: config.secretKey, publicUrl: config.publicUrl, log });
  return {
    database,
    journal,
    inventory,
    collector,
    writer,
    replayer: createReplayer({ journal }),
    liveState,
    auth,
    storage: storageOf(database, inventory),
    redisState: () => redis?.state() ?? "in_process",
    async close() {
      await collector.close();
      await writer.close();
      await liveState.close();
      auth.close();
      inventory.close();
      await stopUpkeep();
      journal.close();
      redis?.close();
      await database.close();
    },
  };
}

/**
 * The compiled profile by `id` or `id@version`. A reply that was journalled under a former version is mapped by the
 * present one: the raw bodies are kept for that.
 */
export function profileOf(idOrTag: string): CompiledProfile | undefined {
  return findCompiledProfile(idOrTag.split("@", 1)[0] ?? idOrTag);
}

async function openInventory(config: Config, database: Database, log: Logger): Promise<FileInventory> {
  const inventory = createInventory({ database, log, hasProfile: (id) => profileOf(id) !== undefined });
  if (config.sitesFile !== null) {
    await inventory.importSitesFile(config.sitesFile);
    inventory.watchSitesFile(config.sitesFile);
  } else {
    await inventory.load();
  }
  return inventory;
}

/** What the screens showed last; nothing when the database does not answer in time. */
async function storedLatest(database: Database, log: Logger) {
  const since = new Date(Date.now() - LATEST_WITHIN_MS).toISOString();
  const now = new Date().toISOString();
  const read = async () => {
    await database.whenReady();
    const [snapshots, rounds] = await Promise.all([
      readLatestSnapshots(database, since),
      readRounds(database, now, ROUNDS_AT_START),
    ]);
    return { snapshots, rounds };
  };
  const timeout = Promise.withResolvers<Record<string, never>>();
  const timer = setTimeout(() => timeout.resolve({}), WAIT_FOR_LATEST_MS);
  try {
    return await Promise.race([read(), timeout.promise]);
  } catch (error) {
    log.warn({ reason: String(error) }, "the stored latest state could not be read; it fills with the next round");
    return {};
  } finally {
    clearTimeout(timer);
  }
}

function storageOf(database: Database, inventory: Inventory): Storage {
  return {
    async rounds(limit, beforeSlot) {
      const before = beforeSlot ?? new Date(Date.now() + 3_600_000).toISOString();
      const [items, total] = await Promise.all([readRounds(database, before, limit), countRounds(database)]);
      return { items, total };
    },
    async rawHistory(siteId, points, fromMs, toMs, intervalS) {
      const siteNumber = inventory.numberOf(siteId);
      const range = { from: iso(fromMs), to: iso(toMs), limit: HISTORY_ROWS, intervalS };
      const { times, columns } =
        siteNumber === undefined
          ? { times: [], columns: {} as Record<string, readonly (number | null)[]> }
          : await readRawHistory(database, siteNumber, points, range);
      const series = points.map((point) => {
        const values = [...(columns[point] ?? [])];
        return [point, { avg: values, min: values, max: values }] as const;
      });
      return { siteId, step: "raw", times: [...times], series: Object.fromEntries(series) };
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** An unreachable Redis tries again all the time: one line a minute is enough. */
function redisFaultLog(log: Logger): (code: string) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return (code) => {
    if (performance.now() - saidAtMs < 60_000) return;
    saidAtMs = performance.now();
    log.warn({ code }, "redis cannot be reached; nothing is lost, other programs see old values");
  };
}
