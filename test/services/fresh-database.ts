import { randomBytes } from "node:crypto";
import type pg from "pg";
import { migrate } from "../../adapters/database/migrate.ts";
import { onDatabase } from "./on-database.ts";
import { schemaHash } from "./schema-hash.ts";

/** A database of its own for one test file. */
export type FreshDatabase = {
  readonly url: string;
  /** @throws {Error} when a connection was left open: a pool that nobody closed */
  drop(): Promise<void>;
};

export type FreshDatabaseOptions = {
  /** With the extension `timescaledb`, or a plain PostgreSQL with our own partitions. */
  readonly timescale: boolean;
  /** False gives an empty database, for tests of the migrations themselves. Default true. */
  readonly isMigrated?: boolean;
};

const LOCK = 4_711_150;
/** A pool that was just closed may still be on its way out. */
const CLOSE_WITHIN_MS = 3_000;

/**
 * Makes a database from a template that the first caller migrates.
 *
 * @param serverUrl `inject("databaseUrl")`: a superuser's `postgres://…` without a database name
 */
export async function createFreshDatabase(serverUrl: string, options: FreshDatabaseOptions): Promise<FreshDatabase> {
  const name = `antbox_test_${randomBytes(6).toString("hex")}`;
  const template = options.isMigrated === false ? null : await ensureTemplate(serverUrl, options.timescale);
  await onServer(serverUrl, async (client) => {
    await client.query(`create database ${name} ${template ? `template ${template}` : ""}`);
  });
  const url = `${serverUrl}/${name}`;
  if (!template && options.timescale) await onDatabase(url, (client) => client.query("create extension timescaledb"));
  return { url, drop: () => drop(serverUrl, name) };
}

async function ensureTemplate(serverUrl: string, timescale: boolean): Promise<string> {
  const name = `antbox_template_${timescale ? "timescale" : "plain"}_${schemaHash()}`;
  await onServer(serverUrl, async (client) => {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (rowCount) return;
    const draft = `${name}_draft`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft}`);
    await onDatabase(`${serverUrl}/${draft}`, async (database) => {
      if (timescale) await database.query("create extension timescaledb");
      await migrate(database, { direction: "up" });
    });
    // No connections: the extension's background worker would sit in it, and a template in use cannot be copied.
    await client.query(`alter database ${draft} allow_connections false`);
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()",
      [draft],
    );
    await client.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

async function drop(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, async (client) => {
    const deadline = Date.now() + CLOSE_WITHIN_MS;
    let open = await connectionsTo(client, name);
    while (open.length > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      open = await connectionsTo(client, name);
    }
    await client.query(`drop database if exists ${name} with (force)`);
    if (open.length > 0) throw new Error(`connections to ${name} were left open: ${open.join("; ")}`);
  });
}

async function connectionsTo(client: pg.Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(
    `select application_name || ': ' || left(query, 60) as what from pg_stat_activity
      where datname = $1 and backend_type = 'client backend' and application_name not like 'Timescale%'`,
    [name],
  );
  return rows.map(({ what }) => what);
}

function onServer(serverUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  return onDatabase(`${serverUrl}/postgres`, work);
}
