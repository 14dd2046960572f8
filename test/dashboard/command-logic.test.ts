// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { nudge, rangeNow, readDraft, startDraft } from "../../dashboard/commands/argument-draft.ts";
import { proofOf } from "../../dashboard/commands/command-evidence.ts";
import { deadlineMs, stepsOf } from "../../dashboard/commands/command-steps.ts";
import {
  type ArgumentItem,
  argsText,
  type CommandEventItem,
  type CommandItem,
  type KindItem,
  reasonText,
  seenTexts,
} from "../../dashboard/commands/command-text.ts";
import { whyText } from "../../dashboard/commands/emergency/text.ts";
import { movedSince } from "../../dashboard/commands/moved-since.ts";
import { useText } from "../../dashboard/composables/use-text.ts";
import { commandsEn } from "../../dashboard/locales/commands-en.ts";
import { commandsZhCN } from "../../dashboard/locales/commands-zh-CN.ts";
import { emergencyEn } from "../../dashboard/locales/emergency-en.ts";
import { emergencyZhCN } from "../../dashboard/locales/emergency-zh-CN.ts";
import { COMMAND_STATES } from "../../domain/commands/command.ts";
import { EMERGENCY_STATES } from "../../domain/commands/emergency-stop.ts";

const { setLocale } = useText();
setLocale("en");

const NUMBER: ArgumentItem = {
  type: "number",
  label: { "zh-CN": "供液温度", en: "Supply temperature" },
  isOptional: false,
  unit: "°C",
  min: 20,
  max: 40,
  step: 0.5,
  also: [],
  words: {},
};
const WORD: ArgumentItem = { ...NUMBER, type: "word", unit: "", words: { pid: { "zh-CN": "自动", en: "automatic" } } };
const FLAG: ArgumentItem = { ...NUMBER, type: "flag", unit: "", isOptional: true };

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test("both languages say the same, with the same places, and every state and reason has words", () => {
  const zh: Record<string, string> = { ...commandsZhCN, ...emergencyZhCN };
  for (const [key, text] of [...Object.entries(commandsEn), ...Object.entries(emergencyEn)]) {
    const chinese = zh[key] ?? "";
    expect(chinese.trim(), key).not.toBe("");
    expect(places(chinese), key).toEqual(places(text));
  }
  const keys = Object.keys(commandsEn);
  expect(
    COMMAND_STATES.filter((state) => !keys.includes(`state.${state}`) || !keys.includes(`means.${state}`)),
  ).toEqual([]);
  expect(reasonText("read-back")).toMatch(/plant/);
  for (const state of EMERGENCY_STATES) expect(Object.keys(emergencyEn)).toContain(`now.${state}`);
  expect(whyText("no-effect")).toMatch(/has not stopped/);
  expect([whyText("of-a-later-version"), whyText(null)]).toEqual(["of-a-later-version", ""]);
  // A code of a later version stands for itself.
  expect([reasonText("of-a-later-version"), reasonText(null)]).toEqual(["of-a-later-version", ""]);
});

test.each([
  ["34,5", 35, { value: 34.5, note: "" }],
  ["35", 35, { value: 35, note: expect.stringMatching(/set to now/) }],
  ["41", 35, { problem: expect.stringMatching(/20.* to 40/) }],
  ["34.3", 35, { problem: expect.stringMatching(/34\.0 or 34\.5/) }],
  ["39", 35, { problem: expect.stringMatching(/32\.0 to 38\.0/) }],
  ["39", undefined, { value: 39, note: "" }],
  ["1e1", 35, { problem: expect.stringMatching(/1e1/) }],
  ["", 35, { problem: expect.stringMatching(/number/) }],
])("%j with %s set now", (text, present, read) => {
  expect(readDraft(NUMBER, text, present, 3)).toEqual(read);
});

test("a range lies on the grid, inside both limits", () => {
  expect(rangeNow(NUMBER, 35.2, 3)).toEqual({ from: 32.5, to: 38 });
  expect(rangeNow(NUMBER, 39, 3)).toEqual({ from: 36, to: 40 });
  expect(rangeNow(NUMBER, null, 3)).toEqual({ from: 20, to: 40 });
});

test("a step goes from what is set now, and never out of the range", () => {
  expect(nudge(NUMBER, "", 35, 3, 1)).toBe("35.0");
  expect(nudge(NUMBER, "35,0", 35, 3, 1)).toBe("35.5");
  expect(nudge(NUMBER, "38.0", 35, 3, 1)).toBe("38.0");
});

test("a single word is chosen already, a tick that is left out is nothing, and a number begins as it is set", () => {
  expect([
    startDraft(WORD, undefined),
    startDraft(FLAG, undefined),
    startDraft(NUMBER, 35),
    startDraft(NUMBER, undefined),
  ]).toEqual(["pid", false, "35.0", ""]);
  expect(readDraft(FLAG, false, undefined, null)).toEqual({ value: null, note: "" });
  expect(readDraft(FLAG, true, undefined, null)).toEqual({ value: true, note: "" });
  expect(readDraft(WORD, "constructor", undefined, null)).toHaveProperty("problem");
});

const COMMAND: CommandItem = {
  id: "019ab3f0-6c00-7c3e-9a11-5d2f0f6c9d11",
  siteId: "site-001",
  kind: "set_supply_temp",
  args: { temp_c: 34.5 },
  state: "queued",
  stateReason: null,
  requestedBy: "li.wei",
  reason: null,
  approvedBy: null,
  overrides: [],
  createdAt: "2026-11-25T08:00:00.000Z",
  expiresAt: "2026-11-25T08:01:00.000Z",
  sentAt: null,
  verifyBy: null,
  endedAt: null,
  effectAfterS: null,
  evidence: null,
};
const SENT = "2026-11-25T08:00:02.000Z";
const END = "2026-11-25T08:00:20.000Z";
const way = (own: Partial<CommandItem>, events: CommandEventItem[] = []) =>
  stepsOf({ ...COMMAND, ...own }, events).map(({ key, status }) => `${key} ${status}`);

test.each<[Partial<CommandItem>, string[]]>([
  [{}, ["ordered done", "sent now", "accepted later", "shown later"]],
  [{ state: "waiting_approval" }, ["ordered done", "approved now", "sent later", "accepted later", "shown later"]],
  [
    { state: "accepted", sentAt: SENT, approvedBy: "zhang.min" },
    ["ordered done", "approved done", "sent done", "accepted done", "shown now"],
  ],
  [{ state: "verified", sentAt: SENT, endedAt: END }, ["ordered done", "sent done", "accepted done", "shown done"]],
  [{ state: "no_effect", sentAt: SENT, endedAt: END }, ["ordered done", "sent done", "accepted done", "shown ended"]],
  [
    { state: "failed", stateReason: "interlock", endedAt: END },
    ["ordered done", "sent ended", "accepted later", "shown later"],
  ],
  [
    { state: "failed", stateReason: "refused", sentAt: SENT, endedAt: END },
    ["ordered done", "sent done", "accepted ended", "shown later"],
  ],
  [
    { state: "cancelled", stateReason: "rejected", endedAt: END },
    ["ordered done", "approved ended", "sent later", "accepted later", "shown later"],
  ],
  [{ state: "unknown", sentAt: SENT }, ["ordered done", "sent done", "accepted now", "shown later"]],
])("the way of %j", (own, steps) => {
  expect(way(own)).toEqual(steps);
});

test("it waits until it expires, then until its effect has to be seen; an unknown one waits for a person", () => {
  expect(deadlineMs(COMMAND)).toBe(Date.parse(COMMAND.expiresAt));
  expect(deadlineMs({ ...COMMAND, state: "accepted", verifyBy: END })).toBe(Date.parse(END));
  expect(deadlineMs({ ...COMMAND, state: "unknown" })).toBeNull();
});

const EFFECT: KindItem["effect"] = [
  { id: "set-point", title: NUMBER.label, withinS: 60, reads: ["supply_temp_setpoint_c"] },
];
const event = (state: CommandItem["state"], evidence: Record<string, unknown> | null): CommandEventItem => ({
  at: SENT,
  state,
  by: "system",
  reason: null,
  evidence,
});

test("evidence is the plant before and after; what was doubtful then proves nothing", () => {
  const before = { values: { supply_temp_setpoint_c: 35, supply_temp_c: 34 }, quality: {} };
  const stages = [{ id: "set-point", outcome: "seen", atS: 9.4, values: { supply_temp_setpoint_c: 34.5 } }];
  const events = [
    event("sent", { before, findings: [] }),
    event("accepted", { said: true, latency_ms: 80 }),
    event("verified", { stages }),
  ];
  const kind = { effect: EFFECT } as unknown as KindItem;
  expect(proofOf(events, kind)).toEqual({
    rows: [{ point: "supply_temp_setpoint_c", before: 35, after: 34.5 }],
    stages: [{ id: "set-point", outcome: "seen", atS: 9.4 }],
    findings: [],
    notes: [],
    answer: { said: "true", latencyMs: 80 },
  });
  const doubtful = { ...before, quality: { supply_temp_setpoint_c: "stale" } };
  expect(
    proofOf([event("sent", { before: doubtful }), event("verified", { stages })], kind).rows[0]?.before,
  ).toBeNull();
});

test("evidence of another shape is left out, not a reason to show nothing", () => {
  const strange = {
    stages: "none",
    findings: [7, { id: 1 }, { id: "leak", result: "refused", values: null, limit: "x" }],
    note: 4,
  };
  expect(proofOf([event("failed", strange), event("failed", null)], undefined)).toEqual({
    rows: [],
    stages: [],
    findings: [{ id: "leak", result: "refused", values: {}, limit: null }],
    notes: [],
    answer: null,
  });
});

test("a plant that reads otherwise than when it was selected is named; what cannot be read says nothing", () => {
  const seen = { setpointC: 35, isPumpRunning: true, isPidMode: false, isLeaking: false };
  const values = { supply_temp_setpoint_c: 34, circulation_pump_running: true, pid_mode: true };
  expect(movedSince(seen, { values, quality: { pid_mode: "stale" } })).toEqual(["setpointC"]);
  expect(movedSince(seen, null)).toEqual([]);
});

test("values are said with their units, facts in words, and what only repeats the verdict not at all", () => {
  expect(seenTexts({ values: { load_kw: 909.83, rated_power_kw: 1030 }, limit: 51.5 })).toEqual([
    "load 909.8 kW",
    "rated power 1,030 kW",
    "limit 51.5 kW",
  ]);
  expect(seenTexts({ values: { writes_on: true }, limit: null })).toEqual([]);
  expect(seenTexts({ values: { needed_role: "admin" }, limit: null })).toEqual(["needs at least Administrator"]);
  const kinds = new Map([["set_supply_temp", { args: { temp_c: NUMBER } } as unknown as KindItem]]);
  expect(argsText(kinds, COMMAND)).toBe("34.5 °C");
  expect(argsText(new Map(), COMMAND)).toBe("34.5");
});
