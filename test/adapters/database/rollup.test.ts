import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { numberExpression, POINT_COLUMNS } from "../../../adapters/database/point-columns.ts";
import { markDue, rollUp } from "../../../adapters/database/rollup/roll-up.ts";
import { rollupExpressions } from "../../../adapters/database/rollup/rollup-columns.ts";
import { rollupStatement, skippedInExtra } from "../../../adapters/database/rollup/rollup-sql.ts";
import { POINT_NAMES, POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import {
  BACK_FILLED_MS,
  type Ledger,
  MINUTE_MS,
  MUCH_LATER_MS,
  openWithLedger,
  readingAt,
  SITES,
  START_MS,
} from "./rollup-ledger.ts";

vi.setConfig({ testTimeout: 120_000 });

describe.for(ENGINES)("roll-ups on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  let ledger: Ledger;
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (!isMissing) ({ opened, database, ledger } = await openWithLedger(open));
  });
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    if (!isMissing) await ledger.empty();
  });

  it("hold every point of the catalogue, by its kind", async () => {
    const readings = Array.from({ length: 180 }, (_, n) => {
      const entries = POINT_NAMES.map((point, index) => [point, readingOf(point, n + index)]);
      return readingAt((n % SITES) + 1, START_MS + n * 4 * MINUTE_MS, Object.fromEntries(entries), 50 + n);
    });
    await ledger.store(readings);
    const result = await rollUp(database, { nowMs: MUCH_LATER_MS });
    expect(result.buckets).toBeGreaterThan(100);
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
    const [row] = await database.query("select * from rollup_1d where site_id = 1");
    for (const { point, type } of POINT_COLUMNS.filter(({ type }) => type !== "text")) {
      const column = type === "double precision" ? `${point}_last` : `${point}_avg`;
      expect(row?.[column], column).toEqual(expect.any(Number));
    }
    expect(row?.["extra"]).toMatchObject({
      coolant_ph: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)],
    });
  });

  it("go on where a register that was never written holds a number below every measurement", async () => {
    const values = [1.4e-45, 0, 0, -3e-44, 5e-324, 7e-223, 21];
    const readings = values.map((value, n) =>
      readingAt(1, START_MS + n * MINUTE_MS, { supply_temp_c: value, coolant_ph: value, box1_energy_kwh: value }),
    );
    await ledger.store(readings.slice(0, 6));
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await ledger.store(readings.slice(6));
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
    expect(await ledger.due()).toBe(0);
  });

  it("give the mean of all readings also where some are missing", async () => {
    const values = [10, 10, 10, 10, 10, 90, null, null, null, null];
    await ledger.store(
      values.map((value, n) => readingAt(1, START_MS + n * MINUTE_MS, { supply_temp_c: value, coolant_ph: value })),
    );
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    const fine = await database.query("select n, supply_temp_c_avg as avg, readings from rollup_5m order by bucket");
    expect(fine).toEqual([
      { n: 5, avg: 10, readings: null },
      { n: 5, avg: 90, readings: { supply_temp_c: 1 } },
    ]);
    const [day] = await database.query("select n, supply_temp_c_avg as avg, readings, extra from rollup_1d");
    const mean = expect.closeTo(140 / 6, 4);
    expect(day).toEqual({ n: 10, avg: mean, readings: { supply_temp_c: 6 }, extra: { coolant_ph: [mean, 10, 90, 6] } });
  });

  it("are computed once a bucket is over, and again when a row comes late", async () => {
    await ledger.store([0, 1, 2, 6].map((n) => readingAt(1, START_MS + n * MINUTE_MS, { supply_temp_c: 30 + n })));
    const endOfFirst = START_MS + 5 * MINUTE_MS;
    expect(await rollUp(database, { nowMs: endOfFirst + 29_999 })).toEqual({ buckets: 0, rows: 0 });
    expect(await rollUp(database, { nowMs: endOfFirst + 30_000 })).toEqual({ buckets: 1, rows: 1 });
    await ledger.expectAsBruteForce(endOfFirst + 30_000);
    await ledger.store([readingAt(1, START_MS + 3 * MINUTE_MS, { supply_temp_c: 99 })]);
    expect(await rollUp(database, { nowMs: endOfFirst + 60_000 })).toEqual({ buckets: 1, rows: 1 });
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
    expect(await ledger.due()).toBe(0);
  });

  it("note only rows that were really written, and change nothing when computed again", async () => {
    const readings = [0, 1, 7].map((n) => readingAt(1, START_MS + n * MINUTE_MS, { supply_temp_c: 30 + n }));
    await ledger.store(readings);
    expect(await ledger.due()).toBe(2);
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await ledger.store(readings);
    expect(await ledger.due()).toBe(0);
    await markDue(database, START_MS, START_MS + 9 * MINUTE_MS);
    expect(await ledger.due()).toBe(2);
    expect(await rollUp(database, { nowMs: MUCH_LATER_MS })).toEqual({ buckets: 2, rows: 0 });
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
  });

  it("stop at a limit and go on from there", async () => {
    await ledger.store(
      Array.from({ length: 30 }, (_, n) => readingAt(1, START_MS + n * 5 * MINUTE_MS, { supply_temp_c: n })),
    );
    expect(await rollUp(database, { nowMs: MUCH_LATER_MS, limit: 7 })).toEqual({ buckets: 7, rows: 7 });
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
  });

  it("never replace a bucket by one from fewer rows: the rest may have expired", async () => {
    await ledger.store([0, 1, 2].map((n) => readingAt(1, START_MS + n * MINUTE_MS, { supply_temp_c: 30 })));
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await database.query("truncate sample");
    await ledger.store([readingAt(1, START_MS + 3 * MINUTE_MS, { supply_temp_c: 90 })]);
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    const rows = await database.query("select n, supply_temp_c_max as max from rollup_5m");
    expect(rows).toEqual([{ n: 3, max: 30 }]);
  });

  it("take an import that did not go through the writer, after it was marked", async () => {
    const reading = readingAt(2, BACK_FILLED_MS + 8 * MINUTE_MS, { supply_temp_c: 31 });
    await database.query(
      "insert into sample (site_id, slot, collected_at, profile, latency_ms, attempts, supply_temp_c) values (2, $1, $1, 1, 84, 1, 31)",
      [reading.snapshot.slot],
    );
    ledger.remember([reading]);
    await markDue(database, BACK_FILLED_MS, BACK_FILLED_MS + 10 * MINUTE_MS);
    expect(await rollUp(database, { nowMs: MUCH_LATER_MS })).toEqual({ buckets: 5, rows: 3 });
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
    await expect(markDue(database, START_MS, START_MS - 1)).rejects.toThrow(/in order/);
    await expect(markDue(database, Number.NaN, START_MS)).rejects.toThrow(/in order/);
    await expect(markDue(database, 0, START_MS)).rejects.toThrow(/20 years/);
  });

  it("leave out points that were switched off, and keep the rest", async () => {
    await database.query("update point_registry set rolled_up = false where key in ('supply_temp_c', 'coolant_ph')");
    await ledger.store([
      readingAt(1, START_MS, { supply_temp_c: 35, return_temp_c: 40, coolant_ph: 8, coolant_hardness_mg_l: 1 }),
    ]);
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await database.query("update point_registry set rolled_up = true");
    for (const table of ["rollup_5m", "rollup_1h", "rollup_1d"]) {
      const [row] = await database.query(
        `select supply_temp_c_avg as off, return_temp_c_avg as on, extra from ${table}`,
      );
      expect(row).toEqual({ off: null, on: 40, extra: { coolant_hardness_mg_l: [1, 1, 1, 1] } });
    }
  });

  it("take whatever stands in extra", async () => {
    const extras = ['{"a": 1e400, "b": 2, "c": "2", "d": true, "e": null, "f": [1]}', "[1]", '"text"', "7", "null"];
    for (const [n, extra] of extras.entries()) {
      await database.query(
        "insert into sample (site_id, slot, collected_at, profile, latency_ms, attempts, extra) values (1, $1, $1, 1, 84, 1, $2::jsonb)",
        [new Date(START_MS + n * MINUTE_MS).toISOString(), extra],
      );
    }
    await markDue(database, START_MS, START_MS);
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    const rows = await database.query("select n, extra from rollup_1d");
    expect(rows).toEqual([{ n: 5, extra: { b: [2, 2, 2, 1], d: [1, 1, 1, 1] } }]);
  });

  it("find a promoted point in extra where rows are older than its column", async () => {
    const promoted: ReadonlySet<PointName> = new Set(["supply_temp_c", "circulation_pump_running", "box1_energy_kwh"]);
    await ledger.store([0, 1].map((n) => readingAt(1, START_MS + n * MINUTE_MS, {})));
    await database.query(
      `update sample set extra = '{"supply_temp_c": 41, "circulation_pump_running": true, "box1_energy_kwh": 7, "coolant_ph": 8}'
        where slot = $1`,
      [new Date(START_MS).toISOString()],
    );
    await database.query(
      "update sample set supply_temp_c = 43, circulation_pump_running = false, box1_energy_kwh = 9 where slot > $1",
      [new Date(START_MS).toISOString()],
    );
    const points = [...promoted];
    const raw = points.map((point) => `${numberExpression(point, promoted)} as ${point}`).join(", ");
    expect(await database.query(`select ${raw} from sample order by slot`)).toEqual([
      { supply_temp_c: 41, circulation_pump_running: 1, box1_energy_kwh: 7 },
      { supply_temp_c: 43, circulation_pump_running: 0, box1_energy_kwh: 9 },
    ]);
    const range = [new Date(START_MS).toISOString(), new Date(START_MS + 5 * MINUTE_MS).toISOString()];
    const { text } = rollupStatement("5m", { promoted });
    await database.query(text, [[range[0]], ...range, skippedInExtra({ promoted })]);
    // An old row of a roll-up, from before the promotion.
    await database.query(
      `insert into rollup_5m (site_id, bucket, n, extra)
        values (1, $1, 2, '{"supply_temp_c": [20, 10, 30], "circulation_pump_running": [0.5, 0, 1], "box1_energy_kwh": [4, 3, 5]}')`,
      [range[1]],
    );
    const read = points.flatMap((point) => {
      const { avg, min, max } = rollupExpressions(point, promoted);
      return [`${avg} as ${point}_avg`, `${min} as ${point}_min`, `${max} as ${point}_max`];
    });
    const rows = await database.query(
      `select ${read.join(", ")}, extra ? 'supply_temp_c' as is_old from rollup_5m order by bucket`,
    );
    const state = (share: number) => ({
      circulation_pump_running_avg: share,
      circulation_pump_running_min: share,
      circulation_pump_running_max: share,
    });
    expect(rows).toEqual([
      {
        ...{ supply_temp_c_avg: 42, supply_temp_c_min: 41, supply_temp_c_max: 43, ...state(0.5), is_old: false },
        ...{ box1_energy_kwh_avg: 9, box1_energy_kwh_min: 7, box1_energy_kwh_max: 9 },
      },
      {
        ...{ supply_temp_c_avg: 20, supply_temp_c_min: 10, supply_temp_c_max: 30, ...state(0.5), is_old: true },
        ...{ box1_energy_kwh_avg: 5, box1_energy_kwh_min: 3, box1_energy_kwh_max: 5 },
      },
    ]);
    const hour = [new Date(START_MS).toISOString(), new Date(START_MS + 60 * MINUTE_MS).toISOString()];
    await database.query(rollupStatement("1h", { promoted }).text, [[hour[0]], ...hour, skippedInExtra({ promoted })]);
    const [upper] = await database.query(
      `select supply_temp_c_avg, supply_temp_c_min, supply_temp_c_max, circulation_pump_running_avg, box1_energy_kwh_first,
        box1_energy_kwh_last, extra from rollup_1h`,
    );
    expect(upper).toEqual({
      ...{ supply_temp_c_avg: 31, supply_temp_c_min: 10, supply_temp_c_max: 43, circulation_pump_running_avg: 0.5 },
      ...{ box1_energy_kwh_first: 7, box1_energy_kwh_last: 5, extra: { coolant_ph: [8, 8, 8, 1] } },
    });
  });

  it("miss nothing while rows are stored and two runs go on at once", async () => {
    let isDone = false;
    const storing = (async () => {
      for (let n = 0; n < 40; n += 1) {
        const slots = [n, n + 3, n * 7].map((minute) => START_MS + minute * MINUTE_MS);
        await ledger.store(
          slots.map((slotMs, index) => readingAt((index % SITES) + 1, slotMs, { supply_temp_c: n + index })),
        );
      }
      isDone = true;
    })();
    const rolling = [1, 2].map(async () => {
      while (!isDone) await rollUp(database, { nowMs: MUCH_LATER_MS });
    });
    await Promise.all([storing, ...rolling]);
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
    expect(await ledger.due()).toBe(0);
  });
});

function readingOf(point: PointName, seed: number): number | boolean | string | null {
  if (seed % 11 === 0) return null;
  const { type } = POINTS[point];
  if (type === "bool") return seed % 3 === 0;
  return type === "num" ? Math.round(Math.sin(seed) * 400) / 10 : "auto";
}
