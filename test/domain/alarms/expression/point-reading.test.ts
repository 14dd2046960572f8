import { expect, test } from "vitest";
import { trustedReading } from "../../../../domain/alarms/expression/point-reading.ts";

const values = { supply_temp_c: 36, return_temp_c: 44, tank_level_pct: null };
const faults = ["phase_failure", "power_fault"];

test("of good readings nothing is copied", () => {
  const reading = trustedReading({ values, quality: { supply_temp_c: "estimated" }, faults });
  expect(reading.values).toBe(values);
  expect(reading.faults).toBe(faults);
  expect(reading.unknownFaults).toEqual([]);
});

test.for(["missing", "bad_type", "out_of_range", "stale", "frozen", "jump"] as const)("%s is unknown", (mark) => {
  const quality = { supply_temp_c: mark, tank_level_pct: mark, "fault.power_fault": mark };
  const reading = trustedReading({ values, quality, faults });
  expect(reading).toEqual({
    values: { ...values, supply_temp_c: null },
    faults: ["phase_failure"],
    unknownFaults: ["power_fault"],
  });
  expect(values.supply_temp_c).toBe(36);
});

test("manual readings and estimates are used", () => {
  const quality = { supply_temp_c: "manual", "fault.power_fault": "estimated" } as const;
  expect(trustedReading({ values, quality, faults })).toEqual({ values, faults, unknownFaults: [] });
});
