import { expect, test } from "vitest";
import { describeCollectors } from "../../../domain/collection/describe-collectors.ts";
import { joinRounds } from "../../../domain/collection/join-rounds.ts";
import { RoundReport } from "../../../domain/collection/round-report.ts";
import { aRound } from "../../api/builders.ts";

const slot = "2026-01-01T00:01:00.000Z";
const one = aRound(0, {
  slot,
  startedAt: "2026-01-01T00:01:00.100Z",
  durationMs: 900,
  sites: 5,
  ok: 2,
  late: 1,
  skipped: 1,
  failed: { timeout: 2 },
  lateSites: ["site-3"],
  failedSites: { timeout: ["site-1", "site-2"] },
  slowest: { siteId: "site-4", latencyMs: 80 },
});
const other = aRound(0, {
  slot,
  startedAt: "2026-01-01T00:01:00.050Z",
  durationMs: 300,
  sites: 4,
  ok: 3,
  late: 0,
  skipped: 0,
  failed: { refused: 1 },
  lateSites: [],
  failedSites: { refused: ["site-9"] },
  slowest: { siteId: "site-8", latencyMs: 120 },
});

test("the parts of a round make one", () => {
  const joined = joinRounds([one, other]);
  expect(RoundReport.parse(joined)).toEqual(joined);
  expect(joined).toMatchObject({
    slot,
    startedAt: "2026-01-01T00:01:00.050Z",
    durationMs: 950,
    sites: 9,
    ok: 5,
    late: 1,
    skipped: 1,
    failed: { timeout: 2, refused: 1 },
    failedSites: { timeout: ["site-1", "site-2"], refused: ["site-9"] },
    slowest: { siteId: "site-8", latencyMs: 120 },
  });
});

test("one part is the round", () => {
  expect(joinRounds([one])).toBe(one);
});

test("a hand-over makes no more sites than there are, and names none of them twice", () => {
  const again = aRound(0, {
    ...one,
    startedAt: "2026-01-01T00:01:20.000Z",
    failedSites: { reset: ["site-1", "site-2"] },
  });
  const joined = joinRounds([one, again, other], 9);
  expect(joined).toMatchObject({ sites: 9, ok: 5, late: 1, failed: { timeout: 2, refused: 1 } });
  const { ok, late, failed, sites } = joined;
  expect(ok + late + Object.values(failed).reduce((sum, n) => sum + n, 0)).toBe(sites);
});

test("who collects what is told for every lease, also for those that nobody has", () => {
  const view = describeCollectors(
    ["b", "a"],
    [
      { name: "collector:0", holder: "a", token: 4 },
      { name: "collector:1", holder: "gone", token: 2 },
    ],
    [1, 2, 16, 17, 32],
    "b",
  );
  expect(view.items).toEqual([
    { id: "a", isSelf: false, leases: ["collector:0"], sites: 2 },
    { id: "b", isSelf: true, leases: [], sites: 0 },
  ]);
  expect(view.leases).toHaveLength(16);
  expect(view.leases[1]).toEqual({ name: "collector:1", holder: "gone", token: 2, sites: 2 });
  expect(view.orphans).toBe(1);
});
