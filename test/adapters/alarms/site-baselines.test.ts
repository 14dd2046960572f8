import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createFleetFacts, type FleetFacts } from "../../../adapters/alarms/fleet-facts.ts";
import { createSiteBaselines, type NewBaselines, type SiteBaselines } from "../../../adapters/alarms/site-baselines.ts";
import { createSiteFlags } from "../../../adapters/alarms/site-flags.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { ensureDays } from "../../../adapters/database/partitions.ts";
import { saveSamples } from "../../../adapters/database/sample-repository.ts";
import { listSites } from "../../../adapters/inventory/site-repository.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { BaselineName } from "../../../domain/alarms/site-facts.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { aSnapshot, PlayedFleet, type Reading, someFacts } from "../../domain/alarms/fleet-under-test.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import { ENGINES, type OpenedEngine } from "../database/engines.ts";
import { addSites } from "../database/snapshots.ts";

vi.setConfig({ testTimeout: 60_000 });

const MINUTE_MS = 60_000;
const MINUTES = 360;
const TO_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const FROM_MS = TO_MS - MINUTES * MINUTE_MS;
const STRETCH = { fromMs: FROM_MS, toMs: TO_MS };
const NOW_MS = TO_MS + 1_000;
const SITE = "site-001";
const FACTS = someFacts(SITE, { ratedPowerKw: 1000 });

/** Six hours at 98 m³/h: 20 minutes with the pump off, 10 doubtful ones, and 30 under maintenance that nobody should count. */
function readingAt(minute: number): Reading {
  const values = { supply_flow_m3h: 98, efficiency_j_th: 18.5, hashrate_th: 49_780, total_power_kw: 921 };
  if (minute < 20) return { values: { ...values, circulation_pump_running: false, supply_flow_m3h: 3 } };
  if (minute < 30) return { values: { ...values, supply_flow_m3h: 300 }, quality: { supply_flow_m3h: "stale" } };
  if (minute < 60) return { values: { ...values, supply_flow_m3h: 55 } };
  return { values };
}

/** What `flow-low` says after five minutes at this flow. */
function flowLowAt(facts: FleetFacts, flowM3h: number): readonly string[] {
  const site = facts.all().get(SITE);
  if (site === undefined) throw new Error("nothing is known of the site");
  const fleet = new PlayedFleet(compileRuleSet(DEFAULT_RULES), [site]);
  for (let minute = 0; minute < 5; minute++) fleet.play(() => ({ values: { supply_flow_m3h: flowM3h } }));
  const own = fleet.shown().filter(({ ruleId }) => ruleId === "flow-low");
  return own.map(({ limit }) => `flow-low ${limit}`);
}

describe.for(ENGINES)("baselines on $name", ({ isMissing, open }) => {
  let opened: OpenedEngine;
  let database: Database;
  let baselines: SiteBaselines;
  const sites = { numberOf: (siteId: string) => numbers.get(siteId) };
  const numbers = new Map<string, number>();
  const it = test.skipIf(isMissing);

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    await addSites(database, 2);
    for (const row of await database.query("select id, code from site")) {
      numbers.set(String(row["code"]), Number(row["id"]));
    }
    const days = [FROM_MS, TO_MS].map((ms) => new Date(ms).toISOString().slice(0, 10));
    if (database.engine.ownPartitions) await ensureDays(database, days);
    await database.query("insert into profile_registry (code) values ('bitmain-antbox-hk3@1') on conflict do nothing");
    const samples = Array.from({ length: MINUTES }, (_, minute) => ({
      siteNumber: numbers.get(SITE) ?? 0,
      profileNumber: 1,
      snapshot: aSnapshot(SITE, FROM_MS + minute * MINUTE_MS, readingAt(minute)),
    }));
    await saveSamples(database, samples);
    baselines = createSiteBaselines({ database, sites });
  }, 60_000);
  afterAll(() => opened?.dispose());
  beforeEach(async () => {
    if (!isMissing) await database.query("truncate site_baseline, site_flag");
  });

  const byHand = (changes: Partial<NewBaselines> = {}): NewBaselines => ({
    siteId: SITE,
    values: [{ quantity: "supply_flow_m3h", value: 120 }],
    stretch: null,
    note: "commissioning sheet",
    by: "chen.yu",
    nowMs: NOW_MS,
    ...changes,
  });
  const flows = (...values: number[]) => values.map((value) => ({ quantity: "supply_flow_m3h" as const, value }));
  const inForce = async (siteId = SITE) =>
    (await baselines.list(siteId, { withPast: false }, { limit: 50, cursor: null })).items.map(
      ({ quantity, value }) => `${quantity} ${value}`,
    );

  it("takes a baseline from what counts: no doubt, the pump on, no maintenance", async () => {
    const [before] = await baselines.measure(FACTS, ["supply_flow_m3h"], STRETCH);
    expect(before).toMatchObject({ value: 98, samples: MINUTES - 30 });
    await createSiteFlags({ database, sites }).set({
      kind: "maintenance",
      siteIds: [SITE, "site-002"],
      beginsAtMs: FROM_MS + 30 * MINUTE_MS,
      endsAtMs: FROM_MS + 60 * MINUTE_MS,
      reason: "filter",
      by: "chen.yu",
      nowMs: NOW_MS,
    });
    const found = await baselines.measure(FACTS, BaselineName.options, STRETCH);
    expect(found.map(({ quantity }) => quantity)).toEqual(BaselineName.options);
    const byName = Object.fromEntries(found.map((one) => [one.quantity, one]));
    expect(byName["supply_flow_m3h"]).toEqual({
      quantity: "supply_flow_m3h",
      value: 98,
      samples: MINUTES - 60,
      leastSamples: 300,
      spread: 0,
      mostSpread: 14.7,
      lack: null,
    });
    expect(byName["hydraulic_resistance"]?.value).toBeCloseTo(170 / (98 * 98), 5);
    expect(byName["efficiency_j_th"]).toMatchObject({ value: 18.5, samples: MINUTES - 30 });
    expect(byName["approach_wetbulb_k"]).toMatchObject({ value: null, samples: 0, lack: "too-few" });
    const shorter = { fromMs: FROM_MS + 61 * MINUTE_MS, toMs: TO_MS };
    expect(await baselines.measure(FACTS, ["supply_flow_m3h"], shorter)).toMatchObject([
      { value: null, samples: MINUTES - 61, lack: "too-few" },
    ]);
    expect(await baselines.measure(someFacts("site-002"), ["supply_flow_m3h"], STRETCH)).toMatchObject([
      { value: null, samples: 0, lack: "too-few" },
    ]);
    expect(await inForce()).toEqual([]);
  });

  it("keeps the history; the newest that is not voided counts", async () => {
    const stretch = { fromMs: FROM_MS, toMs: TO_MS };
    const [first] = await baselines.add(byHand());
    const [second, other] = await baselines.add(
      byHand({
        values: [
          { quantity: "supply_flow_m3h", value: 98, samples: 330, spread: 0.4 },
          { quantity: "ppue", value: 1.05 },
        ],
        stretch,
        by: "li.wei",
      }),
    );
    expect(first).toMatchObject({ value: 120, from: null, to: null, samples: null, spread: null, setBy: "chen.yu" });
    expect(second).toMatchObject({
      siteId: SITE,
      value: 98,
      from: new Date(FROM_MS).toISOString(),
      to: new Date(TO_MS).toISOString(),
      samples: 330,
      spread: 0.4,
      setAt: new Date(NOW_MS).toISOString(),
      voidedAt: null,
      isInForce: true,
    });
    expect(await inForce()).toEqual(["ppue 1.05", "supply_flow_m3h 98"]);
    const all = await baselines.list(SITE, { withPast: true }, { limit: 50, cursor: null });
    expect(all.items.map(({ value, isInForce }) => [value, isInForce])).toEqual([
      [1.05, true],
      [98, true],
      [120, false],
    ]);
    expect(await baselines.void(SITE, second?.id ?? 0, "chen.yu", NOW_MS)).toMatchObject({
      voidedBy: "chen.yu",
      isInForce: false,
    });
    expect(await baselines.void(SITE, second?.id ?? 0, "wang", NOW_MS + 1)).toMatchObject({ voidedBy: "chen.yu" });
    expect(await inForce()).toEqual(["ppue 1.05", "supply_flow_m3h 120"]);
    expect(await baselines.void("site-002", other?.id ?? 0, "wang", NOW_MS)).toBeNull();
    expect(await baselines.void(SITE, 999_999, "wang", NOW_MS)).toBeNull();
  });

  it("lists page by page, by quantity; a site that the database does not have has none and gets none", async () => {
    for (const value of [90, 91, 92, 93, 94]) await baselines.add(byHand({ values: flows(value) }));
    await baselines.add(byHand({ values: [{ quantity: "ppue", value: 1.1 }] }));
    const filter = { withPast: true, quantity: "supply_flow_m3h" } as const;
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<SiteBaselines["list"]>> = await baselines.list(SITE, filter, { limit: 2, cursor });
      expect(page.total).toBe(5);
      seen.push(...page.items.map(({ value }) => value));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([94, 93, 92, 91, 90]);
    expect(await inForce("site-002")).toEqual([]);
    expect(await baselines.add(byHand({ siteId: "site-999" }))).toEqual([]);
  });

  it("all of them are kept, or none", async () => {
    const wrong = [
      { quantity: "ppue", value: 1.1 } as const,
      { quantity: "supply_flow_m3h", value: null as never } as const,
    ];
    await expect(baselines.add(byHand({ values: wrong }))).rejects.toThrow();
    expect(await inForce()).toEqual([]);
  });

  it("a rule uses the stored baseline, the newer one, and its fall-back without", async () => {
    const known = (await listSites(database)).map(({ site }) => site);
    const inventory = { all: () => known, onChange: () => () => undefined };
    const facts = createFleetFacts({ database, inventory, pollIntervalS: 60, log: recordedLog(), lookMs: 20 });
    const knows = (value: number | undefined) =>
      vi.waitFor(() => expect(facts.all().get(SITE)?.baselines.supply_flow_m3h).toBe(value), { timeout: 20_000 });
    try {
      // 85 % of the plant model's 95 m³/h.
      expect(flowLowAt(facts, 95)).toEqual([]);
      expect(flowLowAt(facts, 80)).toEqual(["flow-low 80.75"]);
      const [kept] = await baselines.add(byHand());
      await knows(120);
      expect(flowLowAt(facts, 95)).toEqual(["flow-low 102"]);
      expect(facts.all().get("site-002")?.baselines).toEqual({});
      const [newer] = await baselines.add(byHand({ values: flows(60) }));
      await knows(60);
      expect(flowLowAt(facts, 80)).toEqual([]);
      await baselines.void(SITE, newer?.id ?? 0, "wang", NOW_MS);
      await knows(120);
      expect(flowLowAt(facts, 95)).toEqual(["flow-low 102"]);
      await baselines.void(SITE, kept?.id ?? 0, "wang", NOW_MS);
      await knows(undefined);
      expect(flowLowAt(facts, 95)).toEqual([]);
    } finally {
      facts.close();
    }
  });
});
