import { describe, expect, test } from "vitest";
import { onCallAt } from "../../../domain/notification/on-call.ts";
import { aSchedule, CHEN, LI, WANG } from "./notification-builders.ts";

const NAMES: Readonly<Record<string, string>> = { [LI]: "Li", [WANG]: "Wang", [CHEN]: "Chen" };
const at = (schedule: ReturnType<typeof aSchedule>, time: string, timeZone = "Asia/Shanghai") =>
  onCallAt(schedule, Date.parse(time), timeZone).map((id) => NAMES[id]);

describe("two shifts that change weekly", () => {
  const schedule = aSchedule({
    shifts: [
      { hours: { from: "08:00", to: "20:00" }, rotation: [LI, WANG], startsOn: "2026-03-02" },
      { hours: { from: "20:00", to: "08:00" }, rotation: [WANG, CHEN], startsOn: "2026-03-02" },
    ],
    overrides: [{ from: "2026-03-05T00:00:00+08:00", to: "2026-03-06T00:00:00+08:00", recipientId: CHEN }],
  });

  test.for([
    ["before the first turn the order goes backwards", "2026-03-01T12:00:00+08:00", ["Wang"]],
    ["the first minute of the day shift", "2026-03-02T08:00:00+08:00", ["Li"]],
    ["its last one", "2026-03-02T19:59:59+08:00", ["Li"]],
    ["the night", "2026-03-02T20:00:00+08:00", ["Wang"]],
    ["the last night of a turn, after midnight", "2026-03-09T07:59:00+08:00", ["Wang"]],
    ["the next turn", "2026-03-09T08:00:00+08:00", ["Wang"]],
    ["the next turn of the night", "2026-03-09T20:00:00+08:00", ["Chen"]],
    ["an exception", "2026-03-05T12:00:00+08:00", ["Chen"]],
    ["its end", "2026-03-06T00:00:00+08:00", ["Wang"]],
  ] as const)("%s", ([, time, expected]) => expect(at(schedule, time)).toEqual(expected));
});

test("only on some days: a night belongs to the day on which it begins", () => {
  const schedule = aSchedule({
    shifts: [{ hours: { from: "22:00", to: "06:00" }, weekdays: [5], rotation: [LI], startsOn: "2026-03-02" }],
  });
  expect(at(schedule, "2026-03-06T23:00:00+08:00")).toEqual(["Li"]);
  expect(at(schedule, "2026-03-07T05:00:00+08:00")).toEqual(["Li"]);
  expect(at(schedule, "2026-03-07T23:00:00+08:00")).toEqual([]);
});

test("a turn is counted in days of the calendar, through a change of the clocks", () => {
  const schedule = aSchedule({
    shifts: [{ hours: { from: "08:00", to: "07:59" }, rotation: [LI, WANG], everyDays: 1, startsOn: "2026-03-28" }],
  });
  // Clocks go forward in the night to the 29th.
  expect(at(schedule, "2026-03-29T07:30:00+02:00", "Europe/Berlin")).toEqual(["Li"]);
  expect(at(schedule, "2026-03-29T08:30:00+02:00", "Europe/Berlin")).toEqual(["Wang"]);
  expect(at(schedule, "2026-03-30T08:30:00+02:00", "Europe/Berlin")).toEqual(["Li"]);
});
