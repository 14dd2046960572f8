import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { ensureDays } from "../../../adapters/database/partitions.ts";
import { saveRejected } from "../../../adapters/database/raw-payload-repository.ts";
import { applyRetention, defaultRetention, retentionFor } from "../../../adapters/database/retention.ts";
import { rollUp } from "../../../adapters/database/rollup/roll-up.ts";
import { saveRounds } from "../../../adapters/database/round-repository.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import { addSites, aSnapshot } from "./snapshots.ts";

vi.setConfig({ testTimeout: 120_000 });
const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
const KEEP = { rawDays: 90, fiveMinuteDays: 90, hourDays: 400, dayDays: null };
const NOTHING = { rollup_1h: 0, rollup_1d: 0, fleet_5m_sites: 0, raw_payload: 0, round: 0 };

describe.for(ENGINES)("retention on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    await addSites(database, 2);
  });
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    if (isMissing) return;
    await database.query(
      "truncate sample, rollup_5m, fleet_5m, fleet_5m_sites, rollup_1h, rollup_1d, rollup_due, raw_payload, round",
      [],
      {
        timeoutMs: 30_000,
      },
    );
    await applyRetention(database, { nowMs: NOW_MS, retention: { ...KEEP, rawDays: 1, fiveMinuteDays: 1 } });
  });

  /** Two sites, two rows each, on each of these days. */
  async function store(...daysAgo: number[]): Promise<void> {
    for (const days of daysAgo) {
      const slots = [0, 1].map((minute) => new Date(noonOf(days) + minute * 60_000).toISOString());
      if (database.engine.ownPartitions) await ensureDays(database, [(slots[0] ?? "").slice(0, 10)]);
      const samples = slots.flatMap((slot) =>
        [1, 2].map((siteNumber) => ({
          siteNumber,
          profileNumber: 1,
          snapshot: aSnapshot({ slot, collectedAt: slot }),
        })),
      );
      await saveSamples(database, samples);
    }
  }

  /** Days ago that a table has rows of. */
  async function daysIn(table: string, column = "bucket"): Promise<number[]> {
    const rows = await database.query<{ days: number }>(
      `select distinct (to_timestamp($1::float8 / 1000)::date - ${column}::date) as days from ${table} order by 1`,
      [NOW_MS],
    );
    return rows.map(({ days }) => days);
  }

  it("removes what has expired, each level by its own limit", async () => {
    await store(500, 120, 50, 2);
    await rollUp(database, { nowMs: NOW_MS });
    const report = await applyRetention(database, {
      nowMs: NOW_MS,
      retention: { rawDays: 30, fiveMinuteDays: 90, hourDays: 400, dayDays: null },
    });
    expect(report.kept).toEqual([]);
    expect(report.dropped.length).toBeGreaterThanOrEqual(5);
    expect(report.deleted).toEqual({ ...NOTHING, rollup_1h: 2, fleet_5m_sites: 2 });
    expect(await daysIn("sample", "slot")).toEqual([2]);
    expect(await daysIn("rollup_5m")).toEqual([2, 50]);
    expect(await daysIn("rollup_1h")).toEqual([2, 50, 120]);
    expect(await daysIn("rollup_1d")).toEqual([2, 50, 120, 500]);
    const again = await applyRetention(database, {
      nowMs: NOW_MS,
      retention: { rawDays: 30, fiveMinuteDays: 90, hourDays: 400, dayDays: 100 },
    });
    expect(again).toEqual({ dropped: [], kept: [], deleted: { ...NOTHING, rollup_1d: 4 } });
    expect(await daysIn("rollup_1d")).toEqual([2, 50]);
  });

  it("keeps the day of the limit whole", async () => {
    await store(31, 30, 29);
    await rollUp(database, { nowMs: NOW_MS });
    await applyRetention(database, { nowMs: NOW_MS, retention: { ...KEEP, rawDays: 30 } });
    expect(await daysIn("sample", "slot")).toEqual([29, 30]);
  });

  it("keeps raw days that still have to be rolled up, and drops them afterwards", async () => {
    await store(120, 110);
    await rollUp(database, { nowMs: NOW_MS });
    await store(100);
    const report = await applyRetention(database, { nowMs: NOW_MS, retention: { ...KEEP, fiveMinuteDays: 200 } });
    expect(report.kept).toHaveLength(1);
    expect(await daysIn("sample", "slot")).toEqual([100]);
    await rollUp(database, { nowMs: NOW_MS });
    const again = await applyRetention(database, { nowMs: NOW_MS, retention: { ...KEEP, fiveMinuteDays: 200 } });
    expect(again.kept).toEqual([]);
    expect(await daysIn("sample", "slot")).toEqual([]);
    expect(await daysIn("rollup_5m")).toEqual([100, 110, 120]);
  });

  it("keeps levels from which the next one is not computed yet", async () => {
    await store(600);
    await rollUp(database, { nowMs: NOW_MS });
    const noon = new Date(noonOf(600)).toISOString();
    const day = `${noon.slice(0, 10)}T00:00:00Z`;
    await database.query("insert into rollup_due (level, bucket) values ('1h', $1), ('1d', $2)", [noon, day]);
    const report = await applyRetention(database, { nowMs: NOW_MS, retention: KEEP });
    expect(report.kept).toHaveLength(1);
    // They are only a copy of what stays.
    expect(report.deleted).toEqual({ ...NOTHING, fleet_5m_sites: 1 });
    expect([await daysIn("rollup_5m"), await daysIn("rollup_1h")]).toEqual([[600], [600]]);
    await rollUp(database, { nowMs: NOW_MS });
    expect((await applyRetention(database, { nowMs: NOW_MS, retention: KEEP })).deleted).toEqual({
      ...NOTHING,
      rollup_1h: 2,
    });
    expect([await daysIn("rollup_5m"), await daysIn("rollup_1h"), await daysIn("rollup_1d")]).toEqual([[], [], [600]]);
  });

  it("gives an old day its roll-ups when its rows come after everything of it was dropped", async () => {
    await store(200);
    await rollUp(database, { nowMs: NOW_MS });
    await applyRetention(database, { nowMs: NOW_MS, retention: KEEP });
    await store(199);
    await rollUp(database, { nowMs: NOW_MS });
    await applyRetention(database, { nowMs: NOW_MS, retention: KEEP });
    expect([await daysIn("sample", "slot"), await daysIn("rollup_1h")]).toEqual([[], [199, 200]]);
  });

  it("removes old replies and rounds", async () => {
    for (const days of [20, 3]) {
      const slot = new Date(noonOf(days)).toISOString();
      await saveRejected(database, { siteId: "site-001", slot, profile: "p@1", reason: "bad" }, new Uint8Array([1]));
    }
    await saveRounds(
      database,
      "one",
      [95, 80].map((days) => aRound(new Date(noonOf(days)).toISOString())),
    );
    const { deleted } = await applyRetention(database, { nowMs: NOW_MS, retention: KEEP });
    expect(deleted).toEqual({ ...NOTHING, raw_payload: 1, round: 1 });
    expect([await daysIn("raw_payload", "slot"), await daysIn("round", "slot")]).toEqual([[3], [80]]);
  });

  it("may run twice at once, and while rows are stored", async () => {
    await store(130, 129, 128, 1);
    await rollUp(database, { nowMs: NOW_MS });
    const apply = () => applyRetention(database, { nowMs: NOW_MS, retention: KEEP });
    await Promise.all([apply(), apply(), store(0), store(0)]);
    expect(await daysIn("sample", "slot")).toEqual([0, 1]);
  });

  it("leaves a day in peace that somebody reads for long", async () => {
    if (!opened.url || !database.engine.ownPartitions) return;
    await store(150);
    await rollUp(database, { nowMs: NOW_MS });
    const reader = new pg.Client(opened.url);
    await reader.connect();
    await reader.query("begin");
    await reader.query("select count(*) from sample");
    const report = await applyRetention(database, { nowMs: NOW_MS, retention: { ...KEEP, fiveMinuteDays: 500 } });
    await reader.end();
    expect(report.kept).toEqual([expect.stringMatching(/^sample_\d{8}$/)]);
    expect(await daysIn("sample", "slot")).toEqual([150]);
  });

  it("leaves partitions of others alone", async () => {
    if (!database.engine.ownPartitions) return;
    await database.query(
      "create table sample_archive partition of sample for values from ('2019-01-01') to ('2020-01-01')",
    );
    const report = await applyRetention(database, { nowMs: NOW_MS, retention: KEEP });
    await database.query("drop table sample_archive");
    expect(report.dropped).toEqual([]);
  });
});

test("what is not configured suits the engine", () => {
  const nothing = { rawDays: null, fiveMinuteDays: null, hourDays: null, dayDays: null };
  expect(retentionFor({ kind: "postgres" }, nothing)).toEqual({
    rawDays: 90,
    fiveMinuteDays: 90,
    hourDays: 400,
    dayDays: null,
  });
  expect(retentionFor({ kind: "pglite" }, nothing)).toEqual({
    rawDays: 14,
    fiveMinuteDays: 30,
    hourDays: 400,
    dayDays: null,
  });
  const given = { rawDays: 7, fiveMinuteDays: 8, hourDays: 9, dayDays: 10 };
  expect(retentionFor({ kind: "pglite" }, given)).toEqual(given);
  expect(defaultRetention({ kind: "pglite" }).rawDays).toBe(14);
});

/** Noon, UTC, of the day so many days ago. */
function noonOf(daysAgo: number): number {
  return Math.floor(NOW_MS / DAY_MS) * DAY_MS - daysAgo * DAY_MS + DAY_MS / 2;
}

function aRound(slot: string) {
  return {
    ...{ slot, startedAt: slot, durationMs: 800, sites: 2, ok: 2, late: 0, skipped: 0 },
    ...{ failed: {}, failedSites: {}, lateSites: [], slowest: null },
  };
}
