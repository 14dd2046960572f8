import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type BulkProgress,
  bulkResult,
  CANARY_SITES,
  nextWave,
  PAUSE_S,
  planBulk,
  WAVE_SITES,
} from "../../../domain/commands/bulk-plan.ts";
import { COMMAND_STATES, type CommandState, FINAL_STATES } from "../../../domain/commands/command.ts";
import { CONFIRMATION_LASTS_MS, confirmationText, seenState } from "../../../domain/commands/confirmation.ts";
import { findCommandKind } from "../../../domain/commands/kinds/index.ts";
import { COMMAND_TRANSITIONS, canMove, statesBefore } from "../../../domain/commands/state-machine.ts";
import { aSnapshot, NOW_MS } from "./command-under-test.ts";

const ALLOWED_PAIRS = `
  new>waiting_approval new>queued waiting_approval>queued waiting_approval>expired waiting_approval>cancelled
  queued>claimed queued>expired queued>cancelled claimed>sent claimed>queued claimed>failed claimed>expired
  sent>accepted sent>failed sent>unknown accepted>verified accepted>no_effect unknown>verified unknown>failed`
  .trim()
  .split(/\s+/);

test("of all pairs of states exactly these are allowed", () => {
  const pairs = [null, ...COMMAND_STATES].flatMap((from) =>
    COMMAND_STATES.filter((to) => canMove(from, to)).map((to) => `${from ?? "new"}>${to}`),
  );
  expect(pairs.sort()).toEqual([...ALLOWED_PAIRS].sort());
  expect(COMMAND_TRANSITIONS).toHaveLength(ALLOWED_PAIRS.length);
});

test("every state reaches a named end, and an end is the end", () => {
  const reachesEnd = (state: (typeof COMMAND_STATES)[number], seen: readonly string[] = []): boolean =>
    FINAL_STATES.includes(state) ||
    COMMAND_STATES.some((to) => canMove(state, to) && !seen.includes(to) && reachesEnd(to, [...seen, state]));
  for (const state of COMMAND_STATES) {
    expect([state, reachesEnd(state)]).toEqual([state, true]);
    if (FINAL_STATES.includes(state)) expect(COMMAND_STATES.filter((to) => canMove(state, to))).toEqual([]);
  }
});

test("only the claimer sends, and nothing leads back to before it was sent", () => {
  expect(COMMAND_TRANSITIONS.filter(({ to }) => to === "sent")).toEqual([
    { from: "claimed", to: "sent", by: ["claimer"] },
  ]);
  for (const from of ["sent", "accepted", "unknown"] as const) {
    for (const to of ["waiting_approval", "queued", "claimed", "sent"] as const) expect(canMove(from, to)).toBe(false);
  }
  expect(canMove("queued", "cancelled", "person")).toBe(true);
  expect(canMove("claimed", "sent", "reaper")).toBe(false);
  expect(statesBefore("unknown", "reaper")).toEqual(["sent"]);
});

const CONFIRMATION = {
  siteId: "site-1",
  kind: "set_supply_temp",
  args: { temp_c: 36, a: 1 },
  overrides: ["x", "a"],
  seen: seenState(aSnapshot()),
  requestedBy: "li",
  expiresAtMs: NOW_MS + CONFIRMATION_LASTS_MS,
};

test("a confirmation is bound to everything in it", () => {
  const texts = [
    {},
    { siteId: "site-2" },
    { kind: "x" },
    { args: { temp_c: 36.5, a: 1 } },
    { overrides: ["x"] },
    { requestedBy: "wang" },
    { expiresAtMs: NOW_MS },
    { seen: seenState(null) },
    ...(["supply_temp_setpoint_c", "circulation_pump_running", "pid_mode", "leak_detected"] as const).map((point) => {
      return { seen: seenState(aSnapshot({ quality: { [point]: "stale" } })) };
    }),
  ].map((more) => confirmationText({ ...CONFIRMATION, ...more }));
  expect(new Set(texts).size).toBe(texts.length);
});

test("the order of arguments and overrides, and readings that jitter, do not count", () => {
  const other = { ...CONFIRMATION, args: { a: 1, temp_c: 36 }, overrides: ["a", "x", "a"] };
  const seen = seenState(aSnapshot({ values: { supply_temp_c: 35.3, total_power_kw: 917 } }));
  expect(confirmationText({ ...other, seen })).toBe(confirmationText(CONFIRMATION));
});

test("law: free texts cannot move from one field to the next", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (a, b, c, d) => {
      const same = a === c && b === d;
      const one = confirmationText({ ...CONFIRMATION, siteId: a, kind: b });
      expect(one === confirmationText({ ...CONFIRMATION, siteId: c, kind: d })).toBe(same);
    }),
  );
});

const kindOf = (name: string) => {
  const kind = findCommandKind(name);
  if (kind === undefined) throw new Error(name);
  return kind;
};
const SIZES = { canarySites: CANARY_SITES, waveSites: WAVE_SITES, pauseS: PAUSE_S, mostSites: 10 };
const sites = (count: number) => Array.from({ length: count }, (_, place) => `s${place}`);
const BULK = kindOf("set_supply_temp");
function planOf(count: number) {
  const plan = planBulk(BULK, sites(count), { ...SIZES, mostSites: 50 });
  if (typeof plan === "string") throw new Error(plan);
  return plan;
}
type States = Record<string, CommandState>;
/** So many are verified, and what else is said; the pause is over. */
const after = (count: number, more: States = {}, alarms: readonly string[] = []): BulkProgress => ({
  commands: new Map([...sites(count).map((id) => [id, "verified"] as const), ...Object.entries(more)]),
  newAlarms: new Set(alarms),
  restedS: count === 0 ? null : PAUSE_S,
});

test("a canary, then waves of one size, and what is no plan", () => {
  expect(planOf(50).waves.map(({ length }) => length)).toEqual([1, ...Array(12).fill(4), 1]);
  expect(planOf(50).waves.flat()).toEqual(sites(50));
  expect(planOf(1).waves).toEqual([["s0"]]);
  expect(planBulk(kindOf("stop_cooling"), sites(2), SIZES)).toBe("not-in-bulk");
  expect(planBulk({ ...BULK, needsSecondPerson: true }, sites(2), SIZES)).toBe("not-in-bulk");
  expect(planBulk(BULK, [], SIZES)).toBe("no-sites");
  expect(planBulk(BULK, ["a", "a"], SIZES)).toBe("site-twice");
  expect(planBulk(BULK, sites(11), SIZES)).toBe("too-many-sites");
  expect(planBulk(BULK, sites(3), { ...SIZES, canarySites: 0 })).toBe("bad-wave-size");
  expect(planBulk(BULK, sites(3), { ...SIZES, waveSites: 1.5 })).toBe("bad-wave-size");
});

test("waves follow one another, each when the one before is verified and the pause is over", () => {
  const plan = planOf(10);
  expect(nextWave(plan, after(0))).toEqual({ act: "start", wave: 0, siteIds: ["s0"] });
  for (const state of ["sent", "accepted", "unknown", "queued", "waiting_approval"] as const) {
    expect(nextWave(plan, after(0, { s0: state }))).toEqual({ act: "wait", wave: 0 });
  }
  expect(nextWave(plan, { ...after(1), restedS: PAUSE_S - 1 })).toEqual({ act: "wait", wave: 1 });
  expect(nextWave(plan, after(1))).toMatchObject({ act: "start", wave: 1 });
  expect(nextWave(plan, after(3))).toEqual({ act: "start", wave: 1, siteIds: ["s3", "s4"] });
  expect(nextWave(plan, after(5))).toMatchObject({ act: "start", wave: 2 });
  expect(nextWave(plan, { ...after(10), restedS: 0 })).toEqual({ act: "done" });
});

test.for(["no_effect", "failed", "expired", "cancelled"] as const)(
  "the first %s stops everything that has not begun",
  (state) => {
    const plan = planOf(50);
    const bad = after(2, { s1: state });
    expect(nextWave(plan, bad)).toEqual({ act: "stop", because: [{ siteId: "s1", why: state }] });
    const result = bulkResult(plan, after(2, { s1: state, s2: "sent" }));
    expect(result).toMatchObject({ done: ["s0"], failed: ["s1"], underWay: ["s2"] });
    expect(result.notBegun).toHaveLength(47);
  },
);

test("a new alarm at a site of the plan stops too, whether its command took effect or has not begun", () => {
  for (const siteId of ["s0", "s8"]) {
    const alarmed = after(1, {}, [siteId]);
    expect(nextWave(planOf(9), alarmed)).toEqual({ act: "stop", because: [{ siteId, why: "new-alarm" }] });
    expect(bulkResult(planOf(9), alarmed).done).toEqual(["s0"]);
  }
  expect(nextWave(planOf(9), after(9, {}, ["s0"]))).toEqual({ act: "done" });
});
