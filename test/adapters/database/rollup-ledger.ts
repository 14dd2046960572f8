import { expect } from "vitest";
import type { Database } from "../../../adapters/database/database.ts";
import { ensureDays } from "../../../adapters/database/partitions.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import type { EngineUnderTest } from "./engines.ts";
import { bruteForce, differences, readLevels } from "./rollup-model.ts";
import { addSites, aSnapshot } from "./snapshots.ts";

const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;
/** Yesterday: its partition is there, and its day is over soon. */
export const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
export const BACK_FILLED_MS = START_MS - 40 * DAY_MS;
export const MUCH_LATER_MS = START_MS + 10 * DAY_MS;
export const SITES = 3;
/** Emptying some dozen partitions takes long on the embedded database while the machine has other work. */
const SLOW = { timeoutMs: 30_000 };

export type Reading = { readonly siteNumber: number; readonly profileNumber: number; readonly snapshot: Snapshot };

export function readingAt(siteNumber: number, slotMs: number, values: Snapshot["values"], latencyMs = 84): Reading {
  const slot = new Date(slotMs).toISOString();
  return { siteNumber, profileNumber: 1, snapshot: aSnapshot({ slot, collectedAt: slot, values, latencyMs }) };
}

/** The UTC days that the tests write into, for engines on which partitions are ours. */
const DAYS = [BACK_FILLED_MS, START_MS].map((ms) => new Date(ms).toISOString().slice(0, 10));

/** Averages that `rollup_5m` and its turned copy do not agree on: a gauge, a state, one in `extra`, one of a column of its own. */
async function turnedDifferences(database: Database): Promise<unknown[]> {
  const averages = [
    "supply_temp_c_avg",
    "circulation_pump_running_avg",
    "(extra->'coolant_ph'->>0)::real",
    "poll_latency_ms_avg",
  ];
  const points = ["supply_temp_c", "circulation_pump_running", "coolant_ph", "poll_latency_ms"];
  return database.query(
    `select point, bucket, site_id, r.average as is, t.average as turned
     from (
       select p.point, bucket, site_id, p.average from rollup_5m
       cross join lateral (values ${points.map((point, index) => `('${point}', ${averages[index]})`).join(", ")}) as p (point, average)
       where p.average is not null) r
     full join (
       select f.point, bucket, u.site_id, u.average from fleet_5m f join fleet_5m_sites s using (bucket)
       cross join lateral unnest(s.site_ids, f.averages) as u (site_id, average)
       where u.average is not null and f.point = any($1)) t using (point, bucket, site_id)
     where r.average is distinct from t.average`,
    [points],
    SLOW,
  );
}

/** A database, and beside it what should be in it: the first reading of each slot, as the database keeps it. */
function createLedger(database: Database) {
  let kept = new Map<string, Reading>();

  function remember(readings: readonly Reading[]): void {
    for (const reading of readings) {
      const key = `${reading.siteNumber} ${reading.snapshot.slot}`;
      if (!kept.has(key)) kept.set(key, reading);
    }
  }

  return {
    remember,
    readings: (): Reading[] => [...kept.values()],
    async empty(): Promise<void> {
      kept = new Map();
      await database.query(
        "truncate sample, rollup_5m, fleet_5m, fleet_5m_sites, rollup_1h, rollup_1d, rollup_due",
        [],
        SLOW,
      );
    },
    /** Through the product's statement. */
    async store(readings: readonly Reading[]): Promise<void> {
      await saveSamples(database, readings);
      remember(readings);
    },
    async expectAsBruteForce(nowMs: number): Promise<void> {
      expect(differences(await readLevels(database), bruteForce([...kept.values()], nowMs))).toEqual([]);
      expect(await turnedDifferences(database)).toEqual([]);
    },
    async due(): Promise<number> {
      return Number((await database.query("select count(*)::int as n from rollup_due"))[0]?.["n"]);
    },
  };
}
export type Ledger = ReturnType<typeof createLedger>;

/** An engine with the sites and the partitions of these tests, and its ledger. */
export async function openWithLedger(open: EngineUnderTest["open"]) {
  const opened = await open();
  const { database } = opened;
  await addSites(database, SITES);
  if (database.engine.ownPartitions) await ensureDays(database, DAYS);
  return { opened, database, ledger: createLedger(database) };
}
