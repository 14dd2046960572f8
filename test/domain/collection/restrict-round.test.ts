import { expect, test } from "vitest";
import { type RoundSite, restrictRound } from "../../../domain/collection/restrict-round.ts";
import { RoundReport } from "../../../domain/collection/round-report.ts";

const round: RoundReport = {
  slot: "2026-03-01T08:01:00.000Z",
  startedAt: "2026-03-01T08:01:00.010Z",
  durationMs: 912,
  sites: 10,
  ok: 6,
  late: 2,
  failed: { timeout: 1, refused: 1 },
  skipped: 1,
  lateSites: ["a", "x"],
  failedSites: { timeout: ["b"], refused: ["y"] },
  slowest: { siteId: "x", latencyMs: 900 },
};
const sitesOf = (...sites: (string | Partial<RoundSite>)[]) =>
  new Map(
    sites.map((given) => {
      const own = typeof given === "string" ? { id: given } : given;
      const site: RoundSite = { id: "?", enabled: true, intervalS: null, ...own };
      return [site.id, site];
    }),
  );

test("the counts of a round are those of the sites that may be seen, and add up", () => {
  const seen = restrictRound(round, sitesOf("a", "b", "c", "d"), 60);
  expect(seen).toEqual({
    ...round,
    sites: 4,
    ok: 2,
    late: 1,
    failed: { timeout: 1 },
    skipped: 1,
    lateSites: ["a"],
    failedSites: { timeout: ["b"] },
    slowest: null,
  });
  expect(RoundReport.parse(seen)).toEqual(seen);
  expect(JSON.stringify(seen)).not.toMatch(/"[xy]"/);
});

test("the slowest site is named to those who may see it", () => {
  expect(restrictRound(round, sitesOf("x"), 60).slowest).toEqual({ siteId: "x", latencyMs: 900 });
});

test.for([
  { name: "is disabled", site: { id: "c", enabled: false }, ok: 0 },
  { name: "is polled every 5 minutes", site: { id: "c", intervalS: 300 }, ok: 0 },
  { name: "is polled every 10 s", site: { id: "c", intervalS: 10 }, ok: 1 },
  { name: "follows the platform", site: { id: "c" }, ok: 1 },
])("a site that $name counts $ok in a round of the minute", ({ site, ok }) => {
  expect(restrictRound(round, sitesOf(site), 60)).toMatchObject({ sites: ok, ok, late: 0, failed: {}, skipped: 0 });
});

test("whoever sees nothing is told of an empty round, and no more went well than did", () => {
  expect(restrictRound(round, sitesOf(), 60)).toMatchObject({ sites: 0, ok: 0, late: 0, failed: {}, slowest: null });
  const many = sitesOf(...Array.from({ length: 50 }, (_, at) => `m${at}`));
  expect(restrictRound(round, many, 60).ok).toBe(6);
});
