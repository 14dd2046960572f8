import { expect, test } from "vitest";
import { SimulatedFleet } from "../simulated-fleet.ts";

test.for(["gulf-winter", "cold-dry"] as const)(
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

test("a summer's day in the Gulf: only coolers at their limit are too warm, and nothing else is said", () => {
  const fleet = new SimulatedFleet({ sites: 12, climate: "gulf-summer", intervalS: 120 });
  fleet.run(16 * 60);
  expect(fleet.told().every((line) => line.endsWith(".supply-temp-high"))).toBe(true);
  expect(fleet.told().length).toBeLessThanOrEqual(2);
});
