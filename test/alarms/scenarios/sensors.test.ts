import { expect, test } from "vitest";
import { SimulatedFleet } from "../simulated-fleet.ts";

const SITE = ["site-001"];
const fleetOf = (climate: "gulf-summer" | "gulf-winter" = "gulf-winter") =>
  new SimulatedFleet({ sites: 1, dialects: [["a", 1]], climate });

async function suspectAfter(fleet: SimulatedFleet, sensor: string, hours: number): Promise<number | null> {
  fleet.run(30);
  const fromMs = fleet.plants.nowMs;
  await fleet.fault(SITE, "sensor_frozen", { sensor });
  fleet.run(hours * 60);
  expect(fleet.told()).toEqual(["raised site-001.sensor-suspect"]);
  const raisedAt = fleet.book.get("site-001.sensor-suspect")?.raisedAt;
  return raisedAt === undefined ? null : (Date.parse(raisedAt) - fromMs) / 60_000;
}

test("all sensors frozen: suspected within 36 minutes", async () => {
  expect(await suspectAfter(fleetOf(), "all", 2)).toBeLessThanOrEqual(36);
});

test("one frozen temperature of a loop that is controlled well: after six hours, as nothing stands still for so long", async () => {
  expect(await suspectAfter(fleetOf(), "supply_temp", 8)).toBeLessThanOrEqual(6 * 60 + 6);
});

test("one frozen temperature beside one that moves: within an hour of its moving", async () => {
  const fleet = fleetOf();
  fleet.run(30);
  await fleet.fault(SITE, "sensor_frozen", { sensor: "supply_temp" });
  fleet.run(20);
  await fleet.fault(SITE, "fan_trip", { fan: "1" });
  await fleet.fault(SITE, "fan_trip", { fan: "2" });
  fleet.run(60);
  expect(fleet.shown()).toContain("medium site-001.sensor-suspect");
});

test("a supply sensor that jumps up: what the controller itself says is shown, beside the doubt about the sensor", async () => {
  const fleet = fleetOf();
  fleet.run(60);
  await fleet.fault(SITE, "sensor_jump", { sensor: "supply_temp", by: 12 });
  fleet.run(80);
  expect(fleet.shown()).toEqual(["critical site-001.supply-temp-too-high", "medium site-001.sensor-suspect"]);
  expect(fleet.hidden()).toEqual(["high site-001.supply-temp-high ← site-001.supply-temp-too-high"]);
  await fleet.plants.mend();
  fleet.run(90);
  expect(fleet.active()).toEqual([]);
  expect(fleet.told()).toEqual(["raised site-001.supply-temp-too-high", "raised site-001.sensor-suspect"]);
});

test("one that jumps down: what only our limits say stays under the sensor, for hours, and ends with it", async () => {
  const fleet = fleetOf();
  fleet.run(60);
  await fleet.fault(SITE, "sensor_jump", { sensor: "supply_temp", by: -15 });
  for (let hour = 0; hour < 4; hour++) {
    fleet.run(60);
    expect(fleet.shown()).toEqual(["medium site-001.sensor-suspect"]);
    expect(fleet.hidden()).toEqual(["high site-001.supply-temp-low ← site-001.sensor-suspect"]);
  }
  await fleet.plants.mend();
  fleet.run(90);
  expect(fleet.active()).toEqual([]);
  expect(fleet.told()).toEqual(["raised site-001.sensor-suspect"]);
});

test("a blip of one round accuses for as long as it takes to be sure of the sensor again", async () => {
  const fleet = fleetOf();
  fleet.run(60);
  await fleet.fault(SITE, "sensor_jump", { sensor: "return_temp", by: 25 });
  fleet.run(1);
  await fleet.plants.mend();
  fleet.run(120);
  expect(fleet.transitions).toEqual([]);
});

test("sensors wired to each other's input, a unit that was changed, a scale that is wrong: one alarm each, of low rank", async () => {
  for (const [kind, args] of [
    ["sensor_swapped", { sensor: "supply_temp", with: "return_temp" }],
    ["scale_1000", { sensor: "supply_pressure" }],
  ] as const) {
    const fleet = fleetOf();
    fleet.run(60);
    await fleet.fault(SITE, kind, args);
    fleet.run(60);
    expect([kind, ...fleet.shown().filter((line) => line.includes("sensor-suspect"))]).toEqual([
      kind,
      "medium site-001.sensor-suspect",
    ]);
  }
});
