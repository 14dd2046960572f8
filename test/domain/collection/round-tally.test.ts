import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FailureCause } from "../../../domain/collection/failure-cause.ts";
import { createLane } from "../../../domain/collection/lane.ts";
import { RoundReport } from "../../../domain/collection/round-report.ts";
import { createRoundTally, type SiteVerdict } from "../../../domain/collection/round-tally.ts";

const SLOT = Date.parse("2026-01-01T00:00:00.000Z");
const verdicts: fc.Arbitrary<SiteVerdict> = fc.oneof(
  fc.record({ kind: fc.constant("ok" as const), latencyMs: fc.integer({ min: 1, max: 4500 }) }),
  fc.constant({ kind: "late" as const }),
  fc.record({
    kind: fc.constant("failed" as const),
    cause: fc.constantFrom(...FailureCause.options),
    isSkipped: fc.boolean(),
  }),
);

describe("round tally", () => {
  test("law: ok + late + Σ failed = sites, whatever arrives, twice or not at all", () => {
    const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 25 }), verdicts), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), entries, (sites, arrivals) => {
        const ids = Array.from({ length: sites }, (_, i) => `site-${i}`);
        const tally = createRoundTally(SLOT, SLOT, ids);
        for (const [index, verdict] of arrivals) tally.add(`site-${index}`, verdict);
        const report = tally.close(12.34);
        expect(RoundReport.parse(report)).toEqual(report);
        const failed = Object.values(report.failed).reduce((total, count) => total + count, 0);
        expect(report.ok + report.late + failed).toBe(sites);
        expect(report.skipped).toBeLessThanOrEqual(failed);
      }),
    );
  });

  test("who has no verdict at the close is late, and a verdict 1 ms after it changes nothing", () => {
    const tally = createRoundTally(SLOT, SLOT, ["site-1", "site-2"]);
    tally.add("site-1", { kind: "ok", latencyMs: 20 });
    const report = tally.close(5000);
    expect(report).toMatchObject({ ok: 1, late: 1, lateSites: ["site-2"], durationMs: 5000 });
    expect(tally.add("site-2", { kind: "ok", latencyMs: 5001 })).toBe(false);
    expect(tally.close(6000)).toBe(report);
  });

  test("names the slowest good site", () => {
    const tally = createRoundTally(SLOT, SLOT, ["site-1", "site-2"]);
    tally.add("site-1", { kind: "ok", latencyMs: 80 });
    tally.add("site-2", { kind: "ok", latencyMs: 70 });
    expect(tally.close(80).slowest).toEqual({ siteId: "site-1", latencyMs: 80 });
  });
});

describe("lane", () => {
  test("law: never more inside than places, first come first served, nobody forgotten", () => {
    const moves = fc.array(fc.constantFrom("enter", "leave"), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), moves, (places, steps) => {
        const lane = createLane(places);
        const entered: number[] = [];
        let came = 0;
        let left = 0;
        for (const step of steps) {
          if (step === "enter") {
            const me = came++;
            lane.enter(() => entered.push(me));
          } else if (lane.inside > 0) {
            left += 1;
            lane.leave();
          }
          expect(lane.inside).toBeLessThanOrEqual(places);
          expect(lane.inside).toBe(entered.length - left);
          expect(lane.waiting).toBe(came - entered.length);
        }
        expect(entered).toEqual(Array.from({ length: entered.length }, (_, i) => i));
      }),
    );
  });
});
