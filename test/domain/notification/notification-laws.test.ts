import fc from "fast-check";
import { expect, test } from "vitest";
import type { Alarm, AlarmTransition } from "../../../domain/alarms/alarm.ts";
import type { ConditionEvent, OperatorEvent } from "../../../domain/alarms/alarm-event.ts";
import { applyAlarmEvent } from "../../../domain/alarms/life-cycle.ts";
import { aRoute, Desk, LI, START_MS, WANG } from "./notification-builders.ts";

const RUNS = 80;
const STEP_S = 30;
type Step = { readonly site: number; readonly act: "raise" | "clear" | "hide" | "show" | "acknowledge" };

const steps = fc.array(
  fc.array(
    fc.record({
      site: fc.integer({ min: 1, max: 6 }),
      act: fc.constantFrom(
        "raise" as const,
        "clear" as const,
        "hide" as const,
        "show" as const,
        "acknowledge" as const,
      ),
    }),
    { maxLength: 5 },
  ),
  { maxLength: 40 },
);

/** Real life cycles of some alarms, as the platform stores them. @returns transitions by slot */
function live(story: readonly (readonly Step[])[]): AlarmTransition[][] {
  const alarms = new Map<string, Alarm>();
  return story.map((acts, slot) => {
    const at = new Date(START_MS + slot * STEP_S * 1000).toISOString();
    return acts.flatMap(({ site, act }) => {
      const siteId = `site-00${site}`;
      const outcome = applyAlarmEvent(alarms.get(siteId) ?? null, eventOf(act, siteId, at));
      if (outcome.transition === null) return [];
      alarms.set(siteId, outcome.alarm);
      return [outcome.transition];
    });
  });
}

function eventOf(act: Step["act"], siteId: string, at: string): ConditionEvent | OperatorEvent {
  const identity = { siteId, segmentId: null, ruleId: "flow-low", at };
  const grounds = {
    priority: "high",
    sources: ["platform"],
    point: null,
    value: null,
    limit: null,
    unit: null,
  } as const;
  switch (act) {
    case "raise":
      return { type: "raised", ...identity, ...grounds, sources: ["platform"], latching: false, suppressedBy: null };
    case "clear":
      return { type: "cleared", ...identity };
    case "hide":
      return { type: "suppressed", ...identity, suppressedBy: "maintenance" };
    case "show":
      return { type: "released", ...identity };
    case "acknowledge":
      return { type: "acknowledge", at, by: "li", note: "" };
  }
}

const ROUTES = [
  aRoute({
    id: "grouped",
    waitS: 20,
    intervalS: 60,
    repeatEveryMin: 5,
    goOn: true,
    escalations: [{ afterMin: 3, to: { recipientIds: [WANG] } }],
  }),
  aRoute({ id: "single", groupBy: "alarm", waitS: 0, intervalS: 30, to: { recipientIds: [LI, WANG] } }),
];

function play(slots: readonly (readonly AlarmTransition[])[], routes = ROUTES): Desk {
  const desk = new Desk(routes);
  for (const [slot, transitions] of slots.entries()) desk.at(slot * STEP_S, ...transitions);
  desk.run(slots.length * STEP_S, slots.length * STEP_S + 1_500, STEP_S);
  return desk;
}

const keyOf = ({ subject, transition, channel, recipientId }: Desk["notices"][number]) =>
  `${subject} ${transition} ${channel} ${recipientId}`;

test("nothing is told twice under one key", () => {
  fc.assert(
    fc.property(steps, (story) => {
      const keys = play(live(story)).notices.map(keyOf);
      expect(new Set(keys).size).toBe(keys.length);
    }),
    { numRuns: RUNS },
  );
});

test("the order within a slot, and hearing of the same again, change nothing", () => {
  fc.assert(
    fc.property(steps, fc.func(fc.integer()), (story, rank) => {
      const slots = live(story);
      const told = play(slots).notices;
      const shuffled = slots.map((slot) => slot.toSorted((a, b) => rank(a) - rank(b)));
      expect(play(shuffled).notices).toEqual(told);
      const again = slots.map((slot) => [...slot, ...slot]);
      expect(play(again).notices).toEqual(told);
    }),
    { numRuns: RUNS },
  );
});

test("every alarm that lasts unseen is told within its wait and its interval; what nobody announces never", () => {
  fc.assert(
    fc.property(steps, (story) => {
      const slots = live(story);
      const { notices } = play(slots);
      const announced = new Set(slots.flat().flatMap(({ isAnnounced, alarmId }) => (isAnnounced ? [alarmId] : [])));
      for (const { alarms } of notices) for (const { alarmId } of alarms) expect(announced).toContain(alarmId);
      const last = new Map(slots.flat().map((transition) => [transition.alarmId, transition]));
      for (const [alarmId, { to }] of last) {
        if (to !== "unacknowledged") continue;
        expect(
          notices.some(({ kind, alarms }) => kind === "raised" && alarms.some((one) => one.alarmId === alarmId)),
        ).toBe(true);
      }
    }),
    { numRuns: RUNS },
  );
});

test("when all is over nothing stays behind, and every group has told its end once at most", () => {
  fc.assert(
    fc.property(steps, (story) => {
      const ending = [1, 2, 3, 4, 5, 6].flatMap((site): Step[] => [
        { site, act: "show" },
        { site, act: "acknowledge" },
        { site, act: "clear" },
      ]);
      const desk = play(live([...story, ending]));
      expect(desk.state.groups).toEqual({});
      const ends = desk.notices
        .filter(({ kind }) => kind === "cleared")
        .map(({ subject, recipientId }) => `${subject} ${recipientId}`);
      expect(new Set(ends).size).toBe(ends.length);
    }),
    { numRuns: RUNS },
  );
});
