import { expect, test } from "vitest";
import type { CommandArgs } from "../../../domain/commands/command.ts";
import { type EffectOutcome, judgeEffect, stateAfterReadBack, verifyAfterS } from "../../../domain/commands/effect.ts";
import { findCommandKind } from "../../../domain/commands/kinds/index.ts";
import { ALLOWED, aSite, aSnapshot, NOW_MS, profileOf, type Reading } from "./command-under-test.ts";

type Later = readonly [seconds: number, reading: Reading];
type More = { readonly args?: CommandArgs; readonly site?: Parameters<typeof aSite>[0] };

/** @param before null = not kept */
function judge(name: string, before: Reading | null, later: readonly Later[], nowS: number, { args, site }: More = {}) {
  const kind = findCommandKind(name);
  if (kind === undefined) throw new Error(name);
  const command = {
    kind,
    args: args ?? ALLOWED[name]?.args ?? {},
    sentAtMs: NOW_MS,
    before: before === null ? null : aSnapshot(before),
    site: aSite(site),
  };
  const after = later.map(([seconds, reading]) => aSnapshot({ ...reading, ageS: -seconds }));
  return judgeEffect(command, after, NOW_MS + nowS * 1000);
}

const v = (values: Reading["values"]): Reading => ({ values: { ...values } });
const OFF = v({ circulation_pump_running: false, supply_flow_m3h: 0, total_power_kw: 10, hashrate_th: 0 });
const PUMP = v({ circulation_pump_running: true, supply_flow_m3h: 10 });
const SET36 = v({ supply_temp_setpoint_c: 36 });

type Row = readonly [
  name: string,
  before: Reading | null,
  later: readonly Later[],
  nowS: number,
  outcome: EffectOutcome,
  more?: More,
];
const ROWS: readonly Row[] = [
  ["start_cooling", OFF, [], 5, "not_yet"],
  ["start_cooling", OFF, [[20, OFF]], 21, "not_yet"],
  ["start_cooling", OFF, [[30, OFF]], 30, "not_yet"],
  ["start_cooling", OFF, [[30.1, OFF]], 31, "contradicted"],
  ["start_cooling", OFF, [[20, PUMP]], 21, "not_yet"],
  [
    "start_cooling",
    OFF,
    [
      [20, PUMP],
      [40, {}],
    ],
    41,
    "seen",
  ],
  [
    "start_cooling",
    OFF,
    [
      [40, {}],
      [20, PUMP],
    ],
    41,
    "seen",
  ],
  [
    "start_cooling",
    OFF,
    [
      [20, PUMP],
      [61, PUMP],
    ],
    62,
    "contradicted",
  ],
  ["start_cooling", OFF, [[20, PUMP]], 76, "unread"],
  ["start_cooling", OFF, [[20, v({ circulation_pump_running: true, supply_flow_m3h: null })]], 21, "not_yet"],
  ["start_cooling", OFF, [], 46, "unread"],
  [
    "start_cooling",
    OFF,
    [
      [0, {}],
      [-3, {}],
    ],
    20,
    "not_yet",
  ],
  ["start_cooling", OFF, [[20, { ...PUMP, quality: { circulation_pump_running: "stale" } }]], 21, "not_yet"],
  ["start_cooling", OFF, [[20, PUMP]], 21, "seen", { site: { profile: profileOf("bitmain-antspace-immersion") } }],
  ["start_cooling", OFF, [[20, v({ supply_flow_m3h: 41 })]], 21, "seen", { site: { baselineFlowM3h: null } }],
  ["start_cooling", OFF, [[20, v({ supply_flow_m3h: 40 })]], 21, "not_yet", { site: { baselineFlowM3h: null } }],
  ["start_cooling", OFF, [[20, {}]], 21, "not_yet", { site: { profile: { map: {}, faults: {} } } }],
  ["start_cooling", OFF, [[20, {}]], 99, "unread", { site: { profile: { map: {}, faults: {} } } }],
  ["start_cooling", OFF, [[20, {}]], 21, "not_yet", { site: { siteId: "site-2" } }],
  ["stop_cooling", {}, [[20, OFF]], 21, "seen"],
  ["stop_cooling", {}, [[61, PUMP]], 61, "contradicted"],
  [
    "stop_cooling",
    {},
    [
      [20, v({ circulation_pump_running: false })],
      [121, v({ circulation_pump_running: false })],
    ],
    122,
    "contradicted",
  ],
  ["stop_cooling", {}, [[20, OFF]], 200, "unread", { site: { ratedPowerKw: null } }],
  ["set_supply_temp", {}, [[10, SET36]], 11, "seen"],
  ["set_supply_temp", {}, [[10, v({ supply_temp_setpoint_c: 36.1 })]], 11, "seen"],
  ["set_supply_temp", {}, [[61, v({ supply_temp_setpoint_c: 35.5 })]], 61, "contradicted"],
  ["set_supply_temp", {}, [[61, v({ supply_temp_setpoint_c: null })]], 61, "not_yet"],
  [
    "set_supply_temp",
    {},
    [
      [61, v({ supply_temp_setpoint_c: null })],
      [70, SET36],
    ],
    71,
    "seen",
  ],
  ["set_supply_temp", {}, [[10, SET36]], 11, "not_yet", { args: {} }],
  ["set_temp_mode", {}, [[10, v({ pid_mode: true })]], 11, "seen"],
  ["set_temp_mode", {}, [[10, v({ pid_mode: null })]], 76, "unread"],
  ["set_temp_mode", v({ pid_mode: true }), [[10, {}]], 11, "seen", { args: { mode: "manual" } }],
  ["reset_alarm", { faults: ["spray_pump_fault"] }, [[10, {}]], 11, "seen"],
  ["reset_alarm", { faults: ["spray_pump_fault"] }, [[10, { faults: ["spray_pump_fault"] }]], 11, "not_yet"],
  ["reset_alarm", { faults: ["spray_pump_fault"] }, [[61, { faults: ["spray_pump_fault"] }]], 61, "contradicted"],
  ["reset_alarm", { faults: ["spray_pump_fault"] }, [[10, { faults: ["tower_fan1_fault"] }]], 11, "seen"],
  [
    "reset_alarm",
    { faults: ["spray_pump_fault"] },
    [[10, { quality: { "fault.spray_pump_fault": "missing" } }]],
    99,
    "unread",
  ],
  ["reset_alarm", v({ freeze_alarm: true }), [[10, v({ freeze_alarm: null })]], 99, "unread"],
  ["reset_alarm", null, [[10, {}]], 11, "seen"],
  ["reset_alarm", null, [[10, { quality: { "fault.spray_pump_fault": "missing" } }]], 11, "not_yet"],
  ["reset_alarm", null, [[61, { faults: ["spray_pump_fault"] }]], 61, "contradicted"],
  ["set_circulation_pump", {}, [[10, v({ circulation_pump_freq_hz: 45 })]], 11, "seen"],
  ["set_circulation_pump", {}, [[10, OFF]], 11, "seen", { args: { running: false } }],
  ["set_circulation_pump", {}, [[31, PUMP]], 31, "contradicted", { args: { running: false } }],
  [
    "set_circulation_pump",
    {},
    [[10, { values: { ...OFF.values, circulation_pump_freq_hz: 0 } }]],
    11,
    "seen",
    { args: { running: false, frequency_hz: 50 } },
  ],
  ["set_circulation_pump", {}, [[10, {}]], 11, "not_yet", { args: {} }],
  ["set_tower_fan", v({ tower_fan1_running: false }), [[10, {}]], 11, "seen"],
  ["set_tower_fan", {}, [[10, v({ tower_fan2_running: false })]], 11, "seen", { args: { fan: "2", frequency_hz: 0 } }],
  ["set_tower_fan", {}, [[61, v({ tower_fan3_running: false })]], 61, "contradicted"],
  ["set_tower_fan", {}, [[61, v({ tower_fan3_running: null })]], 61, "not_yet"],
  ["set_tower_fan", {}, [[10, {}]], 11, "not_yet", { args: { fan: "9", frequency_hz: 0 } }],
  ["set_spray_pump", v({ spray_pump_running: false }), [[10, {}]], 11, "seen"],
  ["set_spray_pump", {}, [[10, {}]], 11, "not_yet", { args: { mode: "auto" } }],
  ["refill", {}, [[10, v({ makeup_pump_running: true })]], 11, "seen"],
  ["refill", {}, [[31, {}]], 31, "contradicted"],
  ["refill", {}, [[10, {}]], 11, "not_yet", { args: {} }],
  ["set_mode", {}, [[10, v({ running_mode: "manual" })]], 11, "seen"],
  ["set_mode", {}, [[61, v({ running_mode: null })]], 77, "unread"],
  ["miner_sleep", {}, [[10, v({ total_power_kw: 918 })]], 11, "seen"],
  ["miner_sleep", {}, [[121, v({ total_power_kw: 919 })]], 121, "contradicted"],
  ["miner_sleep", null, [[10, OFF]], 11, "not_yet"],
  ["miner_wake", {}, [[10, v({ total_power_kw: 930 })]], 11, "seen"],
  ["miner_wake", {}, [[10, v({ total_power_kw: 930, hashrate_th: null })]], 11, "not_yet"],
  ["miner_reboot", {}, [[10, v({ total_power_kw: 870 })]], 11, "seen"],
  ["pdu_outlet", {}, [[10, v({ total_power_kw: 926 })]], 11, "seen"],
  ["pdu_outlet", {}, [[10, v({ total_power_kw: 916 })]], 11, "seen", { args: { outlet: 1, on: false } }],
];

test.for(ROWS.map((row, place) => [place, ...row] as const))(
  "row %d: %s",
  ([, name, before, later, nowS, outcome, more]) => {
    expect(judge(name, before, later, nowS, more).outcome).toBe(outcome);
  },
);

test("the time to effect is that of the last stage, and each stage tells its own", () => {
  const view = judge(
    "start_cooling",
    OFF,
    [
      [20, PUMP],
      [40, {}],
    ],
    41,
  );
  expect(view).toMatchObject({ wasSoBefore: false, effectAfterS: 40 });
  expect(view.stages.map(({ id, atS }) => [id, atS])).toEqual([
    ["pump", 20],
    ["flow", 40],
  ]);
});

test("what was so before is seen, but proves nothing and has no time", () => {
  const view = judge("set_supply_temp", SET36, [[10, SET36]], 11);
  expect(view).toMatchObject({ outcome: "seen", wasSoBefore: true, effectAfterS: null });
  expect(stateAfterReadBack("accepted", view)).toEqual({ state: "verified", reason: "already-so" });
  expect(judge("set_supply_temp", SET36, [[61, {}]], 61)).toMatchObject({ outcome: "contradicted", wasSoBefore: true });
});

test.for([
  ["accepted", "seen", "verified read-back"],
  ["unknown", "seen", "verified read-back"],
  ["accepted", "not_yet", null],
  ["unknown", "not_yet", null],
  ["accepted", "contradicted", "no_effect not-seen"],
  ["unknown", "contradicted", "failed not-seen"],
  ["accepted", "unread", "no_effect no-reading"],
  ["unknown", "unread", null],
] as const)("%s and %s: %s", ([state, outcome, expected]) => {
  const next = stateAfterReadBack(state, { outcome, wasSoBefore: false });
  expect(next && `${next.state} ${next.reason}`).toBe(expected);
});

test("the deadline is that of the last stage and one poll more", () => {
  const kind = findCommandKind("start_cooling");
  expect(kind && verifyAfterS(kind)).toBe(75);
});
