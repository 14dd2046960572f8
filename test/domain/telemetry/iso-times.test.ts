import fc from "fast-check";
import { expect, test } from "vitest";
import { isoTimes } from "../../../domain/telemetry/iso-times.ts";

const LAST_MS = Date.UTC(9999, 11, 31);

test("times read as toISOString writes them, in any order and over any day", () => {
  const times = fc.array(fc.oneof(fc.integer({ min: 0, max: LAST_MS }), fc.double({ min: 0, max: 2e12, noNaN: true })));
  fc.assert(
    fc.property(times, (timesMs) => {
      expect(isoTimes(timesMs)).toEqual(timesMs.map((ms) => new Date(ms).toISOString()));
    }),
  );
});

test("midnights, the leap day and the end of a year", () => {
  const timesMs = ["2024-02-28T23:59:59.999Z", "2024-02-29T00:00:00.000Z", "2024-12-31T23:59:00.010Z"].map(Date.parse);
  expect(isoTimes([...timesMs, 0])).toEqual([
    "2024-02-28T23:59:59.999Z",
    "2024-02-29T00:00:00.000Z",
    "2024-12-31T23:59:00.010Z",
    "1970-01-01T00:00:00.000Z",
  ]);
});
