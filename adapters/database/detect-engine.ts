import type { Engine } from "./database.ts";
import { runStatement, type Session } from "./session.ts";

/** What is assumed until a server was reached. */
export const UNKNOWN_POSTGRES: Engine = {
  kind: "postgres",
  serverVersion: 0,
  timescale: "none",
  timescaleVersion: null,
  ownPartitions: false,
};

// The table decides how partitions work, not the extension: it may have been installed after the first migration.
const DETECT = `
  select current_setting('server_version_num')::int as server_version,
    (select extversion from pg_extension where extname = 'timescaledb') as timescale_version,
    (select default_version from pg_available_extensions where name = 'timescaledb') as timescale_available,
    coalesce(current_setting('timescaledb.license', true), '') as timescale_license,
    coalesce((select c.relkind::text from pg_class c where c.oid = to_regclass('sample')), '') as sample_kind`;

/** `isUnused`: TimescaleDB is installed on the server, but this database was made without it. */
export async function detectEngine(
  session: Session,
  kind: Engine["kind"],
): Promise<{ readonly engine: Engine; readonly isUnused: boolean }> {
  const [row = {}] = await runStatement(session, { text: DETECT });
  const version = row["timescale_version"];
  const timescaleVersion = typeof version === "string" ? version : null;
  const engine: Engine = {
    kind,
    serverVersion: Number(row["server_version"]),
    timescale: timescaleVersion === null ? "none" : row["timescale_license"] === "timescale" ? "full" : "apache",
    timescaleVersion,
    ownPartitions: row["sample_kind"] === "p",
  };
  return { engine, isUnused: timescaleVersion === null && typeof row["timescale_available"] === "string" };
}
