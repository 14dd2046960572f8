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
      await database.query("truncate sample, rollup_5m, rollup_1h, rollup_1d, rollup_due", [], SLOW);
    },
    /** Through the product's statement. */
    async store(readings: readonly Reading[]): Promise<void> {
      await saveSamples(database, readings);
      remember(readings);
    },
    async expectAsBruteForce(nowMs: number): Promise<void> {
      expect(differences(await readLevels(database), bruteForce([...kept.values()], nowMs))).toEqual([]);
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
