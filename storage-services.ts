import type { Logger } from "pino";
import { type Audit, createAudit } from "./adapters/audit/create-audit.ts";
import type { Database } from "./adapters/database/database.ts";
import { createHistoryStore } from "./adapters/database/history/create-history-store.ts";
import { countRounds, readRounds } from "./adapters/database/round-repository.ts";
import type { Inventory } from "./adapters/inventory/inventory.ts";
import { deriveKey } from "./adapters/security/derive-key.ts";
import type { Storage } from "./api/context.ts";
import type { Config } from "./config.ts";
import type { LevelRetention } from "./domain/telemetry/history-level.ts";

/** The audit trail, whose checkpoints are signed with the present key, and checked with the former one, too. */
export function openAudit(config: Config, database: Database, isActive: () => boolean, log: Logger): Audit {
  const seedOf = (key: Uint8Array) => deriveKey(key, "audit-checkpoints");
  const former = config.previousSecretKey === null ? [] : [seedOf(config.previousSecretKey)];
  return createAudit({
    database,
    dataDir: config.dataDir,
    seeds: [seedOf(config.secretKey), ...former],
    isActive,
    log,
  });
}

/** What routes read of rounds and history. */
export function storageOf(database: Database, inventory: Inventory, retention: () => LevelRetention): Storage {
  return {
    async rounds(limit, beforeSlot) {
      const before = beforeSlot ?? new Date(Date.now() + 3_600_000).toISOString();
      const [items, total] = await Promise.all([readRounds(database, before, limit), countRounds(database)]);
      return { items, total };
    },
    history: createHistoryStore({ database, numberOf: (siteId) => inventory.numberOf(siteId), retention }),
  };
}
