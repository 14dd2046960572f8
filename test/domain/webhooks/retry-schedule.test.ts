import { expect, test } from "vitest";
import { GIVE_UP_AFTER_MS, waitAfter } from "../../../domain/webhooks/retry-schedule.ts";

test("a receiver that stays away is tried some seconds later, then ever less often, for a day", () => {
  const tries: number[] = [0];
  for (let ageMs = 0, attempts = 1; ; attempts += 1) {
    const waitMs = waitAfter(attempts, ageMs);
    if (waitMs === null) break;
    ageMs += waitMs;
    tries.push(ageMs);
  }
  const hours = tries.map((ms) => ms / 3_600_000);
  expect(tries[1]).toBe(5_000);
  expect(tries.length).toBeGreaterThan(10);
  expect(tries.length).toBeLessThan(20);
  expect(hours.at(-1)).toBeGreaterThan(20);
  expect(tries.at(-1)).toBeLessThanOrEqual(GIVE_UP_AFTER_MS);
  const waits = tries.slice(1).map((ms, n) => ms - (tries[n] ?? 0));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
});

test("an event that is too old is given up, however few tries there were", () => {
  expect(waitAfter(1, GIVE_UP_AFTER_MS - 1_000)).toBeNull();
  expect(waitAfter(1, GIVE_UP_AFTER_MS - 10_000)).toBe(5_000);
});
