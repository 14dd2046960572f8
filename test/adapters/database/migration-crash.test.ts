import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { migrate, migrationsFolder } from "../../../adapters/database/migrate.ts";
import { createFreshDatabase, type FreshDatabase } from "../../services/fresh-database.ts";
import { onFullEdition, serverUrl } from "./engines.ts";
import { splitStatements } from "./split-statements.ts";

vi.setConfig({ testTimeout: 240_000 });
const FILES = readdirSync(migrationsFolder()).sort();
const NAMES = FILES.map((file) => file.replace(/\.sql$/, ""));
const SUICIDE = "select pg_terminate_backend(pg_backend_pid())";
const PROCESS = fileURLToPath(new URL("./migrating-process.ts", import.meta.url));

const isMissing = inject("databaseUrl") === null;
const SERVERS = [
  { name: "plain PostgreSQL", isMissing, server: serverUrl, timescale: false },
  { name: "TimescaleDB", isMissing, server: serverUrl, timescale: true },
  ...onFullEdition((url) => ({ name: "TimescaleDB full", isMissing: false, server: () => url, timescale: true })),
];

describe.for(SERVERS)("migrations on $name", ({ isMissing, server, timescale }) => {
  const folder = mkdtempSync(join(tmpdir(), "antbox-migrations-"));
  let fresh: FreshDatabase;
  beforeAll(async () => {
    if (!isMissing) fresh = await createFreshDatabase(server(), { timescale, isMigrated: false });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await fresh?.drop();
  });

  test.skipIf(isMissing)("succeed after the session was killed at any statement", async () => {
    let kills = 0;
    for (const file of FILES) {
      const statements = upStatements(file);
      const before = await withClient(fresh.url, schemaOf);
      for (const [index, statement] of statements.entries()) {
        // A comment or a setting is nothing that could be left half done.
        if (/^(comment|set) /.test(statement)) continue;
        cpSync(migrationsFolder(), folder, { recursive: true });
        writeFileSync(
          join(folder, file),
          `-- Up Migration\n${statements.toSpliced(index + 1, 0, SUICIDE).join(";\n")};`,
        );
        const killed = withClient(fresh.url, (client) => migrate(client, { direction: "up", count: 1, folder }));
        await expect(killed, `${file}, statement ${index + 1}`).rejects.toThrow(/terminat|connection/i);
        kills += 1;
      }
      expect(await withClient(fresh.url, schemaOf)).toEqual(before);
      expect(await withClient(fresh.url, (client) => migrate(client, { direction: "up", count: 1 }))).toEqual([
        file.replace(/\.sql$/, ""),
      ]);
    }
    expect(kills).toBeGreaterThan(FILES.length);
    expect(await withClient(fresh.url, (client) => migrate(client, { direction: "up" }))).toEqual([]);
  });

  test.skipIf(isMissing)("run once when two processes start together, and do no harm when run again", async () => {
    const { url, drop } = await createFreshDatabase(server(), { timescale, isMigrated: false });
    const results = await Promise.all([runProcess(url), runProcess(url)]);
    expect(results.map(({ output }) => output).sort()).toEqual([JSON.stringify(NAMES), "[]"].sort());
    const schema = await withClient(url, schemaOf);
    expect((await runProcess(url)).output).toBe("[]");
    expect(await withClient(url, schemaOf)).toEqual(schema);
    await drop();
  });

  test.skipIf(isMissing)("put what is already stored on the list of roll-ups", async () => {
    const { url, drop } = await createFreshDatabase(server(), { timescale, isMigrated: false });
    await withClient(url, async (client) => {
      await migrate(client, { direction: "up", count: 4 });
      if (!timescale) await client.query("select ensure_day_partitions('sample', '2026-01-05', 1)");
      await client.query(
        `insert into sample (site_id, slot, collected_at, profile, latency_ms, attempts)
          select site, slot, slot, 1, 9, 1 from generate_series(1, 3) site,
            generate_series(timestamptz '2026-01-05 00:01Z', '2026-01-05 00:14Z', interval '1 minute') slot`,
      );
      await migrate(client, { direction: "up" });
      const { rows } = await client.query("select level, bucket from rollup_due order by bucket");
      expect(rows).toEqual(
        ["00:00", "00:05", "00:10"].map((time) => ({ level: "5m", bucket: new Date(`2026-01-05T${time}Z`) })),
      );
    });
    await drop();
  });
});

test("migrations on PGlite succeed after the process was killed in the middle of a file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "antbox-migrations-"));
  const next = async (count: number) => JSON.parse((await runProcess(folder, String(count))).output);
  try {
    let done = 0;
    for (const file of ["001_site.sql", "002_sample.sql", "005_rollup.sql"]) {
      const at = FILES.indexOf(file);
      if (at > done) expect(await next(at - done)).toEqual(NAMES.slice(done, at));
      const middle = Math.ceil(upStatements(file).length / 2);
      const killed = await runProcess(folder, "1", String(middle));
      expect(killed, `${file}, statement ${middle}`).toEqual({ output: "", signal: "SIGKILL" });
      done = at;
    }
    expect(await next(FILES.length)).toEqual(NAMES.slice(done));
    const store = await PGlite.create(folder);
    expect((await store.query("select count(*)::int as n from schema_migration")).rows).toEqual([{ n: NAMES.length }]);
    await store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function upStatements(file: string): string[] {
  const text = readFileSync(join(migrationsFolder(), file), "utf8");
  const [up = ""] = text.split(/^-- Down Migration/m);
  return splitStatements(up);
}

function runProcess(...parameters: string[]): Promise<{ output: string; signal: string | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROCESS, ...parameters], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("close", (_code, signal) => resolve({ output, signal }));
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options: "-c timezone=UTC" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Tables with their columns, and functions. */
async function schemaOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `select table_name || '.' || column_name || ' ' || data_type as line from information_schema.columns
      where table_schema = 'public' and table_name not like 'schema_migration%'
      union all select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
      order by 1`,
  );
  return rows.map(({ line }) => line);
}
