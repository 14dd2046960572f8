import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { markDue, rollUp } from "../../../adapters/database/rollup/roll-up.ts";
import { ENGINES, type OpenedEngine } from "./engines.ts";
import {
  BACK_FILLED_MS,
  type Ledger,
  MINUTE_MS,
  MUCH_LATER_MS,
  openWithLedger,
  type Reading,
  readingAt,
  SITES,
  START_MS,
} from "./rollup-ledger.ts";

vi.setConfig({ testTimeout: 180_000 });

describe.for(ENGINES)("any history of roll-ups on $name", ({ isMissing, open }) => {
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

  it("equal the brute force, whatever happens", async () => {
    const isServer = !isMissing && opened.url !== null;
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 10 }), async (steps) => {
        await ledger.empty();
        for (const step of steps) await perform(step);
        await rollUp(database, { nowMs: MUCH_LATER_MS });
        await ledger.expectAsBruteForce(MUCH_LATER_MS);
        expect(await ledger.due()).toBe(0);
        expect(await rollUp(database, { nowMs: MUCH_LATER_MS })).toEqual({ buckets: 0, rows: 0 });
      }),
      { numRuns: isServer ? 15 : 4, endOnFailure: true },
    );
  });

  async function perform(step: Step): Promise<void> {
    const nowMs = START_MS + step.minute * MINUTE_MS;
    if (step.do === "store") await ledger.store(step.readings.map(toReading));
    // The same slots with other values: what a replay would never do, and what must have no effect.
    if (step.do === "replay") await ledger.store(ledger.readings().slice(0, 50).map(otherValues));
    if (step.do === "mark") await markDue(database, nowMs, nowMs + 90 * MINUTE_MS);
    if (step.do === "roll") await rollUp(database, { nowMs });
    if (step.do === "crash") await crash(step.table);
  }

  /** The session, or the embedded database's thread, ends in the middle of a statement. */
  async function crash(table: string): Promise<void> {
    if (opened.url === null) {
      await rollUp(database, { nowMs: MUCH_LATER_MS, timeoutMs: 1, limit: 1 }).catch((error) => {
        expect(error).toMatchObject({ sqlState: "57014" });
      });
      return;
    }
    await crashAtTable(opened.url, table, () => rollUp(database, { nowMs: MUCH_LATER_MS }));
  }

  it("go on after a crash between two levels, and in the middle of a statement", async () => {
    await ledger.store(
      Array.from({ length: 120 }, (_, n) => readingAt(1, START_MS + n * MINUTE_MS, { supply_temp_c: n })),
    );
    const before = await ledger.due();
    for (const table of ["rollup_5m", "rollup_1h", "rollup_1d"]) await crash(table);
    if (opened.url !== null) {
      const [row] = await database.query(
        "select (select count(*)::int from rollup_5m) as fine, (select count(*)::int from rollup_1d) as days",
      );
      expect(row).toEqual({ fine: 24, days: 0 });
      expect(await ledger.due()).toBeGreaterThan(0);
    } else {
      expect(await ledger.due()).toBe(before);
    }
    await rollUp(database, { nowMs: MUCH_LATER_MS });
    await ledger.expectAsBruteForce(MUCH_LATER_MS);
  });
});

const MINUTE = fc.integer({ min: 0, max: 26 * 60 });
const READING = fc.record({
  site: fc.integer({ min: 1, max: SITES }),
  minute: MINUTE,
  isBackFilled: fc.boolean(),
  temperature: fc.option(fc.float({ min: -40, max: 120, noNaN: true })),
  isRunning: fc.option(fc.boolean()),
  energy: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
  ph: fc.option(fc.integer({ min: 0, max: 140 })),
  latency: fc.integer({ min: 1, max: 4_000 }),
});
const STEP = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("store" as const),
      minute: MINUTE,
      readings: fc.array(READING, { minLength: 1, maxLength: 40 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("roll" as const), minute: fc.integer({ min: 0, max: 50 * 60 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("replay" as const, "mark" as const), minute: MINUTE }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("crash" as const),
      minute: MINUTE,
      table: fc.constantFrom("rollup_5m", "rollup_1h", "rollup_1d"),
    }),
  },
);
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;
type GeneratedReading = typeof READING extends fc.Arbitrary<infer T> ? T : never;

function toReading({ site, minute, isBackFilled, latency, ...values }: GeneratedReading): Reading {
  const slotMs =
    (isBackFilled ? BACK_FILLED_MS + (minute % 1_440) * MINUTE_MS : START_MS + minute * MINUTE_MS) +
    (minute % 3) * 10_000;
  const { temperature, isRunning, energy, ph } = values;
  return readingAt(
    site,
    slotMs,
    {
      supply_temp_c: temperature,
      circulation_pump_running: isRunning,
      box1_energy_kwh: energy,
      coolant_ph: ph === null ? null : ph / 10,
      running_mode: "auto",
      firmware_version: "2.1",
    },
    latency,
  );
}

function otherValues({ siteNumber, snapshot }: Reading): Reading {
  return readingAt(siteNumber, Date.parse(snapshot.slot), { supply_temp_c: 77, coolant_ph: 1 }, 9);
}

/**
 * Runs something that will need `table`, and ends its session while it waits for that table; lets it run when nothing
 * needed it.
 */
async function crashAtTable(url: string, table: string, run: () => Promise<unknown>): Promise<void> {
  const killer = new pg.Client(url);
  await killer.connect();
  try {
    await killer.query("begin");
    await killer.query(`lock table ${table} in access exclusive mode`);
    let isOver = false;
    const running = run()
      .catch(() => undefined)
      .finally(() => {
        isOver = true;
      });
    while (!isOver) {
      const { rowCount } = await killer.query(
        "select pg_terminate_backend(pid) from pg_locks where not granted and relation = to_regclass($1) and database is not null",
        [table],
      );
      if (rowCount) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await running;
    await killer.query("rollback");
  } finally {
    await killer.end();
  }
}
