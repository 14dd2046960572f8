import { createFreshDatabase, type FreshDatabase } from "../services/fresh-database.ts";
import { type PostgresServer, startPostgres } from "../services/postgres-server.ts";
import { type Fleet, type PlatformProcess, startFleet, startPlatform } from "../services/start-platform.ts";

export type WitnessedPlatform = {
  readonly server: PostgresServer;
  readonly database: FreshDatabase;
  readonly fleet: Fleet;
  readonly platform: PlatformProcess;
};

export type WitnessedPlatformOptions = {
  readonly sites: number;
  readonly intervalS?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Lines for postgresql.conf. */
  readonly postgres?: Readonly<Record<string, string>>;
};

/** The built platform on a database of its own, with a fleet that keeps a ledger (witness.ts); all of it ends with the work. */
export async function withWitnessedPlatform<T>(
  { sites, intervalS = 1, environment = {}, postgres = {} }: WitnessedPlatformOptions,
  work: (parts: WitnessedPlatform) => Promise<T>,
): Promise<T> {
  const server = await startPostgres(postgres);
  const database = await createFreshDatabase(server.url, { timescale: true });
  const fleet = await startFleet(sites, ["--witness", "--addressing", "port"]);
  const platform = await startPlatform({
    sitesFile: fleet.sitesFile,
    databaseUrl: database.url,
    environment: { POLL_INTERVAL_S: String(intervalS), LOG_LEVEL: "warn", ...environment },
  });
  try {
    await platform.ready();
    return await work({ server, database, fleet, platform });
  } finally {
    await platform.dispose();
    await fleet.stop();
    await database.drop().catch(() => undefined);
    await server.dispose();
  }
}
