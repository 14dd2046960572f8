import { findCompiledProfile } from "../../domain/profiles/index.ts";
import recorded from "../../domain/profiles/recorded/bitmain-antbox-hk3.json" with { type: "json" };
import type { Site } from "../../domain/sites/site.ts";
import { makeSnapshot } from "../../domain/telemetry/make-snapshot.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";

const PROFILE = "bitmain-antbox-hk3";
const MOVING = [
  "supply_temp_c",
  "return_temp_c",
  "supply_temp_setpoint_c",
  "supply_pressure_kpa",
  "return_pressure_kpa",
  "supply_flow_m3h",
  "container_temp_c",
  "total_power_kw",
  "hashrate_th",
  "miners_online",
  "chip_temp_max_c",
] as const;

export function fleetOf(sites: number): Site[] {
  return Array.from({ length: sites }, (_, i) => ({
    id: `site-${String(i + 1).padStart(3, "0")}`,
    name: `Site ${i + 1}`,
    region: "north",
    zone: `zone-${100 + (i % 10)}`,
    enabled: true,
    controllerUrl: "http://127.0.0.1:1",
    profileId: PROFILE,
    cameraUrl: null,
    cameraQueries: false,
    location: null,
    intervalS: null,
    minersExpected: 210,
    ratedPowerKw: 1000,
  }));
}

/** Whole snapshots of a recorded reply, with every number of the overview different in each site and each round. */
export function createRounds(sites: readonly Site[]): (round: number) => Snapshot[] {
  const compiled = findCompiledProfile(PROFILE);
  const replies = recorded.cases[0]?.replies;
  if (!compiled || !replies) throw new Error("the recorded reply is missing");
  const startMs = Date.UTC(2026, 10, 23);
  const base = sites.map((site) =>
    makeSnapshot(
      {
        siteId: site.id,
        slot: new Date(startMs).toISOString(),
        collectedAt: new Date(startMs).toISOString(),
        profile: compiled.tag,
        attempts: 1,
        latencyMs: 40,
        isLate: false,
        replies,
        failedRequests: {},
      },
      compiled,
      site,
    ),
  );
  return (round) =>
    base.map((snapshot, place) => {
      const values = { ...snapshot.values };
      for (const [column, point] of MOVING.entries()) {
        const value = values[point];
        const step = ((place * 31 + round * 7 + column) % 97) / 10;
        if (typeof value === "number")
          values[point] = point === "miners_online" ? value - (place % 7) : Math.round((value + step) * 10) / 10;
      }
      const slotMs = startMs + round * 60_000;
      const collectedAt = new Date(slotMs + 20 + ((place * 13 + round) % 60)).toISOString();
      return { ...snapshot, slot: new Date(slotMs).toISOString(), collectedAt, values };
    });
}
