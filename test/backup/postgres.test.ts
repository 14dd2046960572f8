import { rmSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../adapters/database/database.ts";
import { openDatabase } from "../../adapters/database/open-database.ts";
import { settleBatch } from "../../adapters/database/settle-batch.ts";
import { createNumberResolver } from "../../adapters/database/site-numbers.ts";
import { addSites, aSnapshot, slotAt } from "../adapters/database/snapshots.ts";
import { documentedCommands } from "../services/documented-commands.ts";
import {
  findPostgres,
  makeFolder,
  type PostgresServer,
  runAsServerUser,
  startPostgres,
} from "../services/postgres-server.ts";
import { recordedLog } from "../services/recorded-log.ts";
import { hashTables, type TableHash } from "../services/table-hashes.ts";

const SITES = 5;

/** The commands of docs/operating.md, on real servers: what comes back is compared with what was there, row for row. */
describe.skipIf(findPostgres() === null)("backup and restore of PostgreSQL", { timeout: 120_000 }, () => {
  let server: PostgresServer;
  let backup: string;
  beforeAll(async () => {
    backup = makeFolder();
    runAsServerUser('mkdir "$BACKUP/wal"', { BACKUP: backup });
    const wal = path.join(backup, "wal");
    server = await startPostgres({
      archive_mode: "on",
      archive_command: `test ! -f ${wal}/%f && cp %p ${wal}/%f`,
      wal_level: "replica",
      max_wal_senders: "3",
    });
  }, 120_000);
  afterAll(async () => {
    await server?.dispose();
    if (backup) rmSync(backup, { recursive: true, force: true, maxRetries: 5 });
  });

  async function onServer(url: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }
  async function openNew(name: string, timescale: boolean): Promise<Database> {
    await onServer(`${server.url}/postgres`, `create database ${name}`);
    if (timescale) await onServer(`${server.url}/${name}`, "create extension timescaledb");
    return open(`${server.url}/${name}`);
  }
  async function open(url: string): Promise<Database> {
    const database = await openDatabase({ url, dataDir: "", log: recordedLog() });
    await database.whenReady();
    return database;
  }
  async function store(database: Database, firstMinute: number, minutes: number): Promise<void> {
    const snapshots = Array.from({ length: minutes * SITES }, (_, n) =>
      aSnapshot({ siteId: `site-00${(n % SITES) + 1}`, slot: slotAt(firstMinute + Math.floor(n / SITES)) }),
    );
    const { written } = await settleBatch(
      { database, numbers: createNumberResolver(database), clock: Date.now, retentionDays: 90 },
      snapshots.map((snapshot) => ({ snapshot, journalId: null })),
    );
    expect(written).toBe(minutes * SITES);
  }
  async function hashesAt(url: string): Promise<Record<string, TableHash>> {
    const database = await open(url);
    try {
      return await hashTables(database);
    } finally {
      await database.close();
    }
  }

  test("a base backup and the WAL give back a moment: nothing before it is missing, nothing after it is there", async () => {
    const database = await openNew("pitr", true);
    const folder = makeFolder();
    let restored: PostgresServer | undefined;
    try {
      await addSites(database, SITES);
      await store(database, 0, 30);
      runAsServerUser(documentedCommands("base-backup"), { SERVER: server.url, BACKUP: backup });
      await store(database, 30, 20);
      const wanted = await hashTables(database);
      const [{ moment } = { moment: "" }] = await database.query("select clock_timestamp()::text as moment");
      await store(database, 50, 10);
      await database.query("delete from sample where slot < $1", [slotAt(10)]);
      await onServer(`${server.url}/postgres`, "select pg_switch_wal()");
      await until(async () => {
        const text =
          "select last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) as is_done from pg_stat_archiver";
        return (await onServer(`${server.url}/postgres`, text))[0]?.["is_done"] === true;
      });
      const PGDATA = path.join(folder, "restored");
      runAsServerUser(documentedCommands("base-restore"), { BACKUP: backup, PGDATA, MOMENT: String(moment) });
      restored = await startPostgres({ archive_mode: "off" }, PGDATA);
      const { url } = restored;
      await until(
        async () => (await onServer(`${url}/postgres`, "select pg_is_in_recovery() as is"))[0]?.["is"] === false,
      );
      const found = await hashesAt(`${url}/pitr`);
      expect(found["public.sample"]?.rows).toBe(50 * SITES);
      expect(found).toEqual(wanted);
      expect((await hashTables(database))["public.sample"]?.rows).toBe(50 * SITES);
    } finally {
      await database.close();
      await restored?.dispose();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  test.for([
    ["TimescaleDB", true, "dump-restore-timescale"],
    ["plain PostgreSQL", false, "dump-restore"],
  ] as const)("a dump of %s gives back every row, and the platform goes on", async ([, timescale, commands]) => {
    const name = timescale ? "dumped_ts" : "dumped";
    const database = await openNew(name, timescale);
    const folder = makeFolder();
    try {
      await addSites(database, SITES);
      await store(database, 0, 40);
      const wanted = await hashTables(database);
      expect(wanted["public.sample"]?.rows).toBe(40 * SITES);
      runAsServerUser(documentedCommands("dump"), { SERVER: server.url, DATABASE: name, BACKUP: folder });
      const DATABASE = `${name}_restored`;
      runAsServerUser(documentedCommands(commands), { SERVER: server.url, DATABASE, BACKUP: folder });
      expect(await hashesAt(`${server.url}/${DATABASE}`)).toEqual(wanted);
      const again = await open(`${server.url}/${DATABASE}`);
      try {
        expect(again.engine.timescale).toBe(timescale ? "apache" : "none");
        await store(again, 40, 5);
      } finally {
        await again.close();
      }
    } finally {
      await database.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isTrue().catch(() => false))) {
    if (performance.now() > deadline) throw new Error("it did not happen within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
