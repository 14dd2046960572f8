import { describe, expect, test } from "vitest";
import { SimulatedFleet } from "../simulated-fleet.ts";

const SITE = ["site-001"];
const DIALECT_A = [["a", 1]] as const;

describe("pump trip", () => {
  // Immersion has no flow to speak of; all other controllers say it with their own bit.
  test.for(["a", "b", "c", "immersion"] as const)(
    "dialect %s: one cause, its consequences under it",
    async (dialect) => {
      const fleet = new SimulatedFleet({ sites: 6, dialects: [[dialect, 1]] });
      fleet.run(10);
      await fleet.fault(SITE, "pump_trip");
      fleet.run(10);
      expect(fleet.shown()).toEqual(["critical site-001.pump-fault"]);
      const flow = dialect === "immersion" ? [] : ["high site-001.flow-low ← site-001.pump-fault"];
      expect(fleet.hidden()).toEqual([
        "critical site-001.supply-temp-too-high ← site-001.pump-fault",
        ...flow,
        "high site-001.supply-temp-high ← site-001.supply-temp-too-high",
      ]);
      expect(fleet.childrenOf("site-001.pump-fault")).toBe(fleet.hidden().length);
      await fleet.plants.mend();
      fleet.run(60);
      expect(fleet.active()).toEqual([]);
      expect(fleet.told()).toEqual(["raised site-001.pump-fault"]);
    },
  );

  test("what is left when the pump is back but the cooling is not comes to light after five minutes", async () => {
    const fleet = new SimulatedFleet({ sites: 1, dialects: DIALECT_A, climate: "gulf-summer" });
    fleet.run(10);
    await fleet.fault(SITE, "pump_trip");
    fleet.run(5);
    await fleet.fault(SITE, "spray_fail");
    await fleet.plants.mend({ kind: "pump_trip" });
    fleet.run(30);
    expect(fleet.told()).toEqual([
      "raised site-001.pump-fault",
      "raised site-001.spray-pump-fault",
      "released site-001.supply-temp-too-high",
    ]);
    expect(fleet.shown()).toEqual(["critical site-001.supply-temp-too-high", "high site-001.spray-pump-fault"]);
  });
});

describe("fan loss", () => {
  test("one fan warns, two are serious and warm, three lose the cooling: each step is told once", async () => {
    const fleet = new SimulatedFleet({ sites: 6, dialects: DIALECT_A });
    fleet.run(10);
    await fleet.fault(SITE, "fan_trip", { fan: "1" });
    fleet.run(20);
    expect(fleet.shown()).toEqual(["medium site-001.tower-fan-fault"]);
    await fleet.fault(SITE, "fan_trip", { fan: "2" });
    fleet.run(20);
    expect(fleet.shown()).toEqual(["high site-001.supply-temp-high", "high site-001.tower-fan-fault"]);
    await fleet.fault(SITE, "fan_trip", { fan: "3" });
    fleet.run(30);
    expect(fleet.shown()).toEqual(["critical site-001.cooling-lost", "high site-001.tower-fan-fault"]);
    expect(fleet.hidden()).toEqual([
      "critical site-001.supply-temp-too-high ← site-001.cooling-lost",
      "high site-001.supply-temp-high ← site-001.supply-temp-too-high",
    ]);
    await fleet.plants.mend();
    fleet.run(60);
    expect(fleet.active()).toEqual([]);
    expect(fleet.told()).toEqual([
      "raised site-001.tower-fan-fault",
      "updated site-001.tower-fan-fault",
      "raised site-001.supply-temp-high",
      "raised site-001.cooling-lost",
    ]);
  });

  test("all fans in summer, and back: no sensor is accused of what the plant did", async () => {
    const fleet = new SimulatedFleet({ sites: 1, dialects: DIALECT_A, climate: "gulf-summer" });
    fleet.run(10);
    await fleet.fault(SITE, "fan_trip", { fan: "all" });
    fleet.run(60);
    expect(fleet.shown()).toEqual(["critical site-001.cooling-lost", "high site-001.tower-fan-fault"]);
    await fleet.plants.mend();
    fleet.run(12 * 60);
    expect(fleet.active()).toEqual([]);
    expect(fleet.told()).toEqual(["raised site-001.tower-fan-fault", "raised site-001.cooling-lost"]);
  });
});

describe("slow leak", () => {
  test("suspected from the refills six hours before the contact gets wet", async () => {
    const fleet = new SimulatedFleet({ sites: 1, dialects: DIALECT_A, intervalS: 120 });
    fleet.run(60);
    await fleet.fault(SITE, "leak", { lPerH: 6, contactAfterL: 120 });
    fleet.run(16 * 60);
    expect(fleet.shown()).toEqual(["medium site-001.makeup-too-often"]);
    fleet.run(5 * 60);
    expect(fleet.shown()).toEqual(["critical site-001.leak", "medium site-001.makeup-too-often"]);
    const [suspected, leak] = ["makeup-too-often", "leak"].map((rule) => fleet.book.get(`site-001.${rule}`)?.raisedAt);
    expect((Date.parse(leak ?? "") - Date.parse(suspected ?? "")) / 3_600_000).toBeGreaterThan(5);
    await fleet.plants.mend();
    fleet.run(50 * 60);
    expect(fleet.active()).toEqual([]);
    expect(fleet.book.get("site-001.leak")?.state).toBe("latched");
    expect(fleet.told()).toEqual(["raised site-001.makeup-too-often", "raised site-001.leak"]);
  });

  test("one that empties the tank goes through level and pressure, in this order", async () => {
    const fleet = new SimulatedFleet({ sites: 1, dialects: DIALECT_A });
    fleet.run(10);
    await fleet.fault(SITE, "leak", { lPerH: 60, contactAfterL: 100_000 });
    fleet.run(8 * 60);
    expect(fleet.told()).toEqual([
      "raised site-001.makeup-too-often",
      "raised site-001.tank-level-low",
      "raised site-001.return-pressure-low",
      "raised site-001.supply-pressure-low",
    ]);
  });
});

describe("clogging", () => {
  test("a filter that clogs within a day: flow first, then the cause by the resistance, and no sensor is accused", async () => {
    const fleet = new SimulatedFleet({ sites: 6, dialects: DIALECT_A, intervalS: 300 });
    fleet.run(60);
    await fleet.fault(SITE, "clogging", { perDayPct: 150 });
    fleet.run(12 * 60);
    expect(fleet.shown()).toEqual(["high site-001.flow-low", "medium site-001.filter-clogging"]);
    await fleet.plants.mend();
    fleet.run(25 * 60);
    expect(fleet.active()).toEqual([]);
    expect(fleet.told()).toEqual(["raised site-001.flow-low", "raised site-001.filter-clogging"]);
  });
});
