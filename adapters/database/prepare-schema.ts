import type pg from "pg";
import type { Log } from "../../domain/log.ts";
import type { Engine } from "./database.ts";
import { detectEngine } from "./detect-engine.ts";
import { migrate } from "./migrate.ts";
import { ensurePartitions } from "./partitions.ts";
import { registerPoints } from "./point-registry.ts";

/**
 * Migrates, writes the point catalogue, creates the partitions that are due. Safe with several processes at once, and
 * with each start.
 */
export async function prepareSchema(client: pg.ClientBase, kind: Engine["kind"], log: Log): Promise<Engine> {
  const files = await migrate(client, { direction: "up" });
  if (files.length > 0) log.info({ files }, "the database schema was brought up to date");
  await registerPoints(client);
  const { engine, isUnused } = await detectEngine(client, kind);
  if (engine.ownPartitions) await ensurePartitions(client);
  log.info({ ...engine }, "the database is ready");
  if (isUnused) {
    log.warn(
      {},
      "TimescaleDB is installed on this server, but the extension is not created in this database: not used",
    );
  }
  return engine;
}
