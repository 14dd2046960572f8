import { describe, expect, test } from "vitest";
import { AppError } from "../../../domain/errors.ts";
import { POINT_NAMES } from "../../../domain/points/catalogue.ts";
import { ROLLED_LEVELS } from "../../../domain/telemetry/history-level.ts";
import {
  type HistoryCircumstances,
  type HistoryQuestion,
  planHistory,
} from "../../../domain/telemetry/history-plan.ts";

const NOW_MS = Date.UTC(2026, 10, 25, 12);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ago = (ms: number) => new Date(NOW_MS - ms).toISOString();
const RETENTION = { rawDays: 90, fiveMinuteDays: 90, hourDays: 400, dayDays: null };

const aQuestion = (own: Partial<HistoryQuestion> = {}): HistoryQuestion => ({
  points: ["supply_temp_c"],
  step: "auto",
  ...own,
});
const circumstances = (own: Partial<HistoryCircumstances> = {}): HistoryCircumstances => ({
  nowMs: NOW_MS,
  intervalS: 60,
  retention: RETENTION,
  ...own,
});

function refusal(question: HistoryQuestion, around: HistoryCircumstances): Record<string, string | number> {
  try {
    planHistory(question, around);
  } catch (error) {
    if (error instanceof AppError) return { ...error.context, code: error.code };
    throw error;
  }
  throw new Error("was not refused");
}

test("without a range it is the last hour, by raw values", () => {
  expect(planHistory(aQuestion(), circumstances())).toEqual({
    points: ["supply_temp_c"],
    fromMs: NOW_MS - HOUR_MS,
    toMs: NOW_MS,
    level: "raw",
    stepS: 60,
  });
});

test("points that stand twice count once, blanks around them do not count", () => {
  const { points } = planHistory(aQuestion({ points: [" supply_temp_c", "supply_temp_c "] }), circumstances());
  expect(points).toEqual(["supply_temp_c"]);
});

test("a step that is named is taken, however much a chart can draw", () => {
  const plan = planHistory(aQuestion({ from: ago(13 * DAY_MS), step: "raw" }), circumstances());
  expect([plan.level, plan.stepS]).toEqual(["raw", 60]);
});

test("a range that begins before the retention gives what is left", () => {
  expect(
    planHistory(aQuestion({ from: ago(95 * DAY_MS), step: "5m", to: ago(50 * DAY_MS) }), circumstances()).level,
  ).toBe("5m");
});

describe("refuses, naming field, value and what is allowed:", () => {
  test.for([
    {
      name: "an unknown point",
      own: { points: ["supply_temp_x"] },
      field: "points",
      value: "supply_temp_x",
      allowed: "/api/v1/points",
    },
    {
      name: "an inherited name",
      own: { points: ["__proto__"] },
      field: "points",
      value: "__proto__",
      allowed: "no such point",
    },
    { name: "an empty name", own: { points: [""] }, field: "points", value: '""', allowed: "no such point" },
    { name: "no points", own: { points: [] }, field: "points", value: "empty", allowed: "at least one" },
    {
      name: "too many points",
      own: { points: POINT_NAMES.slice(0, 21) },
      field: "points",
      value: "21 points",
      allowed: "at most 20",
    },
    {
      name: "an empty range",
      own: { from: ago(0), to: ago(0) },
      field: "to",
      value: "2026-11-25T12",
      allowed: "later than from",
    },
    {
      name: "a range backwards",
      own: { from: ago(0), to: ago(1) },
      field: "to",
      value: "2026",
      allowed: "later than from",
    },
    { name: "no time", own: { from: "yesterday" }, field: "from", value: "yesterday", allowed: "ISO 8601" },
    { name: "a time before all", own: { from: "0001-01-01T00:00:00Z" }, field: "from", value: "0001", allowed: "1970" },
    {
      name: "the future",
      own: { from: ago(-2 * HOUR_MS), to: ago(-3 * HOUR_MS) },
      field: "from",
      value: "2026-11-25T14",
      allowed: "future",
    },
    {
      name: "too many raw values",
      own: { from: ago(14 * DAY_MS), step: "raw" as const },
      field: "from",
      value: "1209600 s",
      allowed: "at most 1200000 s with step raw (20000 values",
    },
    {
      name: "raw that is gone",
      own: { from: ago(92 * DAY_MS), to: ago(91 * DAY_MS), step: "raw" as const },
      field: "to",
      value: "2026-08-26",
      allowed: "kept since 2026-08-27",
    },
  ])("$name", ({ own, field, value, allowed }) => {
    const context = refusal(aQuestion(own), circumstances());
    expect(context["code"]).toBe("request.invalid");
    expect(context["field"]).toBe(field);
    expect(context["value"]).toContain(value);
    expect(context["allowed"]).toContain(allowed);
  });

  test("a level that many sites are not read from", () => {
    const context = refusal(aQuestion({ step: "raw" }), circumstances({ levels: ROLLED_LEVELS }));
    expect(context).toMatchObject({ field: "step", allowed: expect.stringContaining("auto, 5m, 1h, 1d") });
  });

  test("more values than all sites together may have", () => {
    const context = refusal(
      aQuestion({ from: ago(7 * DAY_MS), step: "5m" }),
      circumstances({ levels: ROLLED_LEVELS, sites: 150, maxValues: 200_000 }),
    );
    expect(context).toMatchObject({ field: "from", value: expect.stringContaining("302400 values") });
  });
});
