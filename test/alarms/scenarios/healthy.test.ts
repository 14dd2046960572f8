import { expect, test } from "vitest";
import { SimulatedFleet } from "../simulated-fleet.ts";

/** What `npm start` simulates: every climate and dialect, three zones to a region. */
const FLEET = { sites: 150, climate: "by-region" } as const;
const MIDNIGHT_MS = Date.parse("2026-07-01T00:00:00.000Z");

test.for(["gulf-winter", "gulf-summer", "cold-dry"] as const)(
  "a day of 8 healthy sites of every dialect in %s raises nothing at all",
  (climate) => {
    const fleet = new SimulatedFleet({
      sites: 8,
      climate,
      dialects: [
        ["a", 5],
        ["immersion", 1],
        ["b", 1],
        ["c", 1],
      ],
    });
    fleet.run(24 * 60);
    expect(fleet.transitions).toEqual([]);
  },
);

test.for([0, 4, 8, 12, 16, 20])(
  "a fleet of 150 that is started at %i:00 UTC raises nothing in its first quarter",
  (hour) => {
    // Stepped by the second, as it is when people look at it.
    const fleet = new SimulatedFleet({ ...FLEET, startMs: MIDNIGHT_MS + hour * 3_600_000, speed: 1 });
    fleet.run(15);
    expect(fleet.transitions).toEqual([]);
  },
);

test("nor does a fleet of 60 in a whole day, through the heat of the Gulf and the cold of the north", () => {
  const fleet = new SimulatedFleet({ ...FLEET, sites: 60, startMs: MIDNIGHT_MS });
  fleet.run(24 * 60);
  expect(fleet.transitions).toEqual([]);
});
