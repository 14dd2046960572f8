import { expect, test } from "vitest";
import { newestFleetRound } from "../../dashboard/live/fleet-round.ts";

const round = (slot: string, sites: number) => ({ slot, durationMs: 80, sites, ok: sites, late: 0, failed: {} });
const fleet = round("2026-11-23T08:00:00.000Z", 150);

test.for([
  {
    name: "a watched site's round does not displace the fleet's",
    next: round("2026-11-23T08:00:10.000Z", 1),
    sites: 150,
  },
  { name: "the next round of the fleet does", next: round("2026-11-23T08:01:00.000Z", 149), sites: 149 },
  { name: "a fleet that shrank shows after ten minutes", next: round("2026-11-23T08:10:00.000Z", 3), sites: 3 },
])("$name", ({ next, sites }) => {
  expect(newestFleetRound(fleet, next).sites).toBe(sites);
});

test("the first round is shown whatever its size", () => {
  expect(newestFleetRound(null, round("2026-11-23T08:00:10.000Z", 1)).sites).toBe(1);
});
