import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import type pg from "pg";

const TABLE = "schema_migration";

/** The folder `migrations/` of this package, wherever the calling code was bundled to. */
export function migrationsFolder(from: string = import.meta.url): string {
  for (let folder = dirname(fileURLToPath(from)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "migrations", "001_site.sql"))) return join(folder, "migrations");
  }
  throw new Error("the folder migrations/ is missing from this installation");
}

export type MigrateOptions = {
  readonly direction: "up" | "down";
  /** How many files; all of them when absent (up), one when absent (down). */
  readonly count?: number;
  readonly folder?: string;
};

/**
 * Brings the schema up to date, all files in one transaction. Several processes may start together: one runs, the others
 * wait for it and find nothing to do.
 *
 * @returns the names of the files that were run
 * @throws the server's error; nothing was changed then
 */
export async function migrate(client: pg.ClientBase, options: MigrateOptions): Promise<string[]> {
  const silent = () => undefined;
  const done = await runner({
    dbClient: client,
    dir: options.folder ?? migrationsFolder(),
    direction: options.direction,
    ...(options.count === undefined ? {} : { count: options.count }),
    migrationsTable: TABLE,
    checkOrder: true,
    singleTransaction: true,
    advisoryLockMode: "wait",
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
  return done.map(({ name }) => name);
}
