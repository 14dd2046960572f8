import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BackendAccess, PLAIN_ACCESS } from "../../domain/backend-access.ts";
import type { Log } from "../../domain/log.ts";
import type { Database } from "./database.ts";
import { createPgliteDatabase, type EmbeddedDatabase } from "./pglite-database.ts";
import { createPostgresDatabase } from "./postgres-database.ts";
import { takeStoreLock } from "./store-lock.ts";

export type OpenOptions = {
  /** `postgres://…`; null = embedded in `dataDir`. */
  readonly url: string | null;
  /** How the server is entered; absent: as for one on this machine. */
  readonly access?: BackendAccess;
  readonly dataDir: string;
  readonly log: Log;
};

/**
 * Opens the one truth: PostgreSQL where a URL is given, else PGlite in `dataDir/database`, of which only one process can
 * be the owner. The schema is brought up to date first.
 *
 * @throws {AppError} `storage.locked` when another process owns the embedded database; `storage.unavailable` when it does
 *   not open, or the server refuses. A server that is merely away is no error: see `Database.whenReady`.
 */
export async function openDatabase({
  url,
  access = PLAIN_ACCESS,
  dataDir,
  log,
}: OpenOptions): Promise<Database | EmbeddedDatabase> {
  if (url !== null) return createPostgresDatabase({ url, access }, log);
  mkdirSync(dataDir, { recursive: true });
  const release = takeStoreLock(join(dataDir, "database.lock"));
  try {
    const database = await createPgliteDatabase(join(dataDir, "database"), log);
    return Object.assign(database, {
      close: closeThen(database.close, release),
    });
  } catch (error) {
    release();
    throw error;
  }
}

/** True for PGlite, which needs a daily copy and replays what was acknowledged since. */
export function isEmbedded(database: Database): database is EmbeddedDatabase {
  return "dump" in database;
}

function closeThen(close: () => Promise<void>, release: () => void): () => Promise<void> {
  return async () => {
    await close();
    release();
  };
}
