import fc from "fast-check";
import { expect, test } from "vitest";
import { adoptRules } from "../../../domain/alarms/adopt-rules.ts";
import { applyConditionEvents } from "../../../domain/alarms/alarm-book.ts";
import { advanceSlot, applySnapshots, closeSlot } from "../../../domain/alarms/alarm-engine.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import { EMPTY_FLEET, FleetState } from "../../../domain/alarms/fleet-state.ts";
import { isQuantity } from "../../../domain/alarms/quantities.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import type { PointName } from "../../../domain/points/catalogue.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aRule, aSnapshot, NOON, PlayedFleet, type Reading, START_MS, someFacts } from "./fleet-under-test.ts";

type Raised = Extract<ConditionEvent, { type: "raised" }>;
const SET = compileRuleSet(DEFAULT_RULES);
const SITES = ["a", "b", "c", "d", "e", "f"];
const FACTS = new Map(SITES.map((id) => [id, someFacts(id, { segmentId: "seg", circleId: "all" })]));
const slotAt = (place: number) => ({ slotMs: START_MS + place * 60_000, facts: FACTS, clock: NOON });

const reading: fc.Arbitrary<Reading | null> = fc.option(
  fc.record({
    values: fc.record(
      {
        supply_temp_c: fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.constant(null)),
        circulation_pump_running: fc.option(fc.boolean()),
        leak_detected: fc.option(fc.boolean()),
        supply_flow_m3h: fc.option(fc.constantFrom(0, 40, 70, 95)),
        hashrate_th: fc.option(fc.constantFrom(0, 20_000, 47_000)),
        plc_disconnect: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    quality: fc.constantFrom({}, { supply_temp_c: "stale" as const }, { "fault.power_fault": "missing" as const }),
    faults: fc.subarray(["power_fault", "circulation_pump_fault", "tower_fan1_fault", "tower_fan2_fault"]),
  }),
  { freq: 3 },
);
/** Readings of each site in each slot; each lasts for some slots, so that delays come into play. */
const history = fc
  .array(
    fc.tuple(fc.array(reading, { minLength: SITES.length, maxLength: SITES.length }), fc.integer({ min: 1, max: 8 })),
    {
      minLength: 1,
      maxLength: 10,
    },
  )
  .map((stretches) =>
    stretches
      .flatMap(([readings, slots]) => Array.from({ length: slots }, () => readings))
      .map((readings, place) =>
        SITES.flatMap((id, at) => (readings[at] ? [aSnapshot(id, slotAt(place).slotMs, readings[at])] : [])),
      ),
  );

function replay(slots: readonly Snapshot[][], from = EMPTY_FLEET, first = 0) {
  let state = from;
  const events: ConditionEvent[] = [];
  slots.forEach((snapshots, place) => {
    const step = advanceSlot(SET, state, slotAt(first + place), snapshots);
    state = step.state;
    events.push(...step.events);
  });
  return { state, events };
}

test("a replayed live stream gives the same alarms", () => {
  fc.assert(
    fc.property(history, fc.nat(), (slots, seed) => {
      const whole = replay(slots);
      const cut = seed % (slots.length + 1);
      const before = replay(slots.slice(0, cut));
      // A restart: the state goes through a database.
      const stored = FleetState.parse(JSON.parse(JSON.stringify(before.state)));
      const after = replay(slots.slice(cut), stored, cut);
      expect([...before.events, ...after.events]).toEqual(whole.events);
      expect(after.state).toEqual(whole.state);
    }),
    { numRuns: 30 },
  );
});

test("the order of arrival within a slot, and in how many parts, does not matter", () => {
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat({ max: 3 })), (slots, numbers) => {
      let state = EMPTY_FLEET;
      const events: ConditionEvent[] = [];
      slots.forEach((snapshots, place) => {
        const slot = slotAt(place);
        const parts: Snapshot[][] = [[], [], [], []];
        for (const snapshot of snapshots) parts[numbers.next().value ?? 0]?.unshift(snapshot);
        for (const part of parts) {
          const step = applySnapshots(SET, state, slot, part);
          state = step.state;
          events.push(...step.events);
        }
        const step = closeSlot(SET, state, slot);
        state = step.state;
        events.push(...step.events);
      });
      const whole = replay(slots);
      const text = (list: readonly ConditionEvent[]) => list.map((event) => JSON.stringify(event)).sort();
      expect(text(events)).toEqual(text(whole.events));
      expect(state).toEqual(whole.state);
    }),
    { numRuns: 30 },
  );
});

test("raised and cleared alternate, and the same snapshots again change nothing", () => {
  fc.assert(
    fc.property(history, (slots) => {
      const { events, state } = replay(slots);
      const active = new Set<string>();
      for (const { type, siteId, segmentId, ruleId } of events) {
        const id = `${siteId} ${segmentId} ${ruleId}`;
        expect(active.has(id)).toBe(type !== "raised");
        if (type === "raised") active.add(id);
        if (type === "cleared") active.delete(id);
      }
      const last = slotAt(slots.length - 1);
      expect(advanceSlot(SET, state, last, slots.at(-1) ?? []).events).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("every raised alarm ends when the plant is healthy again", () => {
  fc.assert(
    fc.property(history, (slots) => {
      const healthy = Array.from({ length: 90 }, (_, place) =>
        SITES.map((id) => aSnapshot(id, slotAt(slots.length + place).slotMs)),
      );
      const { events } = replay([...slots, ...healthy]);
      const { book } = applyConditionEvents(new Map(), events);
      expect([...book.values()].filter(({ active }) => active)).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

/** Whether a snapshot shows what an alarm says that it rests on; a slope is in no single one. */
function shows(snapshot: Snapshot | undefined, { ruleId, point, sources, value }: Raised): boolean {
  if (point === "missed_polls") return snapshot === undefined;
  if (snapshot === undefined || point === null) return false;
  if (ruleId === "cooling-lost" || isQuantity(point)) return true;
  if (sources.includes("controller"))
    return snapshot.faults.includes(point) || snapshot.values[point as PointName] === true;
  const read = snapshot.quality[point] === undefined ? snapshot.values[point as PointName] : null;
  return (read ?? null) === value;
}

test("no starter rule begins without a sample that shows its grounds", () => {
  fc.assert(
    fc.property(history, (slots) => {
      for (const event of replay(slots).events) {
        if (event.type !== "raised" || event.siteId === null) continue;
        const sample = slots[(Date.parse(event.at) - START_MS) / 60_000]?.find(({ siteId }) => siteId === event.siteId);
        expect([event.siteId, event.ruleId, event.point, shows(sample, event)]).toEqual([
          event.siteId,
          event.ruleId,
          event.point,
          true,
        ]);
      }
    }),
    { numRuns: 30 },
  );
});

test("no alarm without its condition", () => {
  const hot = aRule({ kind: "limit", point: "supply_temp_c", op: ">", limit: 40 }, { onDelayS: 120 });
  fc.assert(
    fc.property(fc.array(fc.constantFrom(39, 41, null), { maxLength: 40 }), (temps) => {
      const fleet = new PlayedFleet(compileRuleSet([hot]), [someFacts("a")]);
      temps.forEach((supply_temp_c, place) => {
        const raised = fleet.play(() => ({ values: { supply_temp_c } })).some(({ kind }) => kind === "raised");
        if (!raised) return;
        const known = temps.slice(0, place + 1).filter((temp) => temp !== null);
        expect(known.slice(-3)).toEqual([41, 41, 41]);
      });
    }),
  );
});

test("snapshots that are old, foreign or known are left out", () => {
  const slot = slotAt(10);
  const { state } = advanceSlot(SET, EMPTY_FLEET, slot, [aSnapshot("a", slot.slotMs)]);
  const fault = { faults: ["power_fault"] };
  const late = [
    aSnapshot("b", slotAt(6).slotMs, fault),
    aSnapshot("nobody", slot.slotMs, fault),
    aSnapshot("a", slot.slotMs, fault),
  ];
  expect(applySnapshots(SET, state, slot, late).events).toEqual([]);
  // Of two of one site the newer counts, whichever comes first.
  const two = [aSnapshot("b", slot.slotMs), aSnapshot("b", slotAt(9).slotMs, fault)];
  expect(applySnapshots(SET, state, slot, two).events).toEqual([]);
});

test("adopting other rules keeps what is the same, forgets what was measured, and ends what is gone", () => {
  const flag = { kind: "flag", point: "leak_detected" };
  const rules = ["kept", "changed", "gone"].map((id) => aRule(flag, { id }));
  const group = {
    kind: "sites",
    where: { kind: "fault", fault: "power_fault" },
    minShare: 0.5,
    minCount: 1,
    clearShare: 0.5,
  };
  const lost = aRule(group, { id: "everywhere", scope: "fleet" });
  const spare = aRule({ kind: "limit", point: "chip_temp_max_c", op: ">", limit: 95 }, { id: "idle", onDelayS: 60 });
  const fleet = new PlayedFleet(compileRuleSet([...rules, lost, spare]), [someFacts("a", { segmentId: "seg" })]);
  fleet.play(() => ({ values: { leak_detected: true, chip_temp_max_c: 99 }, faults: ["power_fault"] }));
  const changed = aRule({ kind: "any", of: [flag] }, { id: "changed" });
  const otherSpare = aRule(
    { kind: "limit", point: "chip_temp_max_c", op: ">", limit: 96 },
    { id: "idle", onDelayS: 60 },
  );
  const next = compileRuleSet([changed, ...rules.slice(0, 1), otherSpare]);
  const { state, events } = adoptRules(next, fleet.state, fleet.slotMs);
  expect(events.map(({ type, ruleId, siteId }) => [type, ruleId, siteId])).toEqual([
    ["cleared", "gone", "a"],
    ["cleared", "everywhere", null],
  ]);
  expect(FleetState.parse(state)).toEqual(state);
  expect(state.sites["a"]?.rules.map((rule) => rule?.activeSinceMs ?? null)).toEqual([
    fleet.slotMs,
    fleet.slotMs,
    null,
  ]);
  expect(adoptRules(next, state, fleet.slotMs)).toEqual({ state, events: [] });
});
