import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { readLatestSnapshots } from "../../../adapters/database/latest-repository.ts";
import { ensureUpcomingPartitions } from "../../../adapters/database/partitions.ts";
import { POINT_COLUMNS } from "../../../adapters/database/point-columns.ts";
import { countRounds, readRounds, saveRounds } from "../../../adapters/database/round-repository.ts";
import type { Sample } from "../../../adapters/database/sample-columns.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import { settleBatch } from "../../../adapters/database/settle-batch.ts";
import { createNumberResolver } from "../../../adapters/database/site-numbers.ts";
import type { RoundReport } from "../../../domain/collection/round-report.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import { addSites, aSnapshot, slotAt } from "./snapshots.ts";

describe.for(ENGINES)("storage on $name", ({ name, timescale, isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  let store: Parameters<typeof settleBatch>[0];

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    await addSites(database, 20);
    store = { database, numbers: createNumberResolver(database), clock: Date.now, retentionDays: 90 };
  });
  afterAll(() => opened?.dispose());

  const it = test.skipIf(isMissing);
  const settle = (...snapshots: Snapshot[]) =>
    settleBatch(
      store,
      snapshots.map((snapshot, index) => ({ snapshot, journalId: index + 1 })),
    );

  it("names its engine", () => {
    expect(database.engine.kind).toBe(name === "PGlite" ? "pglite" : "postgres");
    expect(database.engine.timescale).toBe(timescale);
    expect(database.engine.ownPartitions).toBe(timescale === "none");
    expect(database.engine.serverVersion).toBeGreaterThanOrEqual(160_000);
  });

  it("answers in the same types", async () => {
    const [row] = await database.query(
      `select 1::int8 as whole, 1.5::numeric as exact, 35.1::real as gauge, 35.1::float8 as counter, true as state,
        timestamptz '2026-01-02 03:04:05.678+00' as at, '{"a":[1]}'::jsonb as json, '\\x0001'::bytea as bytes, null as nothing,
        current_setting('timezone') as zone`,
    );
    expect(row).toEqual({
      whole: "1",
      exact: "1.5",
      gauge: 35.1,
      counter: 35.1,
      state: true,
      at: new Date("2026-01-02T03:04:05.678Z"),
      json: { a: [1] },
      bytes: Buffer.from([0, 1]),
      nothing: null,
      zone: "UTC",
    });
    expect(Buffer.isBuffer(row?.["bytes"])).toBe(true);
  });

  it("takes one statement at a time, and no transaction by hand", async () => {
    await expect(database.query("select 1; select 2")).rejects.toMatchObject({ sqlState: "42601" });
    await expect(database.query("begin")).rejects.toMatchObject({ sqlState: "0A000" });
    const [row] = await database.query("select pg_current_xact_id_if_assigned() is null as is_clean");
    expect(row).toEqual({ is_clean: true });
  });

  it("runs a transaction whole or not at all, also when a statement ends it from inside", async () => {
    const insert = { text: "insert into profile_registry (code) values ($1)", values: ["never@1"] };
    const broken = database.transaction([insert, { text: "select 1 / 0" }]);
    await expect(broken).rejects.toMatchObject({ sqlState: "22012" });
    await expect(database.transaction([insert, { text: "rollback" }, insert])).rejects.toMatchObject({
      sqlState: "0A000",
    });
    expect(await database.query("select from profile_registry where code = 'never@1'")).toEqual([]);
    const results = await database.transaction([
      { text: "select 1 as one" },
      { text: "select $1::int as two", values: [2] },
    ]);
    expect(results).toEqual([[{ one: 1 }], [{ two: 2 }]]);
  });

  it("ends a statement that takes too long, and goes on", async () => {
    const endless = database.query("select count(*) from generate_series(1, 1e12::bigint)", [], { timeoutMs: 300 });
    const waiting = database.query("select 7 as n");
    await expect(endless).rejects.toMatchObject({ sqlState: "57014" });
    expect(await waiting).toEqual([{ n: 7 }]);
    expect(await database.isReachable()).toBe(true);
  });

  it("stores a snapshot and reads it back as it was", async () => {
    const snapshot = aSnapshot({
      siteId: "site-002",
      values: {
        supply_temp_c: 35.1,
        return_temp_c: null,
        circulation_pump_running: false,
        running_mode: "manual",
        box1_energy_kwh: 987_654_321.5,
        coolant_ph: 8.2,
        firmware_version: '固件 2.1 "β"',
      },
      quality: { return_temp_c: "missing", "fault.spray_pump_fault": "missing" },
      faults: ["spray_pump_fault", "liquid_level_low"],
      attempts: 3,
      latencyMs: 84.5,
    });
    const outcome = await settle(snapshot);
    expect(outcome).toMatchObject({ written: 1, refused: [], strangers: [] });
    const latest = await readLatestSnapshots(database, slotAt(-60));
    expect(latest.find(({ siteId }) => siteId === "site-002")).toEqual(snapshot);
  });

  it("has one row for a slot, however often it is stored, and never changes it", async () => {
    const first = aSnapshot({ siteId: "site-003", values: { supply_temp_c: 35 } });
    const again = { ...first, values: { supply_temp_c: 99 } };
    expect((await settle(first)).written).toBe(1);
    const outcome = await settle(again, again);
    expect(outcome.written).toBe(0);
    expect(outcome.settled).toHaveLength(2);
    const latest = await readLatestSnapshots(database, slotAt(-60));
    expect(latest.find(({ siteId }) => siteId === "site-003")?.values).toEqual({ supply_temp_c: 35 });
  });

  it("stores the good rows beside rows that the database refuses", async () => {
    const bad: Record<string, Snapshot> = {
      "NUL in a text": aSnapshot({ siteId: "site-005", values: { firmware_version: "a\u0000b" } }),
      "lone surrogate": aSnapshot({ siteId: "site-006", values: { firmware_version: "\ud800" } }),
      "number too large": aSnapshot({ siteId: "site-007", values: { supply_temp_c: 1e39 } }),
      "NUL in a word": aSnapshot({ siteId: "site-008", values: { running_mode: "au\u0000to" } }),
      "word for a number": aSnapshot({ siteId: "site-017", values: { supply_temp_c: "warm" } }),
      "number for a state": aSnapshot({ siteId: "site-018", values: { circulation_pump_running: 1 } }),
      "no time": aSnapshot({ siteId: "site-019", collectedAt: "yesterday" }),
    };
    const good = ["site-009", "site-010", "site-011", "site-012"].map((siteId) => aSnapshot({ siteId }));
    const mixed = Object.values(bad).flatMap((snapshot, index) => [snapshot, ...good.slice(index, index + 1)]);
    const outcome = await settle(...mixed);
    expect(outcome.written).toBe(good.length);
    expect(outcome.refused.map(({ item }) => item.snapshot)).toEqual(Object.values(bad));
    expect(outcome.refused.map(({ reason }) => /\((\w{5})\)$/.exec(reason)?.[1])).toEqual([
      "22P05",
      "22P02",
      "22003",
      "22021",
      "22P02",
      "22P02",
      "22007",
    ]);
  });

  it("keeps every value in its row and column, however unlike the rows of a batch are", async () => {
    const batch = Array.from({ length: 60 }, (_, n) => {
      const here = POINT_COLUMNS.filter((_, column) => (n + column) % 3 > 0 && column % 10 < 9);
      const values = here.map(({ point, type }, column) => {
        if (type === "boolean") return [point, (n + column) % 2 === 0];
        return [point, type === "text" ? `word ${n}` : n - column / 2];
      });
      return aSnapshot({ siteId: "site-020", slot: slotAt(n, 10), values: Object.fromEntries(values) });
    });
    expect((await settle(...batch)).written).toBe(batch.length);
    const rows = await database.query(
      `select slot, ${POINT_COLUMNS.map(({ point }) => `"${point}"`).join(", ")} from sample
        where site_id = (select id from site where code = 'site-020') order by slot`,
    );
    const nothing = Object.fromEntries(POINT_COLUMNS.map(({ point }) => [point, null]));
    expect(rows).toEqual(batch.map(({ slot, values }) => ({ slot: new Date(slot), ...nothing, ...values })));
  });

  it("turns a number that is none into a missing reading", async () => {
    await settle(
      aSnapshot({ siteId: "site-013", values: { supply_temp_c: Number.NaN, return_temp_c: Number.POSITIVE_INFINITY } }),
    );
    const latest = await readLatestSnapshots(database, slotAt(-60));
    const { values, quality } = latest.find(({ siteId }) => siteId === "site-013") ?? {};
    expect(values).toEqual({ supply_temp_c: null, return_temp_c: null });
    expect(quality).toEqual({ supply_temp_c: "bad_type", return_temp_c: "bad_type" });
  });

  it("makes the partition of a late day, and refuses a day that cannot be right", async () => {
    const old = new Date(Date.now() - 40 * 86_400_000).toISOString();
    const ancient = "2001-02-03T04:05:00.000Z";
    const outcome = await settle(
      aSnapshot({ siteId: "site-014", slot: old }),
      aSnapshot({ siteId: "site-014", slot: ancient }),
    );
    if (database.engine.ownPartitions) {
      expect(outcome.written).toBe(1);
      expect(outcome.refused.map(({ item }) => item.snapshot.slot)).toEqual([ancient]);
    } else {
      expect(outcome.written).toBe(2);
    }
  });

  it("creates partitions ahead again and again without harm", async () => {
    if (!database.engine.ownPartitions) return;
    await Promise.all([ensureUpcomingPartitions(database), ensureUpcomingPartitions(database)]);
    await ensureUpcomingPartitions(database);
    const [row] = await database.query(
      `select bool_and(to_regclass(parent || to_char(now() at time zone 'UTC' - interval '1 day', 'YYYYMMDD')) is not null) as back,
        bool_and(to_regclass(parent || to_char(now() at time zone 'UTC' + interval '7 days', 'YYYYMMDD')) is not null) as ahead
        from unnest(array['sample_', 'rollup_5m_']) as parent`,
    );
    expect(row).toEqual({ back: true, ahead: true });
  });

  it("sets aside snapshots of sites that it does not have", async () => {
    const stranger = aSnapshot({ siteId: "site-999" });
    const outcome = await settle(stranger, aSnapshot({ siteId: "site-015" }));
    expect(outcome.strangers.map(({ snapshot }) => snapshot.siteId)).toEqual(["site-999"]);
    expect(outcome.written).toBe(1);
  });

  it("stores a thousand rows of every column at once", async () => {
    const [site] = await database.query("select id from site where code = 'site-016'");
    const values = Object.fromEntries(
      POINT_COLUMNS.map(({ point, type }) => [point, type === "boolean" ? true : type === "text" ? "auto" : 1.5]),
    );
    const samples = Array.from({ length: 1_000 }, (_, n): Sample => {
      return {
        siteNumber: Number(site?.["id"]),
        profileNumber: 1,
        snapshot: aSnapshot({ siteId: "site-016", slot: slotAt(n, 1), values }),
      };
    });
    expect(await saveSamples(database, samples)).toBe(1_000);
    expect(await saveSamples(database, samples)).toBe(0);
  });

  it("pages through rounds, newest first", async () => {
    const reports = [1, 2, 3].map((n): RoundReport => {
      const base = { startedAt: slotAt(n), durationMs: 812.5, sites: 150, ok: 140, late: 3, skipped: 2 };
      const failed = {
        failed: { timeout: 6, refused: 1 },
        failedSites: { timeout: ["site-001"], refused: ["site-002"] },
      };
      return {
        slot: slotAt(n),
        ...base,
        ...failed,
        lateSites: ["site-003"],
        slowest: n === 1 ? null : { siteId: "site-004", latencyMs: 99.5 },
      };
    });
    await saveRounds(database, "one", reports);
    await saveRounds(
      database,
      "one",
      reports.map((report) => ({ ...report, ok: 0 })),
    );
    expect(await countRounds(database)).toBe(3);
    const page = await readRounds(database, slotAt(100), 2);
    expect(page).toEqual([reports[2], reports[1]]);
    expect(await readRounds(database, page[1]?.slot ?? "", 2)).toEqual([reports[0]]);
  });
});
