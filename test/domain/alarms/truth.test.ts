import { expect, test } from "vitest";
import { and, not, or, type Truth } from "../../../domain/alarms/truth.ts";

test.for<[Truth, Truth, Truth, Truth]>([
  [true, true, true, true],
  [true, false, false, true],
  [true, null, null, true],
  [false, true, false, true],
  [false, false, false, false],
  [false, null, false, null],
  [null, true, null, true],
  [null, false, false, null],
  [null, null, null, null],
])("%s and, or %s: %s, %s", ([left, right, conjunction, disjunction]) => {
  expect(and(left, right)).toBe(conjunction);
  expect(or(left, right)).toBe(disjunction);
});

test("the contrary of unknown is unknown", () => {
  expect([true, false, null].map(not)).toEqual([false, true, null]);
});
