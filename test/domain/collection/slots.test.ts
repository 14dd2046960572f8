import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { intervalInForceMs, judgeSlot, nextSlotAfter, slotAt, slotText } from "../../../domain/collection/slots.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-03-29T00:00:00.000Z");

describe("slots", () => {
  test.for([
    { name: "at the slot", at: NOON, slot: NOON },
    { name: "1 ms before the next", at: NOON + MINUTE - 1, slot: NOON },
    { name: "at the next", at: NOON + MINUTE, slot: NOON + MINUTE },
  ])("$name", ({ at, slot }) => expect(slotAt(at, MINUTE)).toBe(slot));

  test("a summer-time change in the middle moves nothing: slots are UTC", () => {
    const beforeMs = Date.parse("2026-03-29T00:59:30.000Z");
    const slots = Array.from({ length: 4 }, (_, i) => slotText(slotAt(beforeMs + i * MINUTE, MINUTE)));
    expect(slots.map((slot) => slot.slice(11, 16))).toEqual(["00:59", "01:00", "01:01", "01:02"]);
  });

  test("law: a slot is a multiple of the interval, at most one interval old, and the next follows it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 3600 }), (wallMs, intervalS) => {
        const slotMs = slotAt(wallMs, intervalS * 1000);
        expect(slotMs % (intervalS * 1000)).toBe(0);
        expect(wallMs - slotMs).toBeGreaterThanOrEqual(0);
        expect(wallMs - slotMs).toBeLessThan(intervalS * 1000);
        expect(nextSlotAfter(wallMs, intervalS * 1000)).toBe(slotMs + intervalS * 1000);
      }),
    );
  });
});

describe("what is due", () => {
  test.for([
    { name: "never polled", last: null, at: NOON, isDue: true, back: false },
    { name: "polled in this slot", last: NOON, at: NOON + 59_999, isDue: false, back: false },
    { name: "the next slot has come", last: NOON, at: NOON + MINUTE, isDue: true, back: false },
    {
      name: "hours were slept through: one poll, not many",
      last: NOON,
      at: NOON + 600 * MINUTE,
      isDue: true,
      back: false,
    },
    { name: "the clock went back 2 s", last: NOON, at: NOON - 2000, isDue: false, back: false },
    { name: "the clock went back an hour", last: NOON, at: NOON - 60 * MINUTE, isDue: true, back: true },
  ])("$name", ({ last, at, isDue, back }) => {
    expect(judgeSlot(at, MINUTE, last)).toEqual({ slotMs: slotAt(at, MINUTE), isDue, hasClockGoneBack: back });
  });
});

test.for([
  { own: null, watched: false, expected: 60_000 },
  { own: 30, watched: false, expected: 30_000 },
  { own: 30, watched: true, expected: 10_000 },
  { own: 5, watched: true, expected: 5000 },
  { own: null, watched: true, expected: 10_000 },
])("own interval $own, watched $watched → $expected ms", ({ own, watched, expected }) => {
  expect(intervalInForceMs(own, 60, watched)).toBe(expected);
});
