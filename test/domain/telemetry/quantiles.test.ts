import fc from "fast-check";
import { expect, test } from "vitest";
import { quantileOf, quartilesOver } from "../../../domain/telemetry/quantiles.ts";

test("a quantile lies between its neighbours by straight line", () => {
  expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantileOf([1, 2, 3, 4], 0.25)).toBe(1.75);
  expect(quantileOf([7], 0.75)).toBe(7);
  expect(quantileOf([], 0.5)).toBeNull();
});

test("missing values do not count, and a moment without any is null", () => {
  const series = [
    [1, null, 5],
    [3, null, null],
    [2, null, 7],
  ];
  expect(quartilesOver(series, 3)).toEqual({ median: [2, null, 6], p25: [1.5, null, 5.5], p75: [2.5, null, 6.5] });
  expect(quartilesOver([], 2)).toEqual({ median: [null, null], p25: [null, null], p75: [null, null] });
});

test("quartiles are in order, and within what was measured", () => {
  const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(numbers, (values) => {
      const { median, p25, p75 } = quartilesOver(
        values.map((value) => [value]),
        1,
      );
      const found = [Math.min(...values), p25[0], median[0], p75[0], Math.max(...values)].map(Number);
      for (const [index, value] of found.slice(1).entries())
        expect(value).toBeGreaterThanOrEqual((found[index] ?? 0) - 1e-6);
    }),
  );
});
