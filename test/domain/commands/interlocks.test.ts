import { expect, test } from "vitest";
import type { CommandFinding } from "../../../domain/commands/command.ts";
import { describeFinding } from "../../../domain/commands/describe-finding.ts";
import { COMMAND_KINDS } from "../../../domain/commands/kinds/index.ts";
import {
  ALLOWED,
  type Asked,
  ask,
  findingOf,
  HK3,
  NOW_MS,
  profileOf,
  sentBefore,
  unloadedFor,
} from "./command-under-test.ts";

type Row = {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly asked: Asked;
  readonly result: CommandFinding["result"] | undefined;
  readonly limit?: number;
};
const refused = (kind: string, id: string, name: string, asked: Asked, limit?: number): Row => {
  return { kind, id, name, asked, result: "refused", ...(limit === undefined ? {} : { limit }) };
};
const met = (kind: string, id: string, name: string, asked: Asked): Row => ({ kind, id, name, asked, result: "met" });
const unverified = (kind: string, id: string, name: string, asked: Asked): Row => {
  return { kind, id, name, asked, result: "cannot_verify" };
};
const silent = (kind: string, id: string, name: string, asked: Asked): Row => {
  return { kind, id, name, asked, result: undefined };
};
const plant = (values: NonNullable<Asked["reading"]>["values"]): Asked => ({ reading: { ...(values && { values }) } });
const doubtful = (point: string): Asked => ({ reading: { quality: { [point]: "frozen" } } });

const IMMERSION = profileOf("bitmain-antspace-immersion");
const oneFirmBit = {
  map: HK3.map,
  faults: { phase_failure: { ...HK3.faults.power_fault, optional: true } },
} as typeof HK3;

const ROWS: readonly Row[] = [
  refused("start_cooling", "leak", "a leak", plant({ leak_detected: true })),
  unverified("start_cooling", "leak", "no reading of the leak", plant({ leak_detected: null })),
  unverified("start_cooling", "leak", "a doubtful reading of the leak", doubtful("leak_detected")),
  unverified("start_cooling", "leak", "a leak of another type", plant({ leak_detected: "no" })),
  silent("set_circulation_pump", "leak", "a stop into a leak", {
    ...plant({ leak_detected: true }),
    args: { running: false },
  }),

  refused("start_cooling", "level", "the level contact", plant({ tank_level_low: true }), 30),
  refused("start_cooling", "level", "a level of 29.9 %", plant({ tank_level_pct: 29.9 }), 30),
  met("start_cooling", "level", "a level of 30 %", plant({ tank_level_pct: 30 })),
  unverified("start_cooling", "level", "one of two level readings only", plant({ tank_level_low: null })),
  met("start_cooling", "level", "a model with the contact only", {
    ...plant({ tank_level_pct: null }),
    site: { profile: HK3 },
  }),
  unverified("start_cooling", "level", "a model without either", {
    ...plant({ tank_level_low: null, tank_level_pct: null }),
    site: { profile: { map: {}, faults: HK3.faults } },
  }),

  refused("start_cooling", "return-pressure", "49.9 kPa", plant({ return_pressure_kpa: 49.9 }), 50),
  met("start_cooling", "return-pressure", "50 kPa", plant({ return_pressure_kpa: 50 })),
  unverified("start_cooling", "return-pressure", "no pressure", plant({ return_pressure_kpa: null })),
  unverified(
    "start_cooling",
    "return-pressure",
    "a pressure that is no number",
    plant({ return_pressure_kpa: Number.NaN }),
  ),

  refused("start_cooling", "power-fault", "a phase failure", { reading: { faults: ["phase_failure"] } }),
  refused("start_cooling", "power-fault", "a power fault", { reading: { faults: ["power_fault"] } }),
  met("start_cooling", "power-fault", "a fault of another thing", { reading: { faults: ["spray_pump_fault"] } }),
  unverified("start_cooling", "power-fault", "an unread bit", {
    reading: { quality: { "fault.power_fault": "missing" } },
  }),
  met("start_cooling", "power-fault", "an unread bit of another thing", {
    reading: { quality: { "fault.spray_pump_fault": "missing" } },
  }),
  unverified("start_cooling", "power-fault", "a model whose only bit may be absent", { site: { profile: oneFirmBit } }),

  refused("stop_cooling", "it-power", "51.6 of 1030 kW", plant({ total_power_kw: 51.6 }), 51.5),
  met("stop_cooling", "it-power", "51.5 of 1030 kW", plant({ total_power_kw: 51.5 })),
  unverified("stop_cooling", "it-power", "no power", plant({ total_power_kw: null })),
  met("stop_cooling", "it-power", "the miners' own power alone", plant({ total_power_kw: null, it_power_kw: 3 })),
  refused(
    "stop_cooling",
    "it-power",
    "a low estimate beside a high meter",
    plant({ total_power_kw: 80, it_power_kw: 40 }),
  ),
  unverified("stop_cooling", "it-power", "no rated power", { site: { ratedPowerKw: null } }),
  unverified("stop_cooling", "it-power", "a rated power of nothing", { site: { ratedPowerKw: 0 } }),

  met("stop_cooling", "pump-overrun", "unloaded for 300 s", { site: { recentLoads: unloadedFor(300) } }),
  refused("stop_cooling", "pump-overrun", "unloaded for 290 s", { site: { recentLoads: unloadedFor(290) } }, 300),
  refused("stop_cooling", "pump-overrun", "under load", plant({ total_power_kw: 900 }), 300),
  unverified("stop_cooling", "pump-overrun", "no history", { site: { recentLoads: [] } }),
  unverified("stop_cooling", "pump-overrun", "a history that is too short", {
    site: { recentLoads: unloadedFor(400).slice(0, 20) },
  }),
  unverified("stop_cooling", "pump-overrun", "a hole in the history", {
    site: { recentLoads: unloadedFor(600).filter(({ atMs }) => atMs > NOW_MS - 60_000 || atMs < NOW_MS - 220_000) },
  }),
  unverified("stop_cooling", "pump-overrun", "a poll without a good power", {
    site: {
      recentLoads: [
        ...unloadedFor(600).slice(0, 12),
        { atMs: NOW_MS - 125_000, powerKw: null },
        ...unloadedFor(600).slice(13),
      ],
    },
  }),
  met("stop_cooling", "pump-overrun", "a history in any order, and readings of later", {
    site: { recentLoads: [{ atMs: NOW_MS + 9_000, powerKw: 900 }, ...[...unloadedFor(400)].reverse()] },
  }),
  unverified("stop_cooling", "pump-overrun", "no power", plant({ total_power_kw: null })),
  unverified("stop_cooling", "pump-overrun", "no rated power", { site: { ratedPowerKw: null } }),

  refused(
    "set_supply_temp",
    "dew-point",
    "under the dew point + 2 K",
    { ...plant({ container_dew_point_c: 34.1 }) },
    36.1,
  ),
  met("set_supply_temp", "dew-point", "at the dew point + 2 K", plant({ container_dew_point_c: 34 })),
  unverified("set_supply_temp", "dew-point", "no dew point", plant({ container_dew_point_c: null })),
  unverified("set_supply_temp", "dew-point", "no wanted temperature", { args: {} }),

  refused("set_supply_temp", "miner-limit", "above the miners' limit", { site: { minerLimitC: 35.5 } }, 35.5),
  met("set_supply_temp", "miner-limit", "at the miners' limit", { site: { minerLimitC: 36 } }),
  refused("set_supply_temp", "miner-limit", "above the usual limit", { args: { temp_c: 40.5 } }, 40),
  unverified("set_supply_temp", "miner-limit", "no wanted temperature", { args: { temp_c: "36" } }),

  met("set_supply_temp", "most-change", "3 K up", { args: { temp_c: 38 } }),
  refused("set_supply_temp", "most-change", "3.5 K up", { args: { temp_c: 38.5 } }, 3),
  met("set_supply_temp", "most-change", "3 K down", { args: { temp_c: 32 } }),
  refused("set_supply_temp", "most-change", "3.5 K down", { args: { temp_c: 31.5 } }, 3),
  met("set_supply_temp", "most-change", "3 K in floats", {
    ...plant({ supply_temp_setpoint_c: 33.1 }),
    args: { temp_c: 36.1 },
  }),
  unverified("set_supply_temp", "most-change", "no set-point", plant({ supply_temp_setpoint_c: null })),
  unverified("set_supply_temp", "most-change", "no wanted temperature", { args: {} }),

  refused(
    "set_supply_temp",
    "least-gap",
    "599 s after the last",
    { recent: [sentBefore("set_supply_temp", 599)] },
    600,
  ),
  met("set_supply_temp", "least-gap", "600 s after the last", { recent: [sentBefore("set_supply_temp", 600)] }),
  refused("set_supply_temp", "least-gap", "after one of unknown outcome", {
    recent: [sentBefore("set_supply_temp", 9, { state: "unknown" })],
  }),
  met("set_supply_temp", "least-gap", "after one that failed", {
    recent: [sentBefore("set_supply_temp", 9, { state: "failed" })],
  }),
  met("set_supply_temp", "least-gap", "after one that was never sent", {
    recent: [sentBefore("set_supply_temp", 9, { state: "expired", sentAt: null })],
  }),
  met("set_supply_temp", "least-gap", "after one of another kind", { recent: [sentBefore("set_temp_mode", 9)] }),
  met("set_supply_temp", "least-gap", "after itself", {
    id: "018f0000-0000-7000-8000-000000000001",
    recent: [sentBefore("set_supply_temp", 0)],
  }),
  refused("set_circulation_pump", "least-gap", "a start 299 s after the last", {
    recent: [sentBefore("set_circulation_pump", 299)],
  }),
  silent("set_circulation_pump", "least-gap", "a stop 1 s after the last", {
    args: { running: false },
    recent: [sentBefore("set_circulation_pump", 1)],
  }),
  refused(
    "set_tower_fan",
    "least-gap",
    "a start 179 s after the last",
    { recent: [sentBefore("set_tower_fan", 179)] },
    180,
  ),

  refused(
    "reset_alarm",
    "most-often",
    "a fourth within the hour",
    {
      recent: [1, 1800, 3599].map((ago) => sentBefore("reset_alarm", ago)),
    },
    3,
  ),
  met("reset_alarm", "most-often", "a fourth in more than an hour", {
    recent: [1, 1800, 3600].map((ago) => sentBefore("reset_alarm", ago)),
  }),
  silent("start_cooling", "most-often", "a kind without a limit", {}),

  refused("reset_alarm", "leak-inspected", "a leak that nobody has looked at", plant({ leak_detected: true })),
  met("reset_alarm", "leak-inspected", "an inspected leak", {
    ...plant({ leak_detected: true }),
    args: { inspected_on_site: true },
  }),
  unverified("reset_alarm", "leak-inspected", "no reading of the leak, though inspected", {
    ...plant({ leak_detected: null }),
    args: { inspected_on_site: true },
  }),

  met("reset_alarm", "cause-gone", "no fault", {}),
  ...(
    [
      ["supply_temp_high", "supply_temp_c", 40, 39.9],
      ["supply_temp_too_high", "supply_temp_c", 40, 39.9],
      ["supply_pressure_high", "supply_pressure_kpa", 400.1, 400],
      ["return_pressure_low", "return_pressure_kpa", 49.9, 50],
      ["supply_flow_low", "supply_flow_m3h", 80.7, 80.75],
    ] as const
  ).flatMap(([fault, point, bad, good]) => [
    refused("reset_alarm", "cause-gone", `${fault} at ${bad}`, {
      reading: { faults: [fault], values: { [point]: bad } },
    }),
    met("reset_alarm", "cause-gone", `${fault} at ${good}`, {
      reading: { faults: [fault], values: { [point]: good } },
    }),
    unverified("reset_alarm", "cause-gone", `${fault} unread`, {
      reading: { faults: [fault], values: { [point]: null } },
    }),
  ]),
  unverified("reset_alarm", "cause-gone", "low flow without a baseline", {
    reading: { faults: ["supply_flow_low"] },
    site: { baselineFlowM3h: null },
  }),
  met("reset_alarm", "cause-gone", "low flow of a pump that rests", {
    reading: { faults: ["supply_flow_low"], values: { circulation_pump_running: false, supply_flow_m3h: 0 } },
  }),
  refused("reset_alarm", "cause-gone", "still freezing", plant({ freeze_alarm: true, supply_temp_c: 6 })),
  met("reset_alarm", "cause-gone", "thawed", plant({ freeze_alarm: true, supply_temp_c: 6.1 })),
  unverified("reset_alarm", "cause-gone", "an unread freeze alarm", plant({ freeze_alarm: null })),
  refused("reset_alarm", "cause-gone", "a low tank", plant({ tank_level_low: true })),
  refused("reset_alarm", "cause-gone", "a low tower, inspected", {
    ...plant({ tower_level_low: true }),
    args: { inspected_on_site: true },
  }),
  unverified("reset_alarm", "cause-gone", "a pump's trip", { reading: { faults: ["circulation_pump_fault"] } }),
  met("reset_alarm", "cause-gone", "a pump's trip, inspected", {
    reading: { faults: ["circulation_pump_fault"] },
    args: { inspected_on_site: true },
  }),
  unverified("reset_alarm", "cause-gone", "an unread bit", {
    reading: { quality: { "fault.tower_fan1_fault": "missing" } },
  }),
  refused("reset_alarm", "cause-gone", "one cause gone and one not", {
    reading: { faults: ["supply_temp_high", "return_pressure_low"], values: { supply_temp_c: 41 } },
  }),

  refused("set_tower_fan", "freeze", "4.9 °C", plant({ supply_temp_c: 4.9 }), 5),
  met("set_tower_fan", "freeze", "5 °C", plant({ supply_temp_c: 5 })),
  refused("set_tower_fan", "freeze", "the freeze alarm", plant({ freeze_alarm: true })),
  unverified("set_tower_fan", "freeze", "no supply temperature", plant({ supply_temp_c: null })),
  silent("set_tower_fan", "freeze", "a fan that is stopped", {
    ...plant({ supply_temp_c: 1 }),
    args: { fan: "1", frequency_hz: 0 },
  }),

  refused("set_spray_pump", "tower-level", "a low tower", plant({ tower_level_low: true })),
  refused("set_spray_pump", "tower-level", "auto with a low tower", {
    ...plant({ tower_level_low: true }),
    args: { mode: "auto" },
  }),
  silent("set_spray_pump", "tower-level", "off with a low tower", {
    ...plant({ tower_level_low: true }),
    args: { mode: "off" },
  }),
  unverified("set_spray_pump", "tower-level", "no contact", plant({ tower_level_low: null })),
  refused("set_spray_pump", "ambient", "4.9 °C outdoors", plant({ ambient_temp_c: 4.9 }), 5),
  met("set_spray_pump", "ambient", "5 °C outdoors", plant({ ambient_temp_c: 5 })),
  unverified("set_spray_pump", "ambient", "no outdoor temperature", plant({ ambient_temp_c: null })),
  silent("set_spray_pump", "ambient", "off in the cold", { ...plant({ ambient_temp_c: -9 }), args: { mode: "off" } }),

  refused("set_circulation_pump", "last-pump", "the last pump under load", { args: { running: false } }, 51.5),
  met("set_circulation_pump", "last-pump", "with the other pump on", {
    ...plant({ circulation_pump_2_running: true }),
    args: { running: false },
  }),
  met("set_circulation_pump", "last-pump", "without load", {
    ...plant({ total_power_kw: 51 }),
    args: { running: false },
  }),
  unverified("set_circulation_pump", "last-pump", "no power", {
    ...plant({ total_power_kw: null }),
    args: { running: false },
  }),
  unverified("set_circulation_pump", "last-pump", "no rated power", {
    args: { running: false },
    site: { ratedPowerKw: null },
  }),
  silent("set_circulation_pump", "last-pump", "a start", {}),

  refused(
    "set_circulation_pump",
    "least-flow",
    "30 Hz of a clogged loop",
    {
      ...plant({ supply_flow_m3h: 90 }),
      args: { running: true, frequency_hz: 30 },
    },
    57,
  ),
  met("set_circulation_pump", "least-flow", "30 Hz of a clean loop", {
    ...plant({ supply_flow_m3h: 95 }),
    args: { running: true, frequency_hz: 30 },
  }),
  unverified("set_circulation_pump", "least-flow", "no flow", plant({ supply_flow_m3h: null })),
  unverified("set_circulation_pump", "least-flow", "no speed", plant({ circulation_pump_freq_hz: null })),
  unverified("set_circulation_pump", "least-flow", "a pump that stands", plant({ circulation_pump_freq_hz: 0 })),
  unverified("set_circulation_pump", "least-flow", "no baseline", { site: { baselineFlowM3h: null } }),
  silent("set_circulation_pump", "least-flow", "no change of speed", { args: { running: true } }),

  refused("refill", "not-full", "150 kPa", plant({ return_pressure_kpa: 150 }), 150),
  met("refill", "not-full", "149.9 kPa", plant({ return_pressure_kpa: 149.9 })),
  refused("refill", "not-full", "a high level", plant({ tank_level_high: true })),
  unverified("refill", "not-full", "no high-level contact", plant({ tank_level_high: null })),
  silent("refill", "not-full", "the end of a refill", {
    ...plant({ tank_level_high: true }),
    args: { running: false },
  }),
  refused("refill", "on-site", "from afar", { args: { running: true } }),
  silent("refill", "on-site", "to stop from afar", { args: { running: false } }),
  refused("refill", "leak", "into a leak", plant({ leak_detected: true })),
  refused(
    "refill",
    "refills",
    "a third within a day",
    {
      recent: [9, 86_399].map((ago) => sentBefore("refill", ago, { args: { running: true } })),
    },
    2,
  ),
  met("refill", "refills", "two starts, a stop, a failure, one unsent and one of another kind", {
    recent: [
      sentBefore("refill", 9, { args: { running: true } }),
      sentBefore("refill", 8, { args: { running: false } }),
      sentBefore("refill", 7, { args: { running: true }, state: "failed" }),
      sentBefore("refill", 6, { args: { running: true }, state: "cancelled", sentAt: null }),
      sentBefore("start_cooling", 5),
      sentBefore("refill", 86_400, { args: { running: true } }),
    ],
  }),
  silent("refill", "refills", "the end of a third", { args: { running: false } }),

  refused("miner_wake", "flow", "80.7 of 95 m³/h", plant({ supply_flow_m3h: 80.7 }), 80.75),
  met("miner_wake", "flow", "80.8 of 95 m³/h", plant({ supply_flow_m3h: 80.8 })),
  refused("miner_reboot", "flow", "a pump that rests", plant({ circulation_pump_running: false })),
  unverified("miner_wake", "flow", "no baseline", { site: { baselineFlowM3h: null } }),
  unverified("pdu_outlet", "flow", "no flow", plant({ supply_flow_m3h: null })),
  silent("pdu_outlet", "flow", "an outlet that is switched off", { args: { outlet: 1, on: false } }),

  refused("set_temp_mode", "site-enabled", "a disabled site", { site: { isEnabled: false } }),
  refused("set_temp_mode", "writes-on", "writing switched off", { site: { isWritable: false } }),
  refused("set_temp_mode", "maintenance-lock", "a lock", { site: { lock: { by: "li", reason: "seal" } } }),
  refused("set_temp_mode", "emergency", "a stopped site", { site: { emergency: { by: "li", reason: "smoke" } } }),
  refused("miner_wake", "emergency", "a stopped site", { site: { emergency: { by: "li", reason: "smoke" } } }),
  silent("miner_sleep", "emergency", "a stopped site", { site: { emergency: { by: "li", reason: "smoke" } } }),
  silent("stop_cooling", "emergency", "a stopped site", { site: { emergency: { by: "li", reason: "smoke" } } }),
  refused("emergency_stop", "emergency-in-force", "a stop that was reset", { site: { emergency: null } }),
  refused("emergency_stop", "it-power", "miners that run", plant({ total_power_kw: 900 }), 51.5),
  refused("emergency_stop", "pump-overrun", "miners that have just stopped", {
    site: { recentLoads: unloadedFor(200) },
  }),
  refused("emergency_stop", "maintenance-lock", "a lock", { site: { lock: { by: "li", reason: "seal" } } }),
  refused("emergency_stop", "role", "a viewer", { role: "viewer" }),
  refused("set_temp_mode", "role", "a viewer", { role: "viewer" }),
  met("set_temp_mode", "role", "an operator", { role: "operator" }),
  refused("set_temp_mode", "role", "a role that is none", { role: "root" as "admin" }),
  refused("set_supply_temp", "role", "an operator at 29.5 °C", { role: "operator", args: { temp_c: 29.5 } }),
  met("set_supply_temp", "role", "an operator at 30 °C", { role: "operator", args: { temp_c: 30 } }),
  met("set_supply_temp", "role", "an operator at 38 °C", { role: "operator", args: { temp_c: 38 } }),
  refused("set_supply_temp", "role", "an engineer at 38.5 °C", { role: "engineer", args: { temp_c: 38.5 } }),
  met("set_supply_temp", "role", "an admin at 38.5 °C", { role: "admin", args: { temp_c: 38.5 } }),
  refused("set_supply_temp", "role", "an operator at no number", { role: "operator", args: {} }),
  refused("stop_cooling", "reason", "no reason", { reason: null }),
  refused("stop_cooling", "reason", "a reason of blanks", { reason: "  " }),
  silent("start_cooling", "reason", "a kind that needs none", { reason: null }),
  met("set_temp_mode", "fresh-data", "readings of 15 s", { reading: { ageS: 15 } }),
  unverified("set_temp_mode", "fresh-data", "readings of 15.1 s", { reading: { ageS: 15.1 } }),
  met("set_temp_mode", "fresh-data", "a clock that is 5 s ahead", { reading: { ageS: -5 } }),
  unverified("set_temp_mode", "fresh-data", "readings out of the future", { reading: { ageS: -5.1 } }),
  unverified("set_temp_mode", "fresh-data", "no readings", { reading: null }),
  unverified("set_temp_mode", "fresh-data", "readings of another site", { site: { siteId: "site-2" } }),
  refused("set_temp_mode", "plc-connected", "a lost PLC", plant({ plc_disconnect: true })),
  unverified("set_temp_mode", "plc-connected", "an unread PLC", plant({ plc_disconnect: null })),
  silent("set_temp_mode", "plc-connected", "a model that never tells", { site: { profile: { map: {}, faults: {} } } }),
  unverified("set_temp_mode", "plc-connected", "no readings of a model that may tell", {
    reading: null,
    site: { profile: IMMERSION },
  }),
];

test.for(ROWS)("$kind with $name: $id is $result", ({ kind, id, asked, result, limit }) => {
  const { findings, verdict } = ask(kind, asked);
  const finding = findingOf(findings, id);
  expect(finding?.result).toBe(result);
  if (finding === undefined) return;
  if (limit !== undefined) expect(finding.limit).toBeCloseTo(limit, 6);
  expect(verdict === "allowed").toBe(findings.every((each) => each.result === "met"));
  const text = describeFinding(kind, finding);
  for (const said of [text.en, text["zh-CN"]]) {
    expect(said.length).toBeGreaterThan(5);
    expect(said).not.toMatch(/[{}]|undefined|NaN/);
  }
});

test("a firmware without the PLC's bit has nothing to be asked", () => {
  const reading = { values: { plc_disconnect: undefined as unknown as boolean } };
  const { findings } = ask("set_temp_mode", { reading, site: { profile: IMMERSION } });
  expect(findingOf(findings, "plc-connected")).toBeUndefined();
});

const KINDS = Object.entries(COMMAND_KINDS);

test.for(KINDS)("%s is allowed at a healthy site, and everything was judged", ([kind]) => {
  const { verdict, findings, needsFreshData, deniedOverrides } = ask(kind);
  expect(findings.filter(({ result }) => result !== "met")).toEqual([]);
  expect({ verdict, needsFreshData, deniedOverrides }).toEqual({
    verdict: "allowed",
    needsFreshData: false,
    deniedOverrides: [],
  });
});

test.for(KINDS)("%s: what needs a reading is never met without a fresh one", ([kind, { interlocks }]) => {
  // These look at the arguments, at the inventory and at earlier commands alone.
  const withoutReading = ["on-site", "refills", "miner-limit", "emergency-in-force"];
  for (const reading of [null, { ageS: 16 }, { ageS: -60 }]) {
    const { findings, verdict, needsFreshData } = ask(kind, { reading });
    expect({ verdict, needsFreshData }).toEqual({ verdict: "cannot_verify", needsFreshData: true });
    for (const { id } of interlocks.filter((each) => !withoutReading.includes(each.id))) {
      const finding = findingOf(findings, id);
      if (finding) expect([id, finding.result]).toEqual([id, "cannot_verify"]);
    }
  }
});

test.for(KINDS)("%s: nothing of the plant is met on a snapshot whose every value is doubtful", ([kind]) => {
  const healthy = ask(kind).findings;
  const marks = Object.fromEntries([
    ...Object.keys(HK3.map).map((point) => [point, "stale"] as const),
    ...["container_dew_point_c", "ambient_temp_c", "circulation_pump_2_running", "circulation_pump_freq_hz"].map(
      (point) => [point, "stale"] as const,
    ),
    ...["tank_level_pct", "tank_level_high"].map((point) => [point, "stale"] as const),
    ...Object.keys(HK3.faults).map((fault) => [`fault.${fault}`, "stale"] as const),
  ]);
  const { findings, verdict } = ask(kind, { reading: { quality: marks } });
  expect(verdict).toBe("cannot_verify");
  const own = (COMMAND_KINDS[kind]?.interlocks ?? []).map(({ id }) => id);
  const stillMet = findings.filter(({ id, result }) => own.includes(id) && result === "met").map(({ id }) => id);
  expect(stillMet.filter((id) => !["on-site", "refills", "miner-limit", "emergency-in-force"].includes(id))).toEqual(
    [],
  );
  expect(findings.map(({ id }) => id)).toEqual(healthy.map(({ id }) => id));
});

test("every interlock of every kind is refused by some row, so none is only for show", () => {
  const refusedSomewhere = new Set(
    ROWS.filter(({ result }) => result === "refused").map(({ kind, id }) => `${kind} ${id}`),
  );
  const ids = new Set(ROWS.filter(({ result }) => result === "refused").map(({ id }) => id));
  const all = KINDS.flatMap(([, { interlocks }]) => interlocks.map(({ id }) => id));
  expect(all.filter((id) => !ids.has(id))).toEqual([]);
  expect(refusedSomewhere.size).toBeGreaterThan(30);
  expect(Object.keys(ALLOWED).sort()).toEqual(Object.keys(COMMAND_KINDS).sort());
});
