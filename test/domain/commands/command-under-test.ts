import type { CommandArgs, CommandFinding } from "../../../domain/commands/command.ts";
import type { CommandSite, RecentCommand } from "../../../domain/commands/command-site.ts";
import { type JudgedCommand, judgeCommand } from "../../../domain/commands/judge-command.ts";
import { findProfile } from "../../../domain/profiles/index.ts";
import type { Profile } from "../../../domain/profiles/profile.ts";
import type { QualityMark } from "../../../domain/telemetry/quality.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";

export const NOW_MS = Date.parse("2026-03-02T08:00:00.000Z");
export const isoAt = (ms: number) => new Date(ms).toISOString();

export function profileOf(id: string): Profile {
  const profile = findProfile(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return profile;
}
export const HK3 = profileOf("bitmain-antbox-hk3");
/** A model that reports everything that any interlock reads. */
const flag = { from: "/r/x", ops: [["bool"]], optional: false, estimated: false } as unknown as Profile["map"][never];
const FULL: Pick<Profile, "map" | "faults"> = {
  map: {
    ...HK3.map,
    ambient_temp_c: flag,
    circulation_pump_2_running: flag,
    circulation_pump_freq_hz: flag,
    tank_level_pct: flag,
    tank_level_high: flag,
  },
  faults: HK3.faults,
};

const HEALTHY: Snapshot["values"] = {
  supply_temp_c: 35.1,
  return_temp_c: 43.3,
  supply_temp_setpoint_c: 35,
  supply_pressure_kpa: 290,
  return_pressure_kpa: 120,
  supply_flow_m3h: 94.6,
  circulation_pump_running: true,
  circulation_pump_2_running: false,
  circulation_pump_freq_hz: 50,
  makeup_pump_running: false,
  spray_pump_running: true,
  tower_fan1_running: true,
  tower_fan2_running: true,
  tower_fan3_running: true,
  tank_level_low: false,
  tank_level_high: false,
  tank_level_pct: 80,
  tower_level_low: false,
  leak_detected: false,
  freeze_alarm: false,
  plc_disconnect: false,
  pid_mode: false,
  running_mode: "auto",
  container_temp_c: 38.4,
  container_rh_pct: 31,
  container_dew_point_c: 18.28,
  ambient_temp_c: 30,
  total_power_kw: 921,
  miners_online: 187,
  hashrate_th: 47311,
};

export type Reading = {
  readonly values?: Snapshot["values"];
  readonly quality?: Record<string, QualityMark>;
  readonly faults?: readonly string[];
  /** Age in seconds at `NOW_MS`. */
  readonly ageS?: number;
};

export function aSnapshot({ values, quality = {}, faults = [], ageS = 3 }: Reading = {}): Snapshot {
  const at = isoAt(NOW_MS - ageS * 1000);
  return {
    siteId: "site-1",
    slot: at,
    collectedAt: at,
    profile: "bitmain-antbox-hk3@1",
    values: { ...HEALTHY, ...values },
    quality,
    faults: [...faults],
    unmapped: [],
    attempts: 1,
    latencyMs: 20,
  };
}

/** The load has been off for so many seconds, and was full before. */
export function unloadedFor(seconds: number): CommandSite["recentLoads"] {
  return Array.from({ length: 60 }, (_, place) => {
    const backS = place * 10;
    return { atMs: NOW_MS - backS * 1000, powerKw: backS <= seconds ? 10 : 921 };
  });
}

export function aSite(more: Partial<CommandSite> = {}): CommandSite {
  return {
    siteId: "site-1",
    isEnabled: true,
    isWritable: true,
    lock: null,
    emergency: null,
    ratedPowerKw: 1030,
    minerLimitC: null,
    baselineFlowM3h: 95,
    recentLoads: unloadedFor(400),
    profile: FULL,
    ...more,
  };
}

export function sentBefore(kind: string, secondsAgo: number, more: Partial<RecentCommand> = {}): RecentCommand {
  const sentAt = isoAt(NOW_MS - secondsAgo * 1000);
  return { id: "018f0000-0000-7000-8000-000000000001", kind, args: {}, state: "verified", sentAt, ...more };
}

/** A site that rests, with its miners asleep: whatever a kind asks for in general is met. */
const RESTING: Reading = {
  values: { circulation_pump_running: false, supply_flow_m3h: 0, total_power_kw: 10, hashrate_th: 0 },
};

/** Arguments with which each kind is allowed at the healthy site (or at a resting one, where `rests`). */
export const ALLOWED: Readonly<
  Record<string, { readonly args: CommandArgs; readonly rests?: true; readonly isStopped?: true }>
> = {
  start_cooling: { args: {}, rests: true },
  stop_cooling: { args: {}, rests: true },
  set_supply_temp: { args: { temp_c: 36 } },
  set_temp_mode: { args: { mode: "pid" } },
  reset_alarm: { args: {} },
  set_circulation_pump: { args: { running: true, frequency_hz: 45 } },
  set_tower_fan: { args: { fan: "all", frequency_hz: 30 } },
  set_spray_pump: { args: { mode: "on" } },
  refill: { args: { running: true, on_site: true } },
  set_mode: { args: { mode: "manual" } },
  miner_sleep: { args: { miners: 10 } },
  miner_wake: { args: { miners: 10 } },
  miner_reboot: { args: { miners: 10 } },
  pdu_outlet: { args: { outlet: 3, on: true } },
  emergency_stop: { args: {}, rests: true, isStopped: true },
};

export type Asked = Partial<Omit<JudgedCommand, "site" | "snapshot">> & {
  readonly reading?: Reading | null;
  readonly site?: Partial<CommandSite>;
};

/** Judges a command that would be allowed, but for what the test names. */
export function ask(kind: string, { reading, site, ...more }: Asked = {}) {
  const allowed = ALLOWED[kind];
  const base = allowed?.rests ? RESTING : {};
  const snapshot =
    reading === null ? null : aSnapshot({ ...base, ...reading, values: { ...base.values, ...reading?.values } });
  return judgeCommand({
    kind,
    args: allowed?.args ?? {},
    id: null,
    role: "admin",
    reason: "planned",
    overrides: [],
    snapshot,
    site: aSite({ ...(allowed?.isStopped && { emergency: { by: "li", reason: "smoke" } }), ...site }),
    recent: [],
    nowMs: NOW_MS,
    ...more,
  });
}

export function findingOf(findings: readonly CommandFinding[], id: string): CommandFinding | undefined {
  return findings.find((finding) => finding.id === id);
}
