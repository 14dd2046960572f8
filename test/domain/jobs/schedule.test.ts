import fc from "fast-check";
import { PgBoss } from "pg-boss";
import { expect, test } from "vitest";
import { cronOf, type JobSchedule, nextRunAfter } from "../../../domain/jobs/schedule.ts";

/** Only its calculation of times is asked; nothing reaches a database. */
const boss = new PgBoss({ db: { executeSql: () => Promise.reject(new Error("no database here")) } });
const ZONES = ["UTC", "Asia/Dubai", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns"];

const schedule: fc.Arbitrary<JobSchedule> = fc.oneof(
  fc.constant({ every: "minute" as const }),
  fc.record({ every: fc.constant("hour" as const), minute: fc.integer({ min: 0, max: 59 }) }),
  fc.record({
    every: fc.constant("day" as const),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
  }),
);

test("the next run is the one that the job queue will make", async () => {
  // January to February: no zone changes its clock, which the two may see differently.
  const from = Date.UTC(2026, 0, 5);
  await fc.assert(
    fc.asyncProperty(
      schedule,
      fc.constantFrom(...ZONES),
      fc.integer({ min: 0, max: 50 * 86_400 }),
      async (job, tz, s) => {
        const afterMs = from + s * 1000;
        const [next] = await boss.previewSchedule(cronOf(job), { tz, from: new Date(afterMs), count: 1 });
        expect(new Date(nextRunAfter(job, afterMs, tz)).toISOString()).toBe(next?.toISOString());
      },
    ),
    { numRuns: 60 },
  );
});

test.for([
  ["at the very moment, the one after", { every: "minute" }, "2026-03-01T10:00:00.000Z", "2026-03-01T10:01:00.000Z"],
  ["the minute within the hour", { every: "hour", minute: 5 }, "2026-03-01T10:05:00.001Z", "2026-03-01T11:05:00.000Z"],
  ["a night in Dubai", { every: "day", hour: 2, minute: 17 }, "2026-03-01T22:16:59.000Z", "2026-03-01T22:17:00.000Z"],
  ["the night after", { every: "day", hour: 2, minute: 17 }, "2026-03-01T22:17:00.000Z", "2026-03-02T22:17:00.000Z"],
] as const)("%s", ([, job, after, next]) => {
  expect(new Date(nextRunAfter(job, Date.parse(after), "Asia/Dubai")).toISOString()).toBe(next);
});

test("the night in which clocks go forward has its run, once, and the next night is on time", () => {
  const job = { every: "day", hour: 2, minute: 30 } as const;
  const evening = Date.parse("2026-03-28T20:00:00.000Z");
  const first = nextRunAfter(job, evening, "Europe/Berlin");
  expect(first).toBeGreaterThan(evening);
  expect(first).toBeLessThan(Date.parse("2026-03-29T03:00:00.000Z"));
  expect(new Date(nextRunAfter(job, first, "Europe/Berlin")).toISOString()).toBe("2026-03-30T00:30:00.000Z");
});
