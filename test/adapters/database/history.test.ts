import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { createHistoryStore, type HistoryStore } from "../../../adapters/database/history/create-history-store.ts";
import { readSiteHistory } from "../../../adapters/database/history/site-history.ts";
import { readBefore } from "../../../adapters/database/history/snapshot-before.ts";
import { ensureDays } from "../../../adapters/database/partitions.ts";
import { defaultRetention } from "../../../adapters/database/retention.ts";
import { markDue, rollUp } from "../../../adapters/database/rollup/roll-up.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import { createNumberResolver } from "../../../adapters/database/site-numbers.ts";
import type { ExportPage } from "../../../domain/telemetry/export-table.ts";
import type { Level, RolledLevel } from "../../../domain/telemetry/history-level.ts";
import { quantileOf } from "../../../domain/telemetry/quantiles.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import { addSites, aSnapshot } from "./snapshots.ts";

vi.setConfig({ testTimeout: 120_000 });
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The day before yesterday, so that a whole day and half of the next are in the past. */
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 2 * DAY_MS;
/** Two and a half minutes into a bucket of every level. */
const NOW_MS = START_MS + DAY_MS + 6 * HOUR_MS + 2 * MINUTE_MS + 30_000;
/** What the roll-ups have reached: behind the present, as they always are. */
const ROLLED_MS = NOW_MS - 7 * MINUTE_MS;
const SITES = 5;
/** Minutes without a reply, of the first site. */
const OUTAGE = { first: 3 * 60, end: 3 * 60 + 20 };

const minuteOf = (ms: number) => Math.round((ms - START_MS) / MINUTE_MS);
/** Tenths, as controllers give them. */
const tempAt = (minute: number, site: number) => Math.round(350 + 20 * Math.sin(minute / 30) + site * 10) / 10;
const runsAt = (minute: number) => minute % 3 !== 0;
const energyAt = (minute: number) => 100_000 + minute * 1.25;
const isPolled = (minute: number, site: number) => site !== 1 || minute < OUTAGE.first || minute >= OUTAGE.end;
const isMeasured = (minute: number) => minute % 50 !== 7;

function snapshotAt(site: number, minute: number) {
  const slot = new Date(START_MS + minute * MINUTE_MS).toISOString();
  return aSnapshot({
    siteId: `site-00${site}`,
    slot,
    collectedAt: slot,
    latencyMs: 80 + (minute % 5),
    values: {
      supply_temp_c: isMeasured(minute) ? tempAt(minute, site) : null,
      circulation_pump_running: runsAt(minute),
      box1_energy_kwh: energyAt(minute),
      coolant_ph: 7.5,
      running_mode: minute % 2 === 0 ? "auto" : "manual",
    },
    quality: isMeasured(minute) ? {} : { supply_temp_c: "missing" },
  });
}

/** The minutes of a bucket that were stored and are in the past. */
function minutesOf(bucketMs: number, lengthMs: number, site: number): number[] {
  const first = minuteOf(bucketMs);
  const all = Array.from({ length: lengthMs / MINUTE_MS }, (_, index) => first + index);
  return all.filter((minute) => minute >= 0 && START_MS + minute * MINUTE_MS <= NOW_MS && isPolled(minute, site));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.for(ENGINES)("history on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  let store: HistoryStore;
  const numbers = new Map<string, number>();
  const it = test.skipIf(isMissing);
  const numberOf = (site: number) => numbers.get(`site-00${site}`) ?? -1;

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    const ids = await addSites(database, SITES);
    for (const [id, number] of await createNumberResolver(database).sites(ids)) numbers.set(id, number);
    const days = [0, 1].map((day) => new Date(START_MS + day * DAY_MS).toISOString().slice(0, 10));
    if (database.engine.ownPartitions) await ensureDays(database, days);
    await createNumberResolver(database).profiles(["bitmain-antbox-hk3@1"]);
    for (let site = 1; site <= SITES; site += 1) {
      const minutes = Array.from({ length: minuteOf(NOW_MS) + 1 }, (_, minute) => minute).filter(
        (minute) => isPolled(minute, site) && START_MS + minute * MINUTE_MS <= NOW_MS,
      );
      await saveSamples(
        database,
        minutes.map((minute) => ({ siteNumber: numberOf(site), profileNumber: 1, snapshot: snapshotAt(site, minute) })),
      );
    }
    await markDue(database, START_MS, NOW_MS);
    await rollUp(database, { nowMs: ROLLED_MS });
    store = createHistoryStore({
      database,
      numberOf: (id) => numbers.get(id),
      retention: () => defaultRetention(database.engine),
    });
  });
  afterAll(() => opened?.dispose());

  const site = (level: Level, fromMs: number, toMs: number, limit = 20_000) =>
    store.site(
      "site-001",
      ["supply_temp_c", "circulation_pump_running", "box1_energy_kwh", "coolant_ph", "running_mode", "poll_latency_ms"],
      {
        fromMs,
        toMs,
        level,
        nowMs: NOW_MS,
        intervalS: 60,
        limit,
      },
    );

  it("gives raw values as they were stored, missing ones and words as null", async () => {
    const { timesMs, series } = await site("raw", START_MS, START_MS + 60 * MINUTE_MS);
    expect(timesMs).toEqual(Array.from({ length: 60 }, (_, minute) => START_MS + minute * MINUTE_MS));
    const minutes = timesMs.map(minuteOf);
    expect(series["supply_temp_c"]?.avg).toEqual(
      minutes.map((minute) => (isMeasured(minute) ? tempAt(minute, 1) : null)),
    );
    expect(series["supply_temp_c"]?.min).toEqual(series["supply_temp_c"]?.max);
    expect(series["circulation_pump_running"]?.avg).toEqual(minutes.map((minute) => (runsAt(minute) ? 1 : 0)));
    expect(series["box1_energy_kwh"]?.avg).toEqual(minutes.map(energyAt));
    expect(series["coolant_ph"]?.avg).toEqual(minutes.map(() => 7.5));
    expect(series["running_mode"]?.avg).toEqual(minutes.map(() => null));
    expect(series["poll_latency_ms"]?.avg).toEqual(minutes.map((minute) => 80 + (minute % 5)));
  });

  it("includes from and excludes to", async () => {
    const { timesMs } = await site("raw", START_MS + MINUTE_MS, START_MS + 3 * MINUTE_MS);
    expect(timesMs.map(minuteOf)).toEqual([1, 2]);
    expect((await site("raw", START_MS - DAY_MS * 400, START_MS)).timesMs).toEqual([]);
  });

  it.for(["raw", "5m"] as const)("keeps a gap as a gap at %s", async (level) => {
    const { timesMs, series } = await site(level, START_MS + 2 * HOUR_MS, START_MS + 5 * HOUR_MS);
    const inOutage = timesMs.map(minuteOf).filter((minute) => minute > OUTAGE.first - 1 && minute < OUTAGE.end);
    expect(inOutage).toHaveLength(1);
    const at = timesMs.map(minuteOf).indexOf(inOutage[0] ?? -1);
    for (const name of ["supply_temp_c", "box1_energy_kwh", "coolant_ph"]) {
      expect([series[name]?.avg[at], series[name]?.min[at], series[name]?.max[at]]).toEqual([null, null, null]);
      expect(series[name]?.avg).toHaveLength(timesMs.length);
    }
    expect(series["circulation_pump_running"]?.avg.filter((value) => value === null)).toHaveLength(1);
  });

  it.for([
    { level: "5m", lengthMs: 5 * MINUTE_MS },
    { level: "1h", lengthMs: HOUR_MS },
    { level: "1d", lengthMs: DAY_MS },
  ] as const)("equals a brute-force aggregation at $level, up to the last minute", async ({ level, lengthMs }) => {
    const { timesMs, series } = await site(level, START_MS + 1, NOW_MS);
    const { supply_temp_c: temp, circulation_pump_running: runs, box1_energy_kwh: energy, coolant_ph: ph } = series;
    expect(timesMs[0]).toBe(START_MS);
    const tailMs = tailEnd(level);
    let compared = 0;
    for (const [index, bucketMs] of timesMs.entries()) {
      if (bucketMs % lengthMs !== 0) continue;
      const minutes = minutesOf(bucketMs, lengthMs, 1).filter((minute) => START_MS + minute * MINUTE_MS < tailMs);
      const temps = minutes.filter(isMeasured).map((minute) => tempAt(minute, 1));
      if (minutes.length === 0) continue;
      compared += 1;
      const precision = level === "5m" ? 4 : 1;
      expect(temp?.avg[index]).toBeCloseTo(mean(temps), precision);
      expect([temp?.min[index], temp?.max[index]]).toEqual([Math.min(...temps), Math.max(...temps)]);
      expect(runs?.avg[index]).toBeCloseTo(mean(minutes.map((minute) => (runsAt(minute) ? 1 : 0))), 4);
      expect([energy?.avg[index], energy?.min[index], energy?.max[index]]).toEqual(
        [minutes.at(-1), minutes[0], minutes.at(-1)].map((minute) => energyAt(minute ?? -1)),
      );
      expect(ph?.avg[index]).toBeCloseTo(7.5, 4);
    }
    expect(compared).toBe({ "5m": 30 * 12 - 4 + 1, "1h": 30, "1d": 2 }[level]);
  });

  /** Newer than this nothing is in the last bucket: an hour is made of 5-minute buckets, a day of hours. */
  function tailEnd(level: RolledLevel): number {
    if (level === "5m") return NOW_MS + 1;
    return level === "1h"
      ? Math.floor(ROLLED_MS / (5 * MINUTE_MS)) * 5 * MINUTE_MS
      : Math.floor(ROLLED_MS / HOUR_MS) * HOUR_MS;
  }

  it("ends with what is rolled up when the range lies in the past", async () => {
    const { timesMs } = await site("5m", START_MS, START_MS + 30 * MINUTE_MS);
    expect(timesMs.map(minuteOf)).toEqual([0, 5, 10, 15, 20, 25]);
  });

  it("takes no bucket for a gap that a slowly polled site has to leave empty", async () => {
    const range = { fromMs: START_MS + 2 * HOUR_MS, toMs: START_MS + 5 * HOUR_MS, level: "5m", nowMs: NOW_MS } as const;
    const gapsAt = async (intervalS: number) => {
      const { timesMs } = await store.site("site-001", ["supply_temp_c"], { ...range, intervalS, limit: 1_000 });
      return timesMs.length - 3 * 12 + 4;
    };
    expect([await gapsAt(60), await gapsAt(600), await gapsAt(1_800)]).toEqual([1, 1, 0]);
  });

  it("says when there were more rows than the limit", async () => {
    const cut = await site("raw", START_MS, START_MS + HOUR_MS, 10);
    expect([cut.isCut, cut.timesMs.length]).toEqual([true, 10]);
    expect((await site("raw", START_MS, START_MS + 10 * MINUTE_MS, 10)).isCut).toBe(false);
  });

  const ALL = Array.from({ length: SITES }, (_, index) => `site-00${index + 1}`);
  const KINDS = ["supply_temp_c", "circulation_pump_running", "coolant_ph", "box1_energy_kwh"] as const;

  it.for(["5m", "1h", "1d"] as const)("gives the fleet the same values as each site, at %s", async (level) => {
    const range = { fromMs: START_MS, toMs: NOW_MS, level, nowMs: NOW_MS };
    for (const point of KINDS) {
      const fleet = await store.fleet([...ALL, "site-404"], point, { ...range, onlyAverages: false });
      expect(Object.keys(fleet.sites).sort()).toEqual(ALL);
      for (const id of ALL) {
        const own = await store.site(id, [point], { ...range, intervalS: 60, limit: 20_000 });
        const at = new Map(own.timesMs.map((ms, index) => [ms, index]));
        const expected = (part: "avg" | "min" | "max") =>
          fleet.timesMs.map((ms) => own.series[point]?.[part][at.get(ms) ?? -1] ?? null);
        expect(fleet.sites[id]).toEqual({ avg: expected("avg"), min: expected("min"), max: expected("max") });
      }
      await expectSameAverages(point, range, fleet);
    }
    const temperatures = await store.fleet(ALL, "supply_temp_c", { ...range, onlyAverages: false });
    const nulls = temperatures.sites["site-001"]?.avg.filter((value) => value === null).length;
    if (level === "5m") expect(nulls).toBe(4);
  });

  it("gives the same averages where some buckets were never turned, and where there are many such stretches", async () => {
    const range = { fromMs: START_MS, toMs: NOW_MS, level: "5m", nowMs: NOW_MS } as const;
    const fleet = await store.fleet(ALL, "supply_temp_c", { ...range, onlyAverages: false });
    for (const minutes of [
      [0, 5, 60],
      [20, 40, 90, 100, 110, 120, 130],
    ]) {
      const buckets = minutes.map((minute) => new Date(START_MS + minute * MINUTE_MS).toISOString());
      const deleted = await database.query(
        "delete from fleet_5m_sites where bucket = any($1::timestamptz[]) returning 1",
        [buckets],
      );
      expect(deleted.length).toBe(minutes.length);
      await expectSameAverages("supply_temp_c", range, fleet);
    }
    await expectSameAverages("supply_temp_c", { ...range, fromMs: START_MS + 7 * MINUTE_MS }, null);
  });

  /** `fleet` null: against the envelopes of the same range. */
  async function expectSameAverages(
    point: (typeof KINDS)[number],
    range: Parameters<HistoryStore["export"]>[2] & { readonly level: "5m" | "1h" | "1d"; readonly nowMs: number },
    fleet: Awaited<ReturnType<HistoryStore["fleet"]>> | null,
  ): Promise<void> {
    const expected = fleet ?? (await store.fleet(ALL, point, { ...range, onlyAverages: false }));
    const averages = await store.fleet([...ALL, "site-404"], point, { ...range, onlyAverages: true });
    expect(averages.timesMs).toEqual(expected.timesMs);
    expect(averages.sites).toEqual(
      Object.fromEntries(Object.entries(expected.sites).map(([id, { avg }]) => [id, { avg }])),
    );
  }

  it("gives median and quartiles of the sisters", async () => {
    const ids = ["site-002", "site-003", "site-004", "site-005"];
    const range = { fromMs: START_MS, toMs: START_MS + 3 * HOUR_MS, level: "1h", nowMs: NOW_MS } as const;
    const { timesMs, series } = await store.sisters(ids, ["supply_temp_c", "coolant_ph"], range);
    const fleet = await store.fleet(ids, "supply_temp_c", { ...range, onlyAverages: true });
    expect(timesMs).toHaveLength(3);
    for (const index of timesMs.keys()) {
      const sorted = ids.map((id) => fleet.sites[id]?.avg[index] ?? Number.NaN).sort((a, b) => a - b);
      expect(series["supply_temp_c"]?.median[index]).toBe(quantileOf(sorted, 0.5));
      expect(series["supply_temp_c"]?.p25[index]).toBe(quantileOf(sorted, 0.25));
      expect(series["supply_temp_c"]?.p75[index]).toBe(quantileOf(sorted, 0.75));
    }
    expect(series["coolant_ph"]?.median).toEqual([7.5, 7.5, 7.5]);
  });

  it("finds the newest snapshot before a moment", async () => {
    const found = await readBefore(database, numberOf(1), START_MS + OUTAGE.end * MINUTE_MS);
    expect(found).toEqual(snapshotAt(1, OUTAGE.first - 1));
    expect(await readBefore(database, numberOf(1), START_MS)).toBeNull();
  });

  it("exports every stored row once, words and states as they are", async () => {
    const points = ["supply_temp_c", "circulation_pump_running", "running_mode", "coolant_ph"] as const;
    const table = store.export(["site-001", "site-404", "site-002"], points, {
      fromMs: START_MS,
      toMs: NOW_MS,
      level: "raw",
    });
    expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "site text",
      "time time",
      "supply_temp_c number",
      "circulation_pump_running boolean",
      "running_mode text",
      "coolant_ph number",
    ]);
    const rows = await rowsOf(table.pages);
    const expected = [1, 2].flatMap((number) =>
      Array.from({ length: minuteOf(NOW_MS) + 1 }, (_, minute) => minute)
        .filter((minute) => isPolled(minute, number) && START_MS + minute * MINUTE_MS < NOW_MS)
        .map((minute) => [
          `site-00${number}`,
          START_MS + minute * MINUTE_MS,
          isMeasured(minute) ? tempAt(minute, number) : null,
          runsAt(minute),
          minute % 2 === 0 ? "auto" : "manual",
          7.5,
        ]),
    );
    expect(rows).toEqual(expected);
  });

  it("exports a roll-up with average, least and greatest", async () => {
    const range = { fromMs: START_MS, toMs: START_MS + DAY_MS, level: "1h" } as const;
    const table = store.export(["site-003"], ["supply_temp_c"], range);
    expect(table.columns.map(({ name }) => name).slice(2)).toEqual([
      "supply_temp_c_avg",
      "supply_temp_c_min",
      "supply_temp_c_max",
    ]);
    const rows = await rowsOf(table.pages);
    const own = await store.site("site-003", ["supply_temp_c"], { ...range, nowMs: NOW_MS, intervalS: 60, limit: 100 });
    expect(rows.map(([, , avg]) => avg)).toEqual(own.series["supply_temp_c"]?.avg);
    expect(rows).toHaveLength(24);
  });

  it("says when a question was too large for its time, and when the database is away", async () => {
    const slow: Database = {
      ...database,
      query: () => database.query("select pg_sleep(5)", [], { timeoutMs: 50 }),
    };
    const away: Database = {
      ...database,
      query: () => Promise.reject(Object.assign(new Error("gone"), { code: "ECONNREFUSED" })),
    };
    const ask = (broken: Database) =>
      createHistoryStore({ database: broken, numberOf: () => 1, retention: store.retention }).before(
        "site-001",
        NOW_MS,
      );
    await expect(ask(away)).rejects.toMatchObject({ code: "storage.unavailable", retryable: true });
    await expect(ask(slow)).rejects.toMatchObject({
      code: "storage.timeout",
      message: expect.stringContaining("shorter range"),
    });
  });

  it("asks with bare bounds: other days are not even looked at", async () => {
    const range = {
      fromMs: START_MS,
      toMs: START_MS + HOUR_MS,
      level: "raw",
      nowMs: NOW_MS,
      intervalS: 60,
      limit: 100,
    } as const;
    let plan = "";
    const explained: Database = {
      ...database,
      async query(text, values) {
        const rows = await database.query(`explain ${text}`, values);
        plan = rows.map((row) => String(row["QUERY PLAN"])).join("\n");
        return [];
      },
    };
    await readSiteHistory(explained, numberOf(1), ["supply_temp_c"], range);
    const tables = [...plan.matchAll(/ on (sample_\d+|_hyper_\d+_\d+_chunk)/g)].map((match) => match[1]);
    expect(new Set(tables).size).toBe(1);
    expect(plan).toMatch(/Index/);
  });
});

async function rowsOf(pages: AsyncIterable<ExportPage>): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const page of pages) {
    for (let row = 0; row < (page[0]?.length ?? 0); row += 1) rows.push(page.map((column) => column[row]));
  }
  return rows;
}
