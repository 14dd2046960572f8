import { POINT_NAMES, POINTS, type PointName } from "../../../domain/points/catalogue.ts";
import type { SiteSummary } from "../../../domain/sites/site-summary.ts";
import type { QualityMark } from "../../../domain/telemetry/quality.ts";
import { healthOf } from "../../../domain/telemetry/site-health.ts";
import type { PointValue, Snapshot } from "../../../domain/telemetry/snapshot.ts";

/** A made-up fleet for looking at the screens without a platform: plausible readings, and some trouble in known places. */
export type FakeFleet = {
  readonly ids: readonly string[];
  readonly intervalS: number;
  snapshot(id: string): Snapshot | undefined;
  summaries(): SiteSummary[];
  /** Polls all sites that answer. @returns the ids that moved */
  round(nowMs: number): string[];
};

type Trouble = {
  readonly values?: Partial<Record<PointName, PointValue>>;
  readonly quality?: Record<string, QualityMark>;
  readonly faults?: readonly string[];
  readonly isSilentForS?: number;
};

const TROUBLE: Readonly<Record<number, Trouble>> = {
  17: { values: { leak_detected: true } },
  23: {
    values: { circulation_pump_running: false, supply_temp_c: 46.2, supply_flow_m3h: 0, return_temp_c: 46.9 },
    faults: ["circulation_pump_fault", "supply_temp_too_high", "supply_flow_low"],
  },
  41: { values: { supply_temp_c: 37.8, return_temp_c: 46.1 }, faults: ["supply_temp_high"] },
  58: { values: { spray_pump_running: false }, faults: ["spray_pump_fault"] },
  66: { values: { tower_fan2_running: false }, faults: ["tower_fan2_fault"] },
  79: { values: { supply_temp_c: null }, quality: { supply_temp_c: "out_of_range" } },
  88: { isSilentForS: 130 },
  97: { isSilentForS: 5400 },
  104: { values: { tower_level_low: true } },
  112: { quality: { return_temp_c: "frozen", supply_pressure_kpa: "estimated" } },
  133: { values: { plc_disconnect: true }, quality: { supply_temp_c: "stale", return_temp_c: "stale" } },
};

/** In a small fleet each site has another trouble; in a large one they are rare, as in life. */
function troubleOf(place: number, count: number): Trouble | undefined {
  return count < 100 ? Object.values(TROUBLE)[place - 1] : TROUBLE[place];
}

export function createFakeFleet(count: number, intervalS: number, nowMs: number): FakeFleet {
  const ids = Array.from({ length: count }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);
  const snapshots = new Map<string, Snapshot>();
  const placeOf = new Map(ids.map((id, index) => [id, index + 1]));

  function round(atMs: number): string[] {
    const slotMs = Math.floor(atMs / (intervalS * 1000)) * intervalS * 1000;
    const moved = ids.filter((id) => {
      const silentForS = troubleOf(placeOf.get(id) ?? 0, count)?.isSilentForS;
      return silentForS === undefined || !snapshots.has(id);
    });
    for (const id of moved) {
      const place = placeOf.get(id) ?? 0;
      const trouble = troubleOf(place, count) ?? {};
      const silentMs = (trouble.isSilentForS ?? 0) * 1000;
      snapshots.set(id, snapshotOf(id, place, slotMs - silentMs, atMs - silentMs, trouble));
    }
    return moved;
  }
  round(nowMs);

  return {
    ids,
    intervalS,
    snapshot: (id) => snapshots.get(id),
    round,
    summaries: () => ids.map((id) => summaryOf(id, placeOf.get(id) ?? 0, intervalS, snapshots.get(id))),
  };
}

function snapshotOf(siteId: string, place: number, slotMs: number, atMs: number, trouble: Trouble): Snapshot {
  const second = Math.floor(atMs / 1000);
  const jitter = (size: number, seed: number) => size * wave(place + seed, second);
  const supply = 34.9 + jitter(0.25, 1);
  const power = 915 + jitter(12, 3);
  const usual: Partial<Record<PointName, PointValue>> = {
    supply_temp_c: round2(supply),
    return_temp_c: round2(supply + 8.1 + jitter(0.2, 2)),
    supply_temp_setpoint_c: 35,
    delta_temp_k: 8.1,
    supply_pressure_kpa: round2(290 + jitter(4, 4)),
    return_pressure_kpa: round2(120 + jitter(3, 5)),
    delta_pressure_kpa: 170,
    supply_flow_m3h: round2(94.6 + jitter(1, 6)),
    circulation_pump_running: true,
    makeup_pump_running: place % 29 === 0,
    makeup_pump_starts_24h: place % 3,
    tank_level_low: false,
    leak_detected: false,
    heat_removed_kw: round2(power * 0.96),
    tower_inlet_temp_c: round2(supply + 7.8),
    tower_fan1_running: true,
    tower_fan2_running: true,
    tower_fan3_running: place % 2 === 0,
    tower_fan_freq_hz: 42,
    spray_pump_running: true,
    tower_level_low: false,
    freeze_alarm: false,
    container_temp_c: round2(38.4 + jitter(1, 7)),
    container_rh_pct: round2(31 + jitter(2, 8)),
    container_dew_point_c: 18.3,
    dew_point_margin_k: 16.6,
    exhaust_fan1_running: true,
    exhaust_fan2_running: false,
    box1_power_kw: round2(power / 2),
    box2_power_kw: round2(power / 2),
    total_power_kw: round2(power),
    running_mode: "auto",
    pid_mode: false,
    plc_disconnect: false,
    firmware_version: "V5.2.1_20240618",
    poll_latency_ms: 84,
    miners_expected: 189,
    miners_online: 187,
    hashrate_th: round2(47311 + jitter(200, 9)),
    chip_temp_max_c: 71,
    pcb_temp_max_c: 58,
    efficiency_j_th: 19.5,
  };
  return {
    siteId,
    slot: new Date(slotMs).toISOString(),
    collectedAt: new Date(atMs).toISOString(),
    profile: "bitmain-antbox-hk3@1",
    values: { ...usual, ...trouble.values },
    quality: { ...trouble.quality, "fault.power_relay_fault": "missing" },
    faults: [...(trouble.faults ?? [])],
    unmapped: place % 5 === 0 ? ["/coolerState/params/new_field", "/coolerState/params/<b>markup</b>"] : [],
    attempts: 1,
    latencyMs: 84,
  };
}

function summaryOf(id: string, place: number, intervalS: number, snapshot: Snapshot | undefined): SiteSummary {
  const ageS = snapshot ? (Date.now() - Date.parse(snapshot.collectedAt)) / 1000 : null;
  const isSilent = ageS !== null && ageS > intervalS * 2;
  return {
    id,
    name: `站点 ${place}`,
    region: ["north", "east", "south"][Math.floor((place - 1) / 50)] ?? "north",
    zone: `zone-${101 + Math.floor((place - 1) / 10)}`,
    enabled: place !== 150,
    profile: "bitmain-antbox-hk3",
    intervalS,
    health: healthOf(ageS, intervalS, place !== 150),
    lastSnapshotAt: snapshot?.collectedAt ?? null,
    ageS,
    openFaults: snapshot?.faults.length ?? 0,
    lastPoll: {
      slot: snapshot?.slot ?? new Date(0).toISOString(),
      result: isSilent ? "connect_timeout" : "ok",
      attempts: isSilent ? 4 : 1,
      latencyMs: isSilent ? null : 84,
      breaker: isSilent ? "open" : "closed",
      misses: isSilent ? 12 : 0,
    },
    minersExpected: 189,
    ratedPowerKw: 1030,
    location: null,
  };
}

/** Points of the catalogue, for `GET /api/v1/points`. */
export const fakePoints = () => POINT_NAMES.map((name) => ({ name, ...POINTS[name] }));

const wave = (seed: number, step: number): number =>
  Math.sin(seed * 12.9898 + step * 0.78) * Math.cos(seed * 3.1 + step * 0.13);
const round2 = (value: number): number => Math.round(value * 100) / 100;
