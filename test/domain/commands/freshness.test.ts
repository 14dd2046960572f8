import { expect, test } from "vitest";
import { isFresh } from "../../../domain/commands/freshness.ts";
import { aSnapshot, NOW_MS } from "./command-under-test.ts";

test.for([
  { name: "now", ageS: 0, is: true },
  { name: "at the oldest that counts", ageS: 15, is: true },
  { name: "older", ageS: 15.001, is: false },
  { name: "by a clock that is a little ahead", ageS: -5, is: true },
  { name: "by a clock that is further ahead", ageS: -5.001, is: false },
])("a reading of $name is fresh: $is", ({ ageS, is }) => {
  expect(isFresh(aSnapshot({ ageS }), NOW_MS)).toBe(is);
});

test("no reading is never fresh, and neither is one without a time", () => {
  const timeless = { ...aSnapshot(), collectedAt: "" };
  expect([null, undefined, timeless].map((snapshot) => isFresh(snapshot, NOW_MS))).toEqual([false, false, false]);
});
