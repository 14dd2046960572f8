import { expect, test } from "vitest";
import { CountPerKey } from "../../domain/count-per-key.ts";

test("counts by key, never below nothing, and keeps no key that counts nothing", () => {
  const counts = new CountPerKey();
  for (const key of ["a", "a", "b"]) counts.add(key);
  counts.take("c");
  expect([counts.of("a"), counts.of("b"), counts.of("c"), counts.size]).toEqual([2, 1, 0, 2]);
  for (const key of ["a", "b", "b"]) counts.take(key);
  expect([counts.of("a"), counts.of("b"), counts.size]).toEqual([1, 0, 1]);
  counts.clear();
  expect([counts.of("a"), counts.size]).toEqual([0, 0]);
});
