import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SiteReading } from "../../../domain/alarms/alarm-engine.ts";
import { canLookFirst, createFirstLook } from "../../../domain/alarms/back-test/first-look.ts";
import { type FlagPeriod, historyFacts, type LabSample } from "../../../domain/alarms/back-test/history-facts.ts";
import {
  pointsComparedBy,
  pointsWithoutHistory,
  tripFaultsOf,
  withParents,
} from "../../../domain/alarms/back-test/tested-rules.ts";
import { factsOfWanted, isWanted, type WantedUntil } from "../../../domain/alarms/back-test/wanted-sites.ts";
import { createZoneBook, type ZoneBook } from "../../../domain/alarms/back-test/zone-book.ts";
import { type ZoneGrid, zoneGrid, zoneWishes } from "../../../domain/alarms/back-test/zone-grid.ts";
import { type BackTest, type BackTestOptions, createBackTest } from "../../../domain/alarms/back-test.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";
import { compileRuleSet, judgingOnly, type RuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { aRule, START_MS, someFacts } from "./fleet-under-test.ts";
import { HOURS, historyOf, SITES } from "./troubled-histories.ts";
import { type Moment, zonesOf } from "./zones-of-history.ts";

const MINUTE_MS = 60_000;
const END_MS = START_MS + HOURS * 60 * MINUTE_MS;
const PIECE_ZONES = 4;
const FACTS = new Map(
  SITES.map((id, place) => [
    id,
    someFacts(id, { segmentId: place < 7 ? "seg" : "other", circleId: place < 6 ? "near" : "far", intervalS: 60 }),
  ]),
);
/** 2 h leave room for what begins in the middle of a history. */
const LONGEST_DELAY_S = 7_200;
const FIRING_SEED = 20_260_301;
/** Work of seconds: this bounds a hung test on a machine that does much else. */
const PATIENCE_MS = 300_000;
const ALL_SITES: WantedUntil = new Map(SITES.map((id) => [id, Number.POSITIVE_INFINITY]));
const TEMP = { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 };
/** One of each kind of condition, with times that fit into the histories. */
const OWN = [
  aRule({ kind: "rate", point: "supply_temp_c", direction: "both", perMinute: 1.5, windowS: 600 }, { id: "own-rate" }),
  aRule(
    { kind: "rate", point: "return_temp_c", direction: "rising", perMinute: 0.5, windowS: 7200 },
    { id: "own-slow" },
  ),
  aRule(
    { kind: "forecast", point: "tank_level_pct", op: "<=", limit: 30, withinS: 7200, windowS: 3600 },
    { id: "own-forecast" },
  ),
  aRule({ kind: "jump", point: "supply_temp_c", by: 4, holdS: 1800 }, { id: "own-jump" }),
  aRule({ kind: "jump", point: "supply_temp_c", by: 4, holdS: 5400, untilBack: true }, { id: "own-jump-back" }),
  aRule({ kind: "frozen", points: ["supply_temp_c"], forS: 2700 }, { id: "own-frozen", onDelayS: 60 }),
  aRule(
    {
      kind: "frozen",
      points: ["supply_temp_c", "return_temp_c"],
      forS: 3600,
      whileMoves: { point: "tank_level_pct", by: 1 },
    },
    { id: "own-frozen-two" },
  ),
  aRule({ kind: "count", of: TEMP, min: 2, windowS: 7200 }, { id: "own-count" }),
  aRule(
    {
      kind: "all",
      of: [
        { kind: "held", of: TEMP, forS: 300 },
        { kind: "flag", point: "leak_detected" },
      ],
    },
    { id: "own-held" },
  ),
  aRule({ kind: "change", point: "running_mode", holdS: 1200 }, { id: "own-change", onDelayS: 120, offDelayS: 300 }),
  aRule({ kind: "flag", point: "running_mode", is: "manual" }, { id: "own-word", samples: { n: 3, m: 5 } }),
  aRule(
    { kind: "not", of: { kind: "limit", point: "tank_level_pct", op: ">", limit: 40, deadband: 3 } },
    { id: "own-not" },
  ),
  aRule(
    { kind: "deviation", point: "supply_temp_c", from: { relativeTo: "sisters" }, by: 3 },
    { id: "own-sisters", onDelayS: 180 },
  ),
  aRule(
    { kind: "limit", point: "supply_temp_c", op: ">", limit: { relativeTo: "setpoint", offset: 4 } },
    { id: "own-setpoint", offDelayS: 1800 },
  ),
  aRule({ kind: "limit", point: "hydraulic_resistance", op: ">", limit: 0.04 }, { id: "own-quantity" }),
  aRule(
    {
      kind: "n-of",
      n: 2,
      of: [TEMP, { kind: "flag", point: "leak_detected" }, { kind: "fault", fault: "power_fault" }],
    },
    { id: "own-n-of", latching: true },
  ),
  aRule({ kind: "no-reading", points: ["tank_level_pct"] }, { id: "own-lacking", onDelayS: 120 }),
  aRule({ kind: "lost-contact", misses: 2, goodPolls: 2 }, { id: "own-contact" }),
  aRule({ kind: "overdue", point: "coolant_ph", afterDays: 0.2 }, { id: "own-overdue" }),
  aRule({ kind: "fitted", of: { kind: "limit", point: "coolant_ph", op: "<", limit: 7 } }, { id: "own-lab" }),
  aRule({ kind: "expression", text: "supply_temp_c > 40 && leak_detected" }, { id: "own-expression" }),
  aRule(
    {
      kind: "expression",
      text: "has(supply_temp_c) && !(supply_temp_c + 2 * 1.5 < 40) && return_temp_c / supply_temp_c > 1",
    },
    { id: "own-arithmetic" },
  ),
  aRule(
    { kind: "expression", text: "'power_fault' in faults || (leak_detected ? supply_temp_c : return_temp_c) == 40.5" },
    { id: "own-choice" },
  ),
  aRule(TEMP, { id: "own-mode", onlyWhen: { operating: ["running"] }, suppressedBy: ["site-starting", "maintenance"] }),
  aRule(TEMP, {
    id: "own-escalating",
    escalations: [
      {
        priority: "critical",
        when: { kind: "rate", point: "supply_temp_c", direction: "rising", perMinute: 0.5, windowS: 600 },
      },
    ],
  }),
  aRule(
    { kind: "sites", where: TEMP, minShare: 0.4, minCount: 2, clearShare: 0.2, minKnown: 0.5 },
    { id: "own-group", scope: "segment", onDelayS: 60 },
  ),
  aRule(
    { kind: "rate", point: "supply_temp_c", direction: "rising", perMinute: 1, windowS: 600 },
    { id: "own-clear", clear: { kind: "limit", point: "supply_temp_c", op: "<", limit: 36 } },
  ),
];
/** As in every back-test: what history cannot tell of is off. */
const SHIPPED = DEFAULT_RULES.filter((rule) => pointsWithoutHistory(rule).length === 0);
const ALL = [...SHIPPED, ...OWN];
const COMPARED = pointsComparedBy(ALL);
const FLAGS: readonly FlagPeriod[] = [
  { siteId: "s0", kind: "maintenance", fromMs: START_MS + 100 * MINUTE_MS, toMs: START_MS + 190 * MINUTE_MS },
  { siteId: "s1", kind: "curtailment", fromMs: START_MS + 200 * MINUTE_MS, toMs: START_MS + 290 * MINUTE_MS },
];
const LAB: readonly LabSample[] = [
  { siteId: "s2", point: "coolant_ph" as never, value: 8, takenAtMs: START_MS + 30 * MINUTE_MS },
  { siteId: "s2", point: "coolant_ph" as never, value: 6.5, takenAtMs: START_MS + 500 * MINUTE_MS },
];

function optionsOf(tested: readonly Rule[]): BackTestOptions {
  return {
    rules: withParents(ALL, tested),
    tested: new Set(tested.map(({ id }) => id)),
    factsAt: historyFacts(FACTS, FLAGS, LAB),
    clockAt: (slotMs) => ({ minuteOfDay: Math.floor(slotMs / MINUTE_MS) % 1440, weekday: 1 }),
    flags: FLAGS,
    fromMs: START_MS + 20 * MINUTE_MS,
    toMs: END_MS,
  };
}

function bookOf(
  grid: ZoneGrid,
  set: RuleSet,
  { rules, tested }: BackTestOptions,
  moments: readonly Moment[],
  wanted: WantedUntil,
): ZoneBook {
  const trips = new Set<string>(
    rules.filter(({ id }) => tested.has(id)).flatMap((rule) => [...tripFaultsOf(rule, rules)]),
  );
  const factsAt = factsOfWanted(historyFacts(FACTS, FLAGS, LAB), wanted);
  const book = createZoneBook({ set, grid, factsAt, trips });
  const wishes = zoneWishes(rules, trips);
  const all = moments.filter(({ slotMs }) => slotMs < END_MS);
  const odd = new Set(
    all
      .filter(({ slotMs }) => (slotMs - grid.firstMs) % grid.intervalMs !== 0)
      .map(({ slotMs }) => Math.floor((slotMs - grid.firstMs) / grid.zoneMs)),
  );
  for (const [zone, bySite] of zonesOf(grid, wishes, all, new Set(SITES)).entries()) {
    const fromMs = grid.firstMs + zone * grid.zoneMs;
    const readings = [...bySite].filter(([siteId]) => isWanted(wanted, siteId, fromMs));
    book.take(zone, new Map(readings), odd.has(zone));
  }
  return book;
}

/** A reading as it is read of a site that sleeps while others are compared with it. */
function onlyCompared(one: SiteReading): SiteReading {
  const values = Object.fromEntries(COMPARED.map((point) => [point, one.reading.values[point]]));
  return { ...one, reading: { ...one.reading, values } };
}

/** Feeds what is asked for, and nothing else. @returns which share of the readings was left out */
function feed(test: Pick<BackTest, "wake" | "take">, grid: ZoneGrid, moments: readonly Moment[]): number {
  let spared = 0;
  let all = 0;
  const pieceMs = PIECE_ZONES * grid.zoneMs;
  for (let fromMs = grid.firstMs; fromMs < END_MS; fromMs += pieceMs) {
    const { awake, compared } = test.wake(fromMs, Math.min(fromMs + pieceMs, grid.firstMs + grid.count * grid.zoneMs));
    for (const { slotMs, readings } of moments) {
      if (slotMs < fromMs || slotMs >= fromMs + pieceMs) continue;
      const wanted = readings.filter(({ siteId }) => awake.has(siteId));
      const sisters = readings.filter(({ siteId }) => compared.has(siteId)).map(onlyCompared);
      test.take(slotMs, [...wanted, ...sisters], readings.length);
      all += readings.length;
      spared += readings.length - wanted.length;
    }
  }
  return spared / Math.max(1, all);
}

function whole(tested: readonly Rule[], moments: readonly Moment[]) {
  const test = createBackTest(optionsOf(tested));
  for (const { slotMs, readings } of moments) test.take(slotMs, readings);
  return test.result();
}

function sparse(tested: readonly Rule[], moments: readonly Moment[]) {
  const options = optionsOf(tested);
  const gridFor = (rules: readonly Rule[]) => {
    const grid = zoneGrid(START_MS, END_MS, 60, zoneWishes(rules, []).whole.length > 0);
    if (grid === null) throw new Error("no zones");
    return grid;
  };
  const set = compileRuleSet(options.rules);
  const grid = gridFor(options.rules);
  if (!canLookFirst(options)) {
    const test = createBackTest({ ...options, zones: bookOf(grid, set, options, moments, ALL_SITES) });
    return { spared: feed(test, grid, moments), result: test.result() };
  }
  const firstGrid = gridFor(tested);
  const first = bookOf(firstGrid, judgingOnly(set, options.tested), options, moments, ALL_SITES);
  const look = createFirstLook({ ...options, zones: first });
  const spared = feed(look, firstGrid, moments);
  const second = look.secondLook(historyFacts(FACTS, FLAGS, LAB), bookOf(grid, set, options, moments, look.wanted()));
  feed(second, grid, moments);
  return { spared, result: second.result() };
}

/** Delays that are longer than a history are cut: such a rule would never fire in one. */
function fitted(rule: Rule): Rule {
  return { ...rule, onDelayS: Math.min(rule.onDelayS, LONGEST_DELAY_S) };
}

describe("history of which only that is read that may matter", { timeout: PATIENCE_MS }, () => {
  test.each(ALL.map((rule) => [rule.id, fitted(rule)] as const))("gives the whole result: %s", (id, rule) => {
    const compareAlone = (seed: number) => {
      const moments = historyOf(seed, id);
      const wanted = whole([rule], moments);
      expect(sparse([rule], moments).result).toEqual(wanted);
      return wanted.firings;
    };
    // The same history each time, in which it fires: two results without any firing would be equal, too.
    expect(compareAlone(FIRING_SEED)).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        compareAlone(seed);
      }),
      { numRuns: 1 },
    );
  });

  const together = fc.record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    own: fc.subarray(
      OWN.filter(({ id }) => id !== "own-choice"),
      { minLength: 4 },
    ),
  });

  const compare = ({ seed, own }: { seed: number; own: readonly Rule[] }) => {
    const moments = historyOf(seed);
    const rules = [...SHIPPED, ...own];
    const found = sparse(rules, moments);
    const wanted = whole(rules, moments);
    expect(found.result).toEqual(wanted);
    return { spared: found.spared, firings: wanted.firings };
  };

  test("gives the whole result of many rules together", () => {
    fc.assert(
      fc.property(together, (history) => {
        compare(history);
      }),
      { numRuns: 4 },
    );
  });

  // How much is spared depends on the history: the same ones each time, or the share would be a matter of luck.
  test("spares part of the reading, with alarms in what is read", () => {
    const results = fc.sample(together, { seed: 20_260_301, numRuns: 8 }).map(compare);
    const spared = results.reduce((sum, result) => sum + result.spared, 0) / results.length;
    const firings = results.reduce((sum, result) => sum + result.firings, 0);
    expect(spared).toBeGreaterThan(0.15);
    expect(firings).toBeGreaterThan(50);
  });
});
