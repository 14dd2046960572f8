import { describe, expect, test } from "vitest";
import { SimulatedFleet } from "../simulated-fleet.ts";

const MINUTE_MS = 60_000;

describe("a leak contact that flaps", () => {
  // Clearing takes five minutes without a break, so that the shortest that can flap at all is a little above ten minutes.
  test.for([20, 50, 620, 800, 1500])(
    "every %i s: one alarm, and never more than it and one word of its chattering in 15 minutes",
    async (blinkS) => {
      const fleet = new SimulatedFleet({ sites: 1, intervalS: 10, dialects: [["a", 1]] });
      fleet.run(5);
      await fleet.fault(["site-001"], "leak_contact", { blinkS });
      fleet.run(2 * 60);
      const told = fleet.transitions.filter(({ isAnnounced }) => isAnnounced);
      expect(new Set(told.map(({ alarmId }) => alarmId))).toEqual(new Set(["site-001.leak"]));
      for (const first of told) {
        const within = told.filter(({ at }) => {
          const afterMs = Date.parse(at) - Date.parse(first.at);
          return afterMs >= 0 && afterMs < 15 * MINUTE_MS;
        });
        expect(within.filter(({ kind }) => kind === "raised").length).toBeLessThanOrEqual(1);
        expect(within.filter(({ kind }) => kind === "chattering").length).toBeLessThanOrEqual(1);
      }
      if (blinkS < 600) expect(fleet.told()).toEqual(["raised site-001.leak"]);
      else expect(told.length).toBeGreaterThan(2);
    },
  );
});

describe("curtailment of 50 sites", () => {
  const idsOf = (fleet: SimulatedFleet) => fleet.plants.sites.slice(0, 50).map(({ spec }) => spec.id);

  test.for([
    { powerShare: 0.1, climate: "gulf-winter" },
    { powerShare: 0, climate: "gulf-summer" },
    { powerShare: 0.5, climate: "cold-dry" },
    { powerShare: 0.1, climate: "cold-dry" },
  ] as const)(
    "to $powerShare of the power in $climate: nobody is told of anything, in it nor after it",
    async ({ powerShare, climate }) => {
      const fleet = new SimulatedFleet({ sites: 60, dialects: [["a", 1]], climate });
      const sites = idsOf(fleet);
      fleet.run(20);
      fleet.setFlag(sites, { isCurtailed: true });
      await fleet.fault(sites, "curtailment", { powerShare });
      fleet.run(90);
      expect(fleet.shown()).toEqual([]);
      const low = fleet.hidden();
      expect(low.length).toBeGreaterThan(0);
      expect(low.every((line) => /\.(hashrate|supply-temp)-low ← curtailment$/.test(line))).toBe(true);
      await fleet.plants.mend();
      fleet.setFlag(sites, { isCurtailed: false });
      fleet.run(60);
      expect(fleet.active()).toEqual([]);
      expect(fleet.told()).toEqual([]);
    },
  );

  test("a pump that trips meanwhile is told of all the same", async () => {
    const fleet = new SimulatedFleet({ sites: 60, dialects: [["a", 1]] });
    const sites = idsOf(fleet);
    fleet.run(20);
    fleet.setFlag(sites, { isCurtailed: true });
    await fleet.fault(sites, "curtailment", { powerShare: 0.3 });
    fleet.run(20);
    await fleet.fault(["site-007"], "pump_trip");
    fleet.run(5);
    expect(fleet.told()).toEqual(["raised site-007.pump-fault"]);
  });
});
