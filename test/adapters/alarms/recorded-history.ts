import type { Database } from "../../../adapters/database/database.ts";
import { ensureDays } from "../../../adapters/database/partitions.ts";
import { saveRounds } from "../../../adapters/database/round-repository.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aSnapshot, type Reading } from "../../domain/alarms/fleet-under-test.ts";
import { addSites } from "../database/snapshots.ts";

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SITES = 6;
const SLOTS = 150;
/** Half of it before midnight, which is another partition. */
export const FROM_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS - (SLOTS / 2) * MINUTE_MS;
export const TO_MS = FROM_MS + SLOTS * MINUTE_MS;
export const IDS = Array.from({ length: SITES }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);

/** A pseudo-random number that is the same in every run: 0 to 1. */
function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
}

/** Heat, faults, doubtful values and missed polls, each for some minutes; round 40 to 45 answers nobody. */
function readingAt(site: number, minute: number): Reading | null {
  const stretch = Math.floor(minute / 7);
  const chance = noise(site * 1000 + stretch);
  if (chance < 0.08 || (minute >= 40 && minute < 45)) return null;
  const values = {
    supply_temp_c: [35.1, 37.4, 41.3, 45.7, 35.2, 20.6][Math.floor(chance * 6)] ?? 35,
    container_temp_c: Math.round((38 + noise(site + minute)) * 10) / 10,
    leak_detected: chance > 0.97,
    running_mode: chance > 0.5 ? "manual" : "auto",
    ...(chance > 0.6 ? { supply_flow_m3h: null } : {}),
  };
  return {
    values,
    quality: {
      ...(chance > 0.6 ? { supply_flow_m3h: "missing" as const } : {}),
      ...(chance < 0.3 ? { chip_temp_max_c: "stale" as const, "fault.power_fault": "missing" as const } : {}),
    },
    faults: chance > 0.85 ? ["supply_temp_too_high"] : [],
  };
}

/** Snapshots of each minute. */
export const RECORDED: readonly (readonly Snapshot[])[] = Array.from({ length: SLOTS }, (_, minute) =>
  IDS.flatMap((id, site) => {
    const reading = readingAt(site, minute);
    return reading === null ? [] : [aSnapshot(id, FROM_MS + minute * MINUTE_MS, reading)];
  }),
);

/** Sites, snapshots and rounds, as collection would have stored them. */
export async function storeHistory(database: Database): Promise<void> {
  await addSites(database, SITES);
  const days = [FROM_MS, TO_MS].map((ms) => new Date(ms).toISOString().slice(0, 10));
  if (database.engine.ownPartitions) await ensureDays(database, days);
  await database.query("insert into profile_registry (code) values ('bitmain-antbox-hk3@1') on conflict do nothing");
  const sites = await database.query("select id, code from site");
  const numbers = new Map(sites.map((row) => [String(row["code"]), Number(row["id"])]));
  for (const snapshots of RECORDED) {
    if (snapshots.length === 0) continue;
    await saveSamples(
      database,
      snapshots.map((snapshot) => ({ siteNumber: numbers.get(snapshot.siteId) ?? 0, profileNumber: 1, snapshot })),
    );
  }
  await saveRounds(
    database,
    "test",
    RECORDED.map((snapshots, minute) => aRound(FROM_MS + minute * MINUTE_MS, snapshots.length)),
  );
}

function aRound(slotMs: number, ok: number) {
  const at = new Date(slotMs).toISOString();
  return {
    slot: at,
    startedAt: at,
    durationMs: 100,
    sites: SITES,
    ok,
    late: 0,
    skipped: 0,
    failed: {},
    lateSites: [],
    failedSites: {},
    slowest: null,
  };
}
