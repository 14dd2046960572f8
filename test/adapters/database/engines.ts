import { inject } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { createFreshDataDir } from "../../services/fresh-pglite.ts";
import { recordedLog } from "../../services/recorded-log.ts";

/** A database that is open, and how to get rid of it again. */
export type OpenedEngine = { readonly database: Database; dispose(): Promise<void> };
export type EngineUnderTest = { readonly name: string; readonly isMissing: boolean; open(): Promise<OpenedEngine> };

/** The same suite runs on each: what works on one must work on all. */
export const ENGINES: readonly EngineUnderTest[] = [
  { name: "PGlite", isMissing: false, open: openPglite },
  { name: "plain PostgreSQL", isMissing: inject("databaseUrl") === null, open: () => openPostgres(false) },
  { name: "TimescaleDB", isMissing: inject("databaseUrl") === null, open: () => openPostgres(true) },
];

async function openPglite(): Promise<OpenedEngine> {
  const { dataDir, remove } = await createFreshDataDir();
  const database = await openDatabase({ url: null, dataDir, log: recordedLog() });
  return {
    database,
    async dispose() {
      await database.close();
      remove();
    },
  };
}

async function openPostgres(timescale: boolean): Promise<OpenedEngine> {
  const { url, drop } = await createFreshDatabase(serverUrl(), { timescale });
  const database = await openDatabase({ url, dataDir: "", log: recordedLog() });
  return {
    database,
    async dispose() {
      await database.close();
      await drop();
    },
  };
}

/** @throws {Error} where no server is installed; such suites are skipped before they ask */
export function serverUrl(): string {
  const url = inject("databaseUrl");
  if (url === null) throw new Error("no PostgreSQL for tests");
  return url;
}
