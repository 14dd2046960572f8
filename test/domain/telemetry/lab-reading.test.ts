import { expect, test } from "vitest";
import { checkLabEntry, LabEntry, MANUAL_POINTS } from "../../../domain/telemetry/lab-reading.ts";

const NOW = Date.parse("2026-03-01T08:00:00.000Z");
const entry = (own: Partial<LabEntry>): LabEntry =>
  LabEntry.parse({ takenAt: "2026-02-28T08:00:00Z", values: { coolant_ph: 8.1 }, ...own });

test("a good entry has no problems", () => {
  expect(checkLabEntry(entry({}), NOW)).toEqual([]);
  expect(checkLabEntry(entry({ values: { coolant_ph: 0, coolant_freeze_point_c: -60 } }), NOW)).toEqual([]);
});

test("every problem is named", () => {
  const wrong = entry({
    takenAt: "2026-03-01T08:05:01Z",
    values: { coolant_ph: 14.1, supply_temp_c: 35, nonsense: 1, toString: 2 },
  });
  expect(checkLabEntry(wrong, NOW)).toEqual([
    { kind: "future" },
    { kind: "out-of-range", point: "coolant_ph", low: 0, high: 14 },
    { kind: "not-manual", point: "supply_temp_c" },
    { kind: "not-manual", point: "nonsense" },
    { kind: "not-manual", point: "toString" },
  ]);
  expect(checkLabEntry(entry({ takenAt: "1999-01-01T00:00:00Z", values: {} }), NOW)).toEqual([
    { kind: "too-old" },
    { kind: "no-values" },
  ]);
});

test("water chemistry is measured by hand", () => {
  expect(MANUAL_POINTS).toHaveLength(11);
  expect(MANUAL_POINTS).toEqual(expect.arrayContaining(["coolant_ph", "tower_water_conductivity_us_cm"]));
});
