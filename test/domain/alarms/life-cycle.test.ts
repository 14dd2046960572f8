import { expect, test } from "vitest";
import { Alarm, AlarmListItem, AlarmTransition, alarmIdOf, alarmListItem } from "../../../domain/alarms/alarm.ts";
import { ConditionEvent, OperatorEvent } from "../../../domain/alarms/alarm-event.ts";
import { applyAlarmEvent, dueUnshelving } from "../../../domain/alarms/life-cycle.ts";

type Event = ConditionEvent | OperatorEvent;
const START = Date.parse("2026-03-02T08:00:00.000Z");
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const identity = { siteId: "site-1", segmentId: null, ruleId: "leak" };
const measured = { point: "supply_temp_c", value: 41, limit: 40, unit: "°C" };

const raised = (minute: number, more: Partial<Extract<ConditionEvent, { type: "raised" }>> = {}): Event => ({
  type: "raised",
  ...identity,
  at: at(minute),
  priority: "high",
  sources: ["platform"],
  ...measured,
  latching: false,
  suppressedBy: null,
  ...more,
});
const updated = (minute: number, more: object = {}): Event => ({
  type: "updated",
  ...identity,
  at: at(minute),
  priority: "high",
  sources: ["platform"],
  ...measured,
  ...more,
});
const cleared = (minute: number): Event => ({ type: "cleared", ...identity, at: at(minute) });
const suppressed = (minute: number, suppressedBy = "site-1.pump-fault"): Event => ({
  type: "suppressed",
  ...identity,
  at: at(minute),
  suppressedBy,
});
const released = (minute: number): Event => ({ type: "released", ...identity, at: at(minute) });
const acknowledge = (minute: number, by = "li"): Event => ({
  type: "acknowledge",
  at: at(minute),
  by,
  note: "on my way",
});
const reset = (minute: number): Event => ({ type: "reset", at: at(minute), by: "li", note: "dry" });
const shelve = (minute: number, until: number): Event => ({
  type: "shelve",
  at: at(minute),
  by: "li",
  reason: "part ordered",
  until: at(until),
});
const unshelve = (minute: number): Event => ({ type: "unshelve", at: at(minute), by: "li" });
const out = (minute: number): Event => ({ type: "take_out_of_service", at: at(minute), by: "li", reason: "rebuilt" });
const back = (minute: number): Event => ({ type: "return_to_service", at: at(minute), by: "li" });
const assign = (minute: number, to: string | null): Event => ({ type: "assign", at: at(minute), by: "li", to });
const comment = (minute: number): Event => ({ type: "comment", at: at(minute), by: "li", note: "look at the seal" });

/** Plays events; each row of the answer is "kind from>to", with "!" when people are told, or the refusal. */
function play(events: readonly Event[]) {
  let alarm: Alarm | null = null;
  const rows = events.map((event) => {
    const outcome = applyAlarmEvent(alarm, event);
    if (outcome.transition === null) {
      expect(outcome.alarm).toBe(alarm);
      return outcome.refused;
    }
    expect(Alarm.parse(outcome.alarm)).toEqual(outcome.alarm);
    const { kind, from, to, isAnnounced, revision } = AlarmTransition.parse(outcome.transition);
    expect({ from, revision }).toEqual({ from: alarm?.state ?? "normal", revision: (alarm?.revision ?? 0) + 1 });
    alarm = outcome.alarm;
    return `${kind} ${from}>${to}${isAnnounced ? "!" : ""}`;
  });
  return { alarm: alarm as Alarm | null, rows };
}

const U = "unacknowledged";
const A = "acknowledged";
const R = "returned_unacknowledged";

const CASES: readonly { name: string; events: readonly Event[]; expected: readonly string[] }[] = [
  {
    name: "raised, acknowledged, cleared",
    events: [raised(0), acknowledge(1), cleared(2)],
    expected: [`raised normal>${U}!`, `acknowledged ${U}>${A}`, `cleared ${A}>normal`],
  },
  {
    name: "cleared before anybody acknowledged",
    events: [raised(0), cleared(1), acknowledge(2)],
    expected: [`raised normal>${U}!`, `cleared ${U}>${R}`, `acknowledged ${R}>normal`],
  },
  {
    name: "fires again before it was acknowledged",
    events: [raised(0), cleared(1), raised(20)],
    expected: [`raised normal>${U}!`, `cleared ${U}>${R}`, `raised ${R}>${U}!`],
  },
  {
    name: "chatter: told once more, then silent, then anew",
    events: [raised(0), acknowledge(1), cleared(2), raised(4), cleared(5), raised(7), cleared(8), raised(16)],
    expected: [
      `raised normal>${U}!`,
      `acknowledged ${U}>${A}`,
      `cleared ${A}>normal`,
      `chattering normal>${A}!`,
      `cleared ${A}>normal`,
      `reraised normal>${A}`,
      `cleared ${A}>normal`,
      `raised normal>${U}!`,
    ],
  },
  {
    name: "a critical alarm that comes back must be acknowledged again",
    events: [
      raised(0, { priority: "critical" }),
      acknowledge(1),
      cleared(2),
      raised(4, { priority: "critical" }),
      acknowledge(5),
      cleared(6),
      raised(8, { priority: "critical" }),
    ],
    expected: [
      `raised normal>${U}!`,
      `acknowledged ${U}>${A}`,
      `cleared ${A}>normal`,
      `chattering normal>${U}!`,
      `acknowledged ${U}>${A}`,
      `cleared ${A}>normal`,
      `reraised normal>${A}`,
    ],
  },
  {
    name: "information asks for nothing",
    events: [raised(0, { priority: "low" }), acknowledge(1), cleared(2)],
    expected: [`raised normal>${A}!`, "nothing-to-acknowledge", `cleared ${A}>normal`],
  },
  {
    name: "a latch stays until somebody resets it",
    events: [raised(0, { latching: true }), reset(1), cleared(2), reset(3), reset(4)],
    expected: [
      `raised normal>${U}!`,
      "still-active",
      `cleared ${U}>latched`,
      "reset latched>normal",
      "nothing-to-reset",
    ],
  },
  {
    name: "an acknowledged latch stays too",
    events: [raised(0, { latching: true }), acknowledge(1), cleared(2), reset(3)],
    expected: [`raised normal>${U}!`, `acknowledged ${U}>${A}`, `cleared ${A}>latched`, "reset latched>normal"],
  },
  {
    name: "hidden from the beginning, and told when it comes to light",
    events: [raised(0, { suppressedBy: "site-1.pump-fault" }), released(5), acknowledge(6)],
    expected: ["raised normal>suppressed", `released suppressed>${U}!`, `acknowledged ${U}>${A}`],
  },
  {
    name: "hidden and over: nobody is asked for anything",
    events: [raised(0), suppressed(1), cleared(2)],
    expected: [`raised normal>${U}!`, `suppressed ${U}>suppressed`, "cleared suppressed>normal"],
  },
  {
    name: "told before it was hidden: not told again",
    events: [raised(0), suppressed(1), suppressed(2, "maintenance"), suppressed(3, "maintenance"), released(4)],
    expected: [
      `raised normal>${U}!`,
      `suppressed ${U}>suppressed`,
      "suppressed suppressed>suppressed",
      "nothing-new",
      `released suppressed>${U}`,
    ],
  },
  {
    name: "shelved and back, by hand",
    events: [raised(0), shelve(1, 61), acknowledge(2), unshelve(3), unshelve(4)],
    expected: [
      `raised normal>${U}!`,
      `shelved ${U}>shelved`,
      "acknowledged shelved>shelved",
      `unshelved shelved>${A}`,
      "not-shelved",
    ],
  },
  {
    name: "what begins while shelved is told afterwards",
    events: [raised(0), shelve(1, 61), cleared(2), raised(30), unshelve(61)],
    expected: [
      `raised normal>${U}!`,
      `shelved ${U}>shelved`,
      "cleared shelved>shelved",
      "raised shelved>shelved",
      `unshelved shelved>${U}!`,
    ],
  },
  {
    name: "shelving has an end, within 8 hours",
    events: [raised(0), shelve(1, 1), shelve(1, 482), shelve(1, 481)],
    expected: [`raised normal>${U}!`, "bad-end", "bad-end", `shelved ${U}>shelved`],
  },
  {
    name: "out of service until a person says otherwise",
    events: [raised(0), out(1), cleared(2), raised(30), back(60), back(61)],
    expected: [
      `raised normal>${U}!`,
      `out_of_service ${U}>out_of_service`,
      "cleared out_of_service>out_of_service",
      "raised out_of_service>out_of_service",
      `in_service out_of_service>${U}!`,
      "not-out-of-service",
    ],
  },
  {
    name: "worse than before is told and asks again; better is not",
    events: [
      raised(0, { priority: "medium" }),
      acknowledge(1),
      updated(2, { priority: "high" }),
      updated(3, { priority: "low" }),
      updated(4, { priority: "low" }),
    ],
    expected: [
      `raised normal>${U}!`,
      `acknowledged ${U}>${A}`,
      `updated ${A}>${U}!`,
      `updated ${U}>${U}`,
      "nothing-new",
    ],
  },
  {
    name: "worse under a parent stays hidden",
    events: [raised(0, { priority: "medium" }), suppressed(1), updated(2, { priority: "critical" })],
    expected: [`raised normal>${U}!`, `suppressed ${U}>suppressed`, "updated suppressed>suppressed"],
  },
  {
    name: "a second source joins",
    events: [raised(0), updated(1, { sources: ["controller"] }), updated(2, { sources: ["controller"] })],
    expected: [`raised normal>${U}!`, `updated ${U}>${U}`, "nothing-new"],
  },
  {
    name: "assigned and commented",
    events: [raised(0), assign(1, "wang"), assign(2, "wang"), comment(3), assign(4, null)],
    expected: [`raised normal>${U}!`, `assigned ${U}>${U}`, "nothing-new", `commented ${U}>${U}`, `assigned ${U}>${U}`],
  },
  {
    name: "the engine may repeat itself",
    events: [raised(0), raised(0), raised(1), cleared(2), cleared(2), cleared(3), released(3), updated(3)],
    expected: [
      `raised normal>${U}!`,
      "nothing-new",
      "nothing-new",
      `cleared ${U}>${R}`,
      "nothing-new",
      "nothing-new",
      "nothing-new",
      "nothing-new",
    ],
  },
  {
    name: "a replay of what is known changes nothing",
    events: [raised(0), cleared(2), raised(30), raised(0), cleared(2), raised(30)],
    expected: [
      `raised normal>${U}!`,
      `cleared ${U}>${R}`,
      `raised ${R}>${U}!`,
      "nothing-new",
      "nothing-new",
      "nothing-new",
    ],
  },
  {
    name: "of what was never raised there is nothing to say",
    events: [cleared(0), acknowledge(0)],
    expected: ["no-alarm", "no-alarm"],
  },
];

test.for(CASES)("$name", ({ events, expected }) => {
  expect(play(events).rows).toEqual(expected);
});

test.for(CASES)("events of «$name» are what the schemas say", ({ events }) => {
  for (const event of events) {
    expect(("ruleId" in event ? ConditionEvent : OperatorEvent).parse(event)).toEqual(event);
  }
});

test("an alarm counts how often it came, and how often it flapped", () => {
  const { alarm } = play([raised(0), cleared(1), raised(2), cleared(3), raised(4), assign(5, "wang")]);
  expect(alarm).toMatchObject({
    occurrences: 3,
    flaps: 2,
    chatteringSince: at(2),
    announcedAt: at(0),
    assignedTo: "wang",
  });
});

test("shelving ends by itself when its time is over", () => {
  const { alarm } = play([raised(0), shelve(1, 61)]);
  if (alarm === null) throw new Error("no alarm");
  expect(dueUnshelving(alarm, START + 60 * 60_000)).toBeNull();
  const due = dueUnshelving(alarm, START + 61 * 60_000);
  expect(due).toEqual({ type: "unshelve", at: at(61), by: null });
  const { alarm: unshelved } = play([raised(0), shelve(1, 61), due as Event]);
  expect(unshelved?.state).toBe(U);
  expect(dueUnshelving(unshelved as Alarm, START + 90 * 60_000)).toBeNull();
});

test("a list shows title, children and the acknowledgement flat", () => {
  const { alarm } = play([raised(0), acknowledge(1)]);
  const title = { "zh-CN": "漏液", en: "Leak" };
  const item = AlarmListItem.parse(alarmListItem(alarm as Alarm, 3, title));
  expect(item).toMatchObject({
    acknowledgedBy: "li",
    acknowledgedAt: at(1),
    children: 3,
    texts: { zh: "漏液", en: "Leak" },
  });
  const { alarm: fresh } = play([raised(0)]);
  expect(alarmListItem(fresh as Alarm, 0, title)).toMatchObject({ acknowledgedBy: null, acknowledgedAt: null });
});

test("an identity names its subject", () => {
  expect(alarmIdOf({ siteId: "site-1", segmentId: "seg" }, "leak")).toBe("site-1.leak");
  expect(alarmIdOf({ siteId: null, segmentId: "seg" }, "leak")).toBe("~seg.leak");
  expect(alarmIdOf({ siteId: null, segmentId: null }, "leak")).toBe("~.leak");
});
