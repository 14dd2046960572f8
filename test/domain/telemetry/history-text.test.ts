import fc from "fast-check";
import { expect, test } from "vitest";
import type { History } from "../../../domain/telemetry/history.ts";
import { historyHeadText, historyValuesText } from "../../../domain/telemetry/history-text.ts";

const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
const values = fc.array(value, { maxLength: 5 });
const envelope = fc.oneof(
  fc.record({ avg: values, min: values, max: values }),
  values.map((avg) => ({ avg, min: avg, max: avg })),
);
const history = fc.record({
  siteId: fc.string(),
  step: fc.constant("raw" as const),
  stepS: fc.integer({ min: 1 }),
  from: fc.constant("2026-11-25T00:00:00.000Z"),
  to: fc.constant("2026-11-26T00:00:00.000Z"),
  times: fc.array(fc.constant("2026-11-25T00:01:00.000Z")),
  series: fc.dictionary(
    fc.string().filter((name) => name !== "__proto__"),
    envelope,
  ),
});

test("the text is the one that JSON.stringify gives", () => {
  fc.assert(
    fc.property(history, (given: History) => {
      expect(historyHeadText(given) + historyValuesText(given)).toBe(JSON.stringify(given));
    }),
  );
});
