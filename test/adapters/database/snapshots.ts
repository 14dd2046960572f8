import type { Database } from "../../../adapters/database/database.ts";
import { upsertSites } from "../../../adapters/inventory/site-repository.ts";
import type { Site } from "../../../domain/sites/site.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";

/** Slot number `n` of a test: minutes after a full hour of today, so that partitions are there. */
export function slotAt(n: number, stepS = 60): string {
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;
  return new Date(hour + n * stepS * 1000).toISOString();
}

export function aSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  const slot = changes.slot ?? slotAt(0);
  return {
    siteId: "site-001",
    slot,
    collectedAt: slot,
    profile: "bitmain-antbox-hk3@1",
    values: { supply_temp_c: 35.1, circulation_pump_running: true, running_mode: "auto", box1_energy_kwh: 123_456.75 },
    quality: {},
    faults: [],
    unmapped: [],
    attempts: 1,
    latencyMs: 84,
    ...changes,
  };
}

export function aSite(id: string, changes: Partial<Site> = {}): Site {
  return {
    id,
    name: `站点 ${id}`,
    region: "north",
    zone: "zone-101",
    enabled: true,
    controllerUrl: `http://127.0.0.1/${id}`,
    profileId: "bitmain-antbox-hk3",
    cameraUrl: null,
    cameraQueries: false,
    location: null,
    intervalS: null,
    minersExpected: null,
    ratedPowerKw: null,
    ...changes,
  };
}

/** Site ids `site-001` …, stored. */
export async function addSites(database: Database, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);
  await upsertSites(
    database,
    ids.map((id) => aSite(id)),
  );
  return ids;
}
