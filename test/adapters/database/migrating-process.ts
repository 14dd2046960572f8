import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import pg from "pg";
import { migrate } from "../../../adapters/database/migrate.ts";
import { splitStatements } from "./split-statements.ts";

/**
 * Migrates a database as a process of its own, and says which files were run.
 *
 * usage: migrating-process.ts URL | FOLDER COUNT KILL_AT
 *   URL      `postgres://…`: all files
 *   FOLDER   of an embedded store: the next COUNT files; kills itself after statement KILL_AT of the last one, unless that
 *            is 0
 */
const [target = "", count = "1", killAt = "0"] = process.argv.slice(2);
if (target.startsWith("postgres")) {
  const client = new pg.Client({ connectionString: target, options: "-c timezone=UTC" });
  await client.connect();
  process.stdout.write(JSON.stringify(await migrate(client, { direction: "up" })));
  await client.end();
} else {
  const store = await PGlite.create(target);
  const client = new pg.Client(createPgConfig(store) as pg.ClientConfig);
  await client.connect();
  const files = await migrate(stepByStep(client), { direction: "up", count: Number(count) });
  process.stdout.write(JSON.stringify(files));
  await client.end();
  await store.close();
}

/** Runs a file's statements one at a time, so that the process can end between two of them. */
function stepByStep(client: pg.Client): pg.Client {
  const query = client.query.bind(client) as (text: string) => Promise<unknown>;
  const run = async (text: unknown, ...rest: unknown[]) => {
    if (typeof text !== "string" || !/^\s*-- up migration/i.test(text)) {
      return (client.query as (...all: unknown[]) => Promise<unknown>).call(client, text, ...rest);
    }
    let last: unknown;
    for (const [index, statement] of splitStatements(text).entries()) {
      last = await query(statement);
      if (index + 1 === Number(killAt)) process.kill(process.pid, "SIGKILL");
    }
    return last;
  };
  return new Proxy(client, { get: (object, key) => (key === "query" ? run : bound(object, key)) });
}

function bound(object: pg.Client, key: string | symbol): unknown {
  const value: unknown = Reflect.get(object, key);
  return typeof value === "function" ? value.bind(object) : value;
}
