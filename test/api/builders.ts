import type { ConditionEvent } from "../../domain/alarms/alarm-event.ts";
import type { RoundReport } from "../../domain/collection/round-report.ts";
import type { Site } from "../../domain/sites/site.ts";
import { Snapshot } from "../../domain/telemetry/snapshot.ts";

/** A minute of today: the database has partitions for it. */
export const T0_MS = Math.floor(Date.now() / 60_000) * 60_000;

export function isoAt(ms: number): string {
  return new Date(ms).toISOString();
}

/** A healthy site whose addresses must never be seen outside. */
export function aSite(number: number, own: Partial<Site> = {}): Site {
  const id = `site-${String(number).padStart(3, "0")}`;
  return {
    id,
    name: `站点 ${number}`,
    region: number % 2 ? "north" : "south",
    zone: "zone-101",
    enabled: true,
    controllerUrl: `http://10.1.101.${number % 250}`,
    profileId: "bitmain-antbox-hk3",
    cameraUrl: `http://10.2.101.${number % 250}/stream.m3u8`,
    cameraQueries: false,
    location: { lat: 24.45, lon: 54.38 },
    intervalS: null,
    minersExpected: 210,
    ratedPowerKw: 1000,
    ...own,
  };
}

/** A healthy snapshot, checked by the schema. */
export function aSnapshot(siteId: string, own: Partial<Snapshot> = {}, atMs = T0_MS): Snapshot {
  return Snapshot.parse({
    siteId,
    slot: isoAt(atMs),
    collectedAt: isoAt(atMs + 84),
    profile: "bitmain-antbox-hk3@1",
    values: {
      supply_temp_c: 35.1,
      return_temp_c: 41.2,
      supply_pressure_kpa: null,
      total_power_kw: 1012.4,
      circulation_pump_running: true,
      leak_detected: false,
    },
    quality: { supply_pressure_kpa: "out_of_range" },
    faults: ["spray_pump_fault"],
    unmapped: ["/coolerState/new_field"],
    attempts: 1,
    latencyMs: 84,
    ...own,
  });
}

/** A condition that begins: of a site, or of a segment when `siteId` is null. */
export function aRaise(
  siteId: string | null,
  own: Partial<Extract<ConditionEvent, { type: "raised" }>> = {},
  atMs = T0_MS,
): ConditionEvent {
  return {
    type: "raised",
    siteId,
    segmentId: null,
    ruleId: "supply-temp-too-high",
    at: isoAt(atMs),
    priority: "high",
    sources: ["platform"],
    point: "supply_temp_c",
    value: 41.2,
    limit: 40,
    unit: "°C",
    latching: false,
    suppressedBy: null,
    ...own,
  };
}

export function aRound(atMs: number, own: Partial<RoundReport> = {}): RoundReport {
  return {
    slot: isoAt(atMs),
    startedAt: isoAt(atMs + 2),
    durationMs: 91,
    sites: 5,
    ok: 4,
    late: 0,
    failed: { timeout: 1 },
    skipped: 0,
    lateSites: [],
    failedSites: { timeout: ["site-005"] },
    slowest: { siteId: "site-004", latencyMs: 80 },
    ...own,
  };
}
