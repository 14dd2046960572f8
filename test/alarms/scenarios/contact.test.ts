import { describe, expect, test } from "vitest";
import { SimulatedFleet, segmentAlarm } from "../simulated-fleet.ts";

const idsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `site-${String(index + 1).padStart(3, "0")}`);

describe("segment loss of 23 sites", () => {
  test("one cause, 23 children, one message when it comes and none when it goes", async () => {
    const fleet = new SimulatedFleet({ sites: 150, inOneZone: 23 });
    const segment = segmentAlarm(fleet.plants, "site-001", "segment-down");
    fleet.run(10);
    await fleet.fault({ zone: "zone-23" }, "segment_loss");
    fleet.run(20);
    expect(fleet.shown()).toEqual([`critical ${segment}`]);
    expect(fleet.hidden()).toEqual(idsOf(23).map((id) => `high ${id}.site-unreachable ← ${segment}`));
    expect(fleet.childrenOf(segment)).toBe(23);
    await fleet.plants.mend();
    fleet.run(30);
    expect(fleet.active()).toEqual([]);
    expect(fleet.told()).toEqual([`raised ${segment}`]);
  });

  test("a site that stays away when the others are back is told of then", async () => {
    const fleet = new SimulatedFleet({ sites: 60, inOneZone: 23 });
    const segment = segmentAlarm(fleet.plants, "site-001", "segment-down");
    fleet.run(10);
    await fleet.fault({ zone: "zone-23" }, "segment_loss");
    fleet.run(10);
    for (const siteId of idsOf(22)) await fleet.plants.mend({ siteId });
    fleet.run(20);
    expect(fleet.shown()).toEqual(["high site-023.site-unreachable"]);
    expect(fleet.told()).toEqual([`raised ${segment}`, "released site-023.site-unreachable"]);
  });

  test("what was wrong before stays listed, and a leak is never hidden by silence", async () => {
    const fleet = new SimulatedFleet({ sites: 60, inOneZone: 23, dialects: [["a", 1]] });
    const segment = segmentAlarm(fleet.plants, "site-001", "segment-down");
    fleet.run(10);
    await fleet.fault(["site-002"], "leak_contact");
    await fleet.fault(["site-003"], "fan_trip", { fan: "1" });
    fleet.run(5);
    await fleet.fault({ zone: "zone-23" }, "segment_loss");
    fleet.run(10);
    expect(fleet.shown()).toEqual([`critical ${segment}`, "critical site-002.leak"]);
    expect(fleet.hidden()).toContain("medium site-003.tower-fan-fault ← site-003.site-unreachable");
    expect(fleet.childrenOf(segment)).toBe(24);
  });
});

test("cameras that go with their segment are children of its loss, and those that stay away are one cause", async () => {
  const fleet = new SimulatedFleet({ sites: 60, inOneZone: 23 });
  const segment = segmentAlarm(fleet.plants, "site-001", "segment-down");
  const cameras = segmentAlarm(fleet.plants, "site-001", "segment-cameras-offline");
  fleet.run(10);
  await fleet.fault({ zone: "zone-23" }, "segment_loss");
  fleet.setFlag(idsOf(23), { camera: { isOnline: false } });
  fleet.run(20);
  expect(fleet.shown()).toEqual([`critical ${segment}`]);
  expect(fleet.hidden()).toContain(`low site-023.camera-offline ← site-023.site-unreachable`);
  expect(fleet.told()).toEqual([`raised ${segment}`]);
  await fleet.plants.mend();
  fleet.run(30);
  expect(fleet.shown()).toEqual([`medium ${cameras}`]);
  expect(fleet.told()).toEqual([`raised ${segment}`, `released ${cameras}`]);
  fleet.setFlag(idsOf(23), { camera: { isOnline: true } });
  fleet.run(30);
  expect(fleet.active()).toEqual([]);
});

describe("all 150 down", () => {
  test("one row that stands for 150 sites and 9 segments, one message, and none when it goes", async () => {
    const fleet = new SimulatedFleet({ sites: 150, climate: "by-region" });
    fleet.run(10);
    await fleet.fault("all", "all_silent");
    fleet.run(15);
    expect(fleet.shown()).toEqual(["critical ~.scan-suspect"]);
    expect(fleet.hidden()).toHaveLength(159);
    expect(fleet.childrenOf("~.scan-suspect")).toBe(159);
    expect(fleet.hidden().filter((line) => line.startsWith("critical ~zone"))).toHaveLength(9);
    await fleet.plants.mend();
    fleet.run(30);
    expect(fleet.active()).toEqual([]);
    expect(fleet.told()).toEqual(["raised ~.scan-suspect"]);
  });

  test("as a power cut that takes the regions one after the other: never more than 10 rows", async () => {
    const fleet = new SimulatedFleet({ sites: 150 });
    fleet.run(10);
    let most = 0;
    for (const region of ["north", "east", "south"]) {
      await fleet.fault({ region }, "segment_loss");
      for (let minute = 0; minute < 10; minute++) {
        fleet.run(1);
        most = Math.max(most, fleet.shown().length);
      }
    }
    expect(most).toBeLessThanOrEqual(10);
    expect(fleet.shown()).toEqual(["critical ~.scan-suspect"]);
    expect(fleet.told()).toHaveLength(4);
  });
});
