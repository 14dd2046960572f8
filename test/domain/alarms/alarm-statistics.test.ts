import { expect, test } from "vitest";
import type { AlarmTransition } from "../../../domain/alarms/alarm.ts";
import { alarmStatistics } from "../../../domain/alarms/alarm-statistics.ts";

const START = Date.parse("2026-03-02T00:00:00.000Z");
const HOUR_MS = 3_600_000;
const at = (second: number) => new Date(START + second * 1000).toISOString();
const PERIOD = { fromMs: START, toMs: START + HOUR_MS, operators: 1 };

function transition(
  second: number,
  alarmId: string,
  kind: AlarmTransition["kind"],
  isAnnounced = kind === "raised",
): AlarmTransition {
  return {
    alarmId,
    revision: 1,
    siteId: alarmId.split(".")[0] ?? null,
    segmentId: null,
    ruleId: alarmId.split(".")[1] ?? "",
    kind,
    from: "normal",
    to: "unacknowledged",
    at: at(second),
    isAnnounced,
    priority: "high",
    sources: ["platform"],
    point: null,
    value: null,
    limit: null,
    unit: null,
    suppressedBy: null,
    by: null,
    note: null,
    until: null,
    occurrences: 1,
    flaps: 0,
  };
}

test("nothing happened", () => {
  expect(alarmStatistics([], [], PERIOD)).toEqual({
    announced: 0,
    perOperatorHour: 0,
    crowdedShare: 0,
    floodShare: 0,
    byPriority: { critical: 0, high: 0, medium: 0, low: 0 },
    topRules: [],
    topShare: null,
    chattering: [],
    fleeting: [],
    stale: [],
    medianAcknowledgeS: null,
    worstAcknowledgeS: null,
  });
});

test("rate, crowded intervals and flood: it begins above 10 and ends below 5 in ten minutes", () => {
  const counts = [3, 11, 6, 5, 4, 0];
  const told = counts.flatMap((count, interval) =>
    Array.from({ length: count }, (_, place) => transition(interval * 600 + place, `s-${place}.hot`, "raised")),
  );
  const outside = transition(4000, "s.hot", "raised");
  const figures = alarmStatistics([...told, outside], [], { ...PERIOD, operators: 2 });
  expect(figures.announced).toBe(30);
  expect(figures.perOperatorHour).toBe(15);
  expect(figures.crowdedShare).toBeCloseTo(1 / 6);
  expect(figures.floodShare).toBeCloseTo(3 / 6);
});

test("the most frequent rules, and who hides does not count", () => {
  const told = [
    ...Array.from({ length: 12 }, (_, place) =>
      transition(place, `s.rule-${String(place).padStart(2, "0")}`, "raised"),
    ),
    transition(20, "t.rule-05", "raised"),
    transition(21, "t.rule-06", "raised", false),
  ];
  const { topRules, topShare } = alarmStatistics(told, [], PERIOD);
  expect(topRules).toHaveLength(10);
  expect(topRules[0]).toEqual({ ruleId: "rule-05", announced: 2, share: 2 / 13 });
  expect(topRules[1]?.ruleId).toBe("rule-00");
  expect(topShare).toBeCloseTo(11 / 13);
});

test("chattering, fleeting and stale", () => {
  const burst = [0, 60, 120, 180, 240, 300].map((second, place) =>
    transition(second, "a.leak", place % 2 === 0 ? "raised" : "cleared"),
  );
  const slow = [0, 100, 200, 300, 400, 500].map((second, place) =>
    transition(second, "b.leak", place % 2 === 0 ? "reraised" : "cleared"),
  );
  const fleeting = [
    transition(0, "c.leak", "chattering"),
    transition(9, "c.leak", "cleared"),
    transition(11, "d.leak", "cleared"),
  ];
  const alarms = [
    { id: "old", active: true, raisedAt: at(-86_400) },
    { id: "over", active: false, raisedAt: at(-86_400) },
    { id: "new", active: true, raisedAt: at(0) },
  ];
  const figures = alarmStatistics([...burst, ...slow, ...fleeting], alarms, PERIOD);
  expect(figures.chattering).toEqual(["a.leak"]);
  expect(figures.fleeting).toEqual(["c.leak"]);
  expect(figures.stale).toEqual(["old"]);
});

test("time to acknowledge counts from the first time that people were told", () => {
  const transitions = [
    transition(0, "a.leak", "raised"),
    transition(10, "a.leak", "chattering", true),
    transition(60, "a.leak", "acknowledged"),
    transition(70, "a.leak", "acknowledged"),
    transition(100, "b.leak", "raised"),
    transition(300, "b.leak", "acknowledged"),
  ];
  expect(alarmStatistics(transitions, [], PERIOD)).toMatchObject({ medianAcknowledgeS: 130, worstAcknowledgeS: 200 });
  const odd = [...transitions, transition(310, "c.leak", "raised"), transition(320, "c.leak", "acknowledged")];
  expect(alarmStatistics(odd, [], PERIOD).medianAcknowledgeS).toBe(60);
});
