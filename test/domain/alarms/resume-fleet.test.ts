import fc from "fast-check";
import { expect, test } from "vitest";
import { adoptRules } from "../../../domain/alarms/adopt-rules.ts";
import type { Alarm } from "../../../domain/alarms/alarm.ts";
import { type AlarmBook, applyConditionEvents } from "../../../domain/alarms/alarm-book.ts";
import { advanceSlot } from "../../../domain/alarms/alarm-engine.ts";
import { EMPTY_FLEET, FleetState } from "../../../domain/alarms/fleet-state.ts";
import { resumeFleet } from "../../../domain/alarms/resume-fleet.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aSnapshot, NOON, type Reading, START_MS, someFacts } from "./fleet-under-test.ts";

const SET = compileRuleSet(DEFAULT_RULES);
const SITES = ["a", "b", "c", "d", "e", "f"];
const FACTS = new Map(SITES.map((id) => [id, someFacts(id, { segmentId: "seg", circleId: "all" })]));

type Fleet = { readonly state: FleetState; readonly book: AlarmBook };

function play({ state, book }: Fleet, place: number, snapshots: readonly Snapshot[], facts = FACTS): Fleet {
  const slot = { slotMs: START_MS + place * 60_000, facts, clock: NOON };
  const step = advanceSlot(SET, state, slot, snapshots);
  return { state: step.state, book: applyConditionEvents(book, step.events).book };
}

function resumed(state: FleetState, active: readonly Alarm[], fromMs: number): FleetState {
  return adoptRules(SET, resumeFleet(state, active, fromMs), START_MS).state;
}

/** "id by" of every alarm that the engine takes for active, and what it takes it to be hidden by. */
function judged({ sites, groups }: FleetState): string[] {
  const of = (subject: string, { rules, hidden }: FleetState["sites"][string] | FleetState["groups"][string]) =>
    rules.flatMap((rule, place) => {
      const id = SET.rules[place]?.rule.id ?? "";
      return rule?.activeSinceMs ? [`${subject}.${id} ${rule.priority} ${hidden[id]?.by ?? null}`] : [];
    });
  return [
    ...Object.entries(sites).flatMap(([siteId, site]) => of(siteId, site)),
    ...Object.entries(groups).flatMap(([key, group]) => of(`~${key}`, group)),
  ].sort();
}

function stored(book: AlarmBook): string[] {
  const active = [...book.values()].filter((alarm) => alarm.active);
  return active.map(({ id, priority, suppressedBy }) => `${id} ${priority} ${suppressedBy}`).sort();
}

const reading: fc.Arbitrary<Reading | null> = fc.option(
  fc.record({
    values: fc.record(
      {
        supply_temp_c: fc.constantFrom(20, 35, 38, 48),
        circulation_pump_running: fc.boolean(),
        leak_detected: fc.boolean(),
        supply_flow_m3h: fc.constantFrom(0, 70, 95),
      },
      { requiredKeys: [] },
    ),
    faults: fc.subarray(["power_fault", "circulation_pump_fault", "tower_fan1_fault", "tower_fan2_fault"]),
  }),
  { freq: 3 },
);
const history = fc.array(
  fc.tuple(fc.array(reading, { minLength: SITES.length, maxLength: SITES.length }), fc.integer({ min: 1, max: 5 })),
  { minLength: 2, maxLength: 8 },
);

function slotsOf(stretches: readonly (readonly [readonly (Reading | null)[], number])[]): Snapshot[][] {
  return stretches
    .flatMap(([readings, slots]) => Array.from({ length: slots }, () => readings))
    .map((readings, place) =>
      SITES.flatMap((id, at) => {
        const one = readings[at];
        return one ? [aSnapshot(id, START_MS + place * 60_000, one)] : [];
      }),
    );
}

test("whatever the memory is, the stored alarms count: they go on, end with the plant, and none begins twice", () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.nat(), fc.boolean(), (stretches, cut, age, isLost) => {
      const slots = slotsOf(stretches);
      let now: Fleet = { state: EMPTY_FLEET, book: new Map() };
      const states = [EMPTY_FLEET];
      const end = cut % (slots.length + 1);
      for (let place = 0; place < end; place++) {
        now = play(now, place, slots[place] ?? []);
        states.push(now.state);
      }
      const memory = isLost ? EMPTY_FLEET : (states[Math.max(0, end - (age % 4))] ?? EMPTY_FLEET);
      const active = [...now.book.values()].filter((alarm) => alarm.active);
      const read = FleetState.parse(JSON.parse(JSON.stringify(memory))) as FleetState;
      const state = resumed(read, active, START_MS + end * 60_000 - 59_000);
      expect(FleetState.parse(state)).toEqual(state);
      expect(judged(state)).toEqual(stored(now.book));
      now = { state, book: now.book };
      for (let place = end; place < slots.length; place++) {
        now = play(now, place, slots[place] ?? []);
        expect(judged(now.state)).toEqual(stored(now.book));
      }
      for (let place = 0; place < 120; place++) {
        const slotMs = START_MS + (slots.length + place) * 60_000;
        now = play(
          now,
          slots.length + place,
          SITES.map((id) => aSnapshot(id, slotMs)),
        );
      }
      expect(stored(now.book)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("what fits already stays as it is", () => {
  let now: Fleet = { state: EMPTY_FLEET, book: new Map() };
  for (let place = 0; place < 4; place++) {
    const faults = ["circulation_pump_fault"];
    const values = { supply_temp_c: 48, return_temp_c: 50 };
    now = play(now, place, [aSnapshot("a", START_MS + place * 60_000, { values, faults })]);
  }
  const active = [...now.book.values()].filter((alarm) => alarm.active);
  expect(active.length).toBeGreaterThan(2);
  const slotMs = now.state.slotMs ?? 0;
  expect(resumeFleet(now.state, active, slotMs)).toEqual(now.state);
});

test("alarms of a site that is gone end, those of the platform stay, and the priority is the stored one", () => {
  const lit = play({ state: EMPTY_FLEET, book: new Map() }, 0, [
    aSnapshot("a", START_MS, { faults: ["power_fault", "tower_fan1_fault"] }),
  ]);
  const active = [...lit.book.values()];
  const foreign: Alarm = { ...(active[0] as Alarm), id: "a.platform-lag", ruleId: "platform-lag" };
  const worse = active.map((alarm): Alarm => ({ ...alarm, priority: "low" }));
  const state = resumed(lit.state, [...worse, foreign], START_MS);
  const place = SET.placeOf.get("power-fault") ?? -1;
  expect(state.sites["a"]?.rules[place]?.priority).toBe("low");
  const gone = play({ state: resumed(EMPTY_FLEET, active, START_MS), book: lit.book }, 1, [], new Map());
  expect(stored(gone.book)).toEqual([]);
});
