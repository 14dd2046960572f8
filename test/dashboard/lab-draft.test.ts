// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { type LabDraft, rangeText, readDraft } from "../../dashboard/components/lab-draft.ts";
import { localInput } from "../../dashboard/composables/local-input.ts";
import { withLabReadings } from "../../dashboard/composables/use-lab-readings.ts";
import type { LiveRow } from "../../domain/live/live-table.ts";
import type { LabReading } from "../../domain/telemetry/lab-reading.ts";

const NOW = Date.parse("2026-03-01T08:00:00.000Z");
/** The key itself, so that a test reads what is said. */
const t = (key: string, values: object = {}) => [key, ...Object.values(values)].join(" ");

function draft(own: Partial<LabDraft>): LabDraft {
  return {
    takenAt: localInput(NOW - 3_600_000),
    note: " lab 7 ",
    values: { coolant_ph: " 8.25 ", coolant_iron_mg_l: "" },
    ...own,
  };
}

test("what was typed becomes an entry: empty fields are not measured, the time is the browser's", () => {
  expect(readDraft(draft({}), NOW, t)).toEqual({
    entry: { takenAt: "2026-03-01T07:00:00.000Z", values: { coolant_ph: 8.25 }, note: "lab 7" },
  });
});

test.each([
  [{ values: { coolant_ph: "8,25" } }, { coolant_ph: "lab.not-a-number" }],
  [{ values: { coolant_ph: "1e3" } }, { coolant_ph: "lab.not-a-number" }],
  [
    { values: { coolant_ph: "14.5", coolant_iron_mg_l: "-1" } },
    { coolant_ph: "lab.range 0 14", coolant_iron_mg_l: "lab.range 0 1000" },
  ],
  [{ values: {} }, { form: "lab.no-values" }],
  [{ takenAt: "" }, { takenAt: "lab.no-time" }],
  [{ takenAt: localInput(NOW + 3_600_000) }, { takenAt: "lab.future" }],
  [{ takenAt: "1990-01-01T00:00" }, { takenAt: "lab.too-old" }],
])("%j is wrong, and where", (own, errors) => {
  expect(readDraft(draft(own), NOW, t)).toEqual({ errors });
});

test("the limits of a point are said before anything is typed", () => {
  expect(rangeText("coolant_freeze_point_c", t)).toBe("lab.range -60 5");
});

test("hand readings stand among the values of a row, and never hide what the controller says", () => {
  const row: LiveRow = {
    siteId: "site-001",
    collectedAtMs: NOW,
    slotMs: NOW,
    values: { supply_temp_c: 35, coolant_ph: 7 },
    quality: {},
    faults: [],
  };
  const reading = (point: LabReading["point"], value: number) => ({ point, value }) as LabReading;
  const shown = withLabReadings(row, [reading("coolant_ph", 8), reading("coolant_iron_mg_l", 2)]);
  expect(shown.values).toEqual({ supply_temp_c: 35, coolant_ph: 7, coolant_iron_mg_l: 2 });
  expect(shown.quality).toEqual({ coolant_iron_mg_l: "manual" });
  expect(withLabReadings(row, [])).toBe(row);
});
