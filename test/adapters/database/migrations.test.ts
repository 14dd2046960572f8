import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { migrate, migrationsFolder } from "../../../adapters/database/migrate.ts";
import { columnOf, POINT_COLUMNS } from "../../../adapters/database/point-columns.ts";
import { registerPoints } from "../../../adapters/database/point-registry.ts";
import { prepareSchema } from "../../../adapters/database/prepare-schema.ts";
import { rollupColumns } from "../../../adapters/database/rollup/rollup-columns.ts";
import { POINT_NAMES, POINTS } from "../../../domain/points/catalogue.ts";
import { createFreshDatabase } from "../../services/fresh-database.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { onFullEdition, serverUrl } from "./engines.ts";
import { RELEASED } from "./released-migrations.ts";

// PGlite makes its store first: 4 s on a quiet machine.
vi.setConfig({ testTimeout: 90_000 });
const FILES = readdirSync(migrationsFolder()).sort();
const NAMES = FILES.map((file) => file.replace(/\.sql$/, ""));
const isMissing = inject("databaseUrl") === null;

type Opened = { readonly client: pg.Client; dispose(): Promise<void> };
const EMPTY = [
  { name: "PGlite", timescale: "none", isMissing: false, open: openPglite },
  { name: "plain PostgreSQL", timescale: "none", isMissing, open: () => openPostgres(serverUrl(), false) },
  { name: "TimescaleDB", timescale: "apache", isMissing, open: () => openPostgres(serverUrl(), true) },
  ...onFullEdition((url) => ({
    name: "TimescaleDB full",
    timescale: "full",
    isMissing: false,
    open: () => openPostgres(url, true),
  })),
];

async function openPglite(): Promise<Opened> {
  const store = await PGlite.create();
  const client = new pg.Client(createPgConfig(store) as pg.ClientConfig);
  await client.connect();
  return {
    client,
    dispose: async () => {
      await client.end();
      await store.close();
    },
  };
}

async function openPostgres(server: string, timescale: boolean): Promise<Opened> {
  const { url, drop } = await createFreshDatabase(server, { timescale, isMigrated: false });
  const client = new pg.Client({ connectionString: url, options: "-c timezone=UTC" });
  await client.connect();
  return {
    client,
    dispose: async () => {
      await client.end();
      await drop();
    },
  };
}

describe.for(EMPTY)("migrations on $name", ({ name, timescale, isMissing, open }) => {
  let opened: Opened;
  let client: pg.Client;
  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    client = opened.client;
  });
  afterAll(() => opened?.dispose());
  const it = test.skipIf(isMissing);

  it("run up, down to nothing, and up again, alike", async () => {
    const before = await objects(client);
    expect(await migrate(client, { direction: "up" })).toEqual(NAMES);
    const afterUp = await objects(client);
    expect(afterUp).toContain("table sample");
    expect(await migrate(client, { direction: "up" })).toEqual([]);
    for (const file of NAMES.toReversed()) expect(await migrate(client, { direction: "down" })).toEqual([file]);
    const own = ["sequence schema_migration_id_seq", "table schema_migration"];
    expect(await objects(client)).toEqual([...before, ...own].sort());
    expect(await migrate(client, { direction: "up" })).toEqual(NAMES);
    expect(await objects(client)).toEqual(afterUp);
  });

  it("give every point of the catalogue a place, and sample no column beyond", async () => {
    await prepareSchema(client, name === "PGlite" ? "pglite" : "postgres", recordedLog());
    const { rows } = await client.query(
      `select column_name as name, data_type as type from information_schema.columns where table_name = 'sample'`,
    );
    const types = new Map(rows.map((row) => [String(row["name"]), String(row["type"])]));
    for (const { point, type } of POINT_COLUMNS) expect(types.get(point), point).toBe(type);
    const known = [
      "site_id",
      "slot",
      "collected_at",
      "profile",
      "latency_ms",
      "attempts",
      "quality",
      "faults",
      "extra",
    ];
    const points: string[] = POINT_COLUMNS.map(({ point }) => point);
    expect([...types.keys()].filter((column) => !known.includes(column) && !points.includes(column))).toEqual([]);
    const registry = await client.query("select key, column_name from point_registry");
    expect(registry.rows).toHaveLength(POINT_NAMES.length);
    for (const row of registry.rows) {
      const column = row["column_name"];
      if (column !== null) expect(types.has(String(column)), `column of ${row["key"]}`).toBe(true);
    }
  });

  it("give every point its columns in the roll-ups, and these no column beyond", async () => {
    const columns = POINT_NAMES.flatMap((point) => {
      const { kind, ...names } = rollupColumns(point);
      return Object.values(names).map((column) => `${column} ${kind === "counter" ? "double precision" : "real"}`);
    });
    const own = ["site_id integer", "n integer", "bucket timestamp with time zone", "readings jsonb", "extra jsonb"];
    for (const table of ["rollup_5m", "rollup_1h", "rollup_1d"]) {
      const { rows } = await client.query(
        "select column_name || ' ' || data_type as line from information_schema.columns where table_name = $1",
        [table],
      );
      expect(rows.map(({ line }) => line).sort(), table).toEqual([...own, ...columns].sort());
    }
  });

  it("keep what people have set in the registry", async () => {
    await client.query("update point_registry set rolled_up = false, unit = 'furlong' where key = 'supply_temp_c'");
    await registerPoints(client);
    const { rows } = await client.query("select rolled_up, unit from point_registry where key = 'supply_temp_c'");
    expect(rows).toEqual([{ rolled_up: false, unit: "°C" }]);
  });

  it("use the columnstore of the full edition, and leave it alone elsewhere", async () => {
    await migrate(client, { direction: "up" });
    const { rows } = await client.query(
      "select c.reloptions from pg_class c where c.relname in ('sample', 'rollup_5m')",
    );
    expect(rows).toEqual([{ reloptions: null }, { reloptions: null }]);
    if (timescale === "none") return;
    const isFull = timescale === "full";
    const tables = await client.query(
      "select hypertable_name as name, compression_enabled as is_on from timescaledb_information.hypertables order by 1",
    );
    expect(tables.rows).toEqual([
      { name: "rollup_5m", is_on: isFull },
      { name: "sample", is_on: isFull },
      // Of rows that go one by one: a compressed chunk would be opened for each.
      { name: "video_segment", is_on: false },
    ]);
    const jobs = await client.query(
      "select hypertable_name as name from timescaledb_information.jobs where hypertable_name in ('sample', 'rollup_5m') order by 1",
    );
    expect(jobs.rows).toEqual(isFull ? [{ name: "rollup_5m" }, { name: "sample" }] : []);
  });
});

test.skipIf(isMissing)("two processes that start together migrate once", async () => {
  const { url, drop } = await createFreshDatabase(serverUrl(), { timescale: true, isMigrated: false });
  const clients = [1, 2, 3].map(() => new pg.Client(url));
  try {
    const runs = clients.map(async (client) => {
      await client.connect();
      return migrate(client, { direction: "up" });
    });
    const results = await Promise.all(runs);
    expect(results.filter((files) => files.length === NAMES.length)).toHaveLength(1);
    expect(results.filter((files) => files.length === 0)).toHaveLength(2);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await drop();
  }
});

test("released files are never edited", () => {
  const hashes = Object.fromEntries(
    FILES.map((file) => [
      file,
      createHash("sha256")
        .update(readFileSync(join(migrationsFolder(), file)))
        .digest("hex"),
    ]),
  );
  for (const [file, hash] of Object.entries(RELEASED)) expect(hashes[file], file).toBe(hash);
  expect(FILES.every((file) => /^\d{3}_[a-z_]+\.sql$/.test(file))).toBe(true);
});

test("a point lives in a column or in extra, and the reasons are as written", () => {
  const inExtra = POINT_NAMES.filter((point) => columnOf(point) === null);
  const {
    manual = [],
    text = [],
    other = [],
  } = Object.groupBy(inExtra, (point) => {
    if (POINTS[point].origin === "manual") return "manual";
    return POINTS[point].type === "text" ? "text" : "other";
  });
  expect(manual.length).toBeGreaterThan(0);
  expect(text).toEqual(["firmware_version", "protocol_version"]);
  expect(other).toEqual(["last_seen_age_s", "camera_online"]);
});

async function objects(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ object: string }>(
    `select case relkind when 'S' then 'sequence ' when 'i' then 'index ' when 'I' then 'index ' else 'table ' end || relname as object
       from pg_class join pg_namespace n on n.oid = relnamespace
      where nspname = 'public' and relkind in ('r', 'p', 'S')
      union all select 'function ' || proname from pg_proc p join pg_namespace n on n.oid = pronamespace
      where nspname = 'public' and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
      order by 1`,
  );
  return rows.map(({ object }) => object).sort();
}
