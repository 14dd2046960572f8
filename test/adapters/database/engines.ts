import { inject } from "vitest";
import type { Database, Engine } from "../../../adapters/database/database.ts";
import { openDatabase } from "../../../adapters/database/open-database.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { createFreshDataDir } from "../../services/fresh-pglite.ts";
import { recordedLog } from "../../services/recorded-log.ts";

/** A database that is open, and how to get rid of it again. `url`: of the server's database; null on PGlite. */
export type OpenedEngine = { readonly database: Database; readonly url: string | null; dispose(): Promise<void> };
export type EngineUnderTest = {
  readonly name: string;
  readonly timescale: Engine["timescale"];
  readonly isMissing: boolean;
  open(): Promise<OpenedEngine>;
};

/** A server with TimescaleDB's full edition, which Debian has not: a superuser's `postgres://…` without a database name. */
const FULL_EDITION_URL = process.env["TEST_TIMESCALE_FULL_URL"]?.replace(/\/+$/, "") || null;

const isMissing = inject("databaseUrl") === null;
/** The same suite runs on each: what works on one must work on all. The full edition only where a server of it is given. */
export const ENGINES: readonly EngineUnderTest[] = [
  { name: "PGlite", timescale: "none", isMissing: false, open: openPglite },
  { name: "plain PostgreSQL", timescale: "none", isMissing, open: () => openPostgres(serverUrl(), false) },
  { name: "TimescaleDB", timescale: "apache", isMissing, open: () => openPostgres(serverUrl(), true) },
  ...onFullEdition((url) => ({
    name: "TimescaleDB full",
    timescale: "full" as const,
    isMissing: false,
    open: () => openPostgres(url, true),
  })),
];

/** One more engine where a server of the full edition is given; none elsewhere, which the run says at its start. */
export function onFullEdition<T>(make: (url: string) => T): T[] {
  return FULL_EDITION_URL === null ? [] : [make(FULL_EDITION_URL)];
}

async function openPglite(): Promise<OpenedEngine> {
  const { dataDir, remove } = await createFreshDataDir();
  const database = await openDatabase({ url: null, dataDir, log: recordedLog() });
  return {
    database,
    url: null,
    async dispose() {
      await database.close();
      remove();
    },
  };
}

async function openPostgres(server: string, timescale: boolean): Promise<OpenedEngine> {
  const { url, drop } = await createFreshDatabase(server, { timescale });
  const database = await openDatabase({ url, dataDir: "", log: recordedLog() });
  return {
    database,
    url,
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
