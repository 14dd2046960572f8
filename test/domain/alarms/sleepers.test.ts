import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SiteReading } from "../../../domain/alarms/alarm-engine.ts";
import { canLookFirst, createFirstLook } from "../../../domain/alarms/back-test/first-look.ts";
import { type FlagPeriod, historyFacts, type LabSample } from "../../../domain/alarms/back-test/history-facts.ts";
import { tripFaultsOf, withParents } from "../../../domain/alarms/back-test/tested-rules.ts";
import { factsOfWanted, isWanted, type WantedUntil } from "../../../domain/alarms/back-test/wanted-sites.ts";
import { createZoneBook, type ZoneBook } from "../../../domain/alarms/back-test/zone-book.ts";
import { type ZoneGrid, zoneGrid, zoneWishes } from "../../../domain/alarms/back-test/zone-grid.ts";
import { type BackTest, type BackTestOptions, createBackTest } from "../../../domain/alarms/back-test.ts";
import { trustedReading } from "../../../domain/alarms/expression/point-reading.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";
import { compileRuleSet, judgingOnly, type RuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { aRule, aSnapshot, type Reading, START_MS, someFacts } from "./fleet-under-test.ts";
import { type Moment, zonesOf } from "./zones-of-history.ts";

const MINUTE_MS = 60_000;
const HOURS = 14;
const END_MS = START_MS + HOURS * 60 * MINUTE_MS;
const PIECE_ZONES = 4;
const SITES = Array.from({ length: 10 }, (_, index) => `s${index}`);
const FACTS = new Map(
  SITES.map((id, place) => [
    id,
    someFacts(id, { segmentId: place < 7 ? "seg" : "other", circleId: place < 6 ? "near" : "far", intervalS: 60 }),
  ]),
);
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
const ALL = [...DEFAULT_RULES, ...OWN];
const FLAGS: readonly FlagPeriod[] = [
  { siteId: "s0", kind: "maintenance", fromMs: START_MS + 100 * MINUTE_MS, toMs: START_MS + 190 * MINUTE_MS },
  { siteId: "s1", kind: "curtailment", fromMs: START_MS + 200 * MINUTE_MS, toMs: START_MS + 290 * MINUTE_MS },
];
const LAB: readonly LabSample[] = [
  { siteId: "s2", point: "coolant_ph" as never, value: 8, takenAtMs: START_MS + 30 * MINUTE_MS },
  { siteId: "s2", point: "coolant_ph" as never, value: 6.5, takenAtMs: START_MS + 500 * MINUTE_MS },
];

/** 0 to 1, the same in every run. */
function chances(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** What may go wrong at a site for a while; `null` = it does not answer. */
const INCIDENTS: readonly ((minute: number) => Reading | null)[] = [
  () => ({ values: { supply_temp_c: 41 } }),
  (minute) => ({ values: { supply_temp_c: 36 + minute * 0.8 } }),
  () => ({ values: { supply_temp_c: 35.1, return_temp_c: 43.3 } }),
  (minute) => ({ values: { supply_temp_c: 35.1, tank_level_pct: 78 - minute * 0.1 } }),
  (minute) => ({ values: { tank_level_pct: Math.max(20, 78 - minute * 0.7) } }),
  (minute) => ({ values: { running_mode: minute % 40 < 20 ? "manual" : "auto" } }),
  () => ({ values: { leak_detected: true, supply_temp_c: 40.5 }, faults: ["power_fault"] }),
  () => ({ values: { circulation_pump_running: false, total_power_kw: 4, supply_flow_m3h: 0 } }),
  () => ({ values: { circulation_pump_running: false, supply_flow_m3h: 0 }, faults: ["circulation_pump_fault"] }),
  () => ({ values: { tank_level_pct: null }, quality: { tank_level_pct: "missing" } }),
  () => ({ values: { supply_temp_c: 52 }, quality: { supply_temp_c: "stale" } }),
  () => ({ values: { supply_temp_c: null }, quality: { supply_temp_c: "missing", "fault.power_fault": "missing" } }),
  (minute) => (minute % 5 === 0 ? {} : null),
  () => null,
  (minute) => ({ values: { supply_temp_c: minute % 30 < 3 ? 44 : 36 } }),
  () => ({ values: { supply_flow_m3h: 60, supply_pressure_kpa: 340 } }),
  () => ({ values: {}, faults: ["supply_temp_too_high", "supply_temp_high"] }),
];

/** Most of the time most sites are well; now and then one of them is not, or all of them are silent. */
function historyOf(seed: number): readonly Moment[] {
  const chance = chances(seed);
  const outage = chance() < 0.3 ? Math.floor(chance() * HOURS * 60) : -1;
  const noRounds = chance() < 0.3 ? Math.floor(chance() * HOURS * 60) : -1;
  const incidents = SITES.map(() =>
    Array.from({ length: Math.floor(chance() * 4) }, () => {
      const begin = Math.floor(chance() * HOURS * 60);
      const length = 1 + Math.floor(chance() * chance() * 200);
      // What is not over yet where a piece of history ends is what could be forgotten.
      const from = chance() < 0.6 ? Math.ceil((begin + length) / 60) * 60 - length : begin;
      return { from, length, what: INCIDENTS[Math.floor(chance() * INCIDENTS.length)] ?? (() => ({})) };
    }),
  );
  const isWatched = chance() < 0.3;
  const watchedAt = Math.floor(chance() * HOURS * 60);
  const moments: Moment[] = [];
  for (let minute = 0; minute < HOURS * 60; minute++) {
    if (minute >= noRounds && minute < noRounds + 12 && noRounds >= 0) continue;
    const slotMs = START_MS + minute * MINUTE_MS;
    const readings = SITES.flatMap((siteId, place): SiteReading[] => {
      const own = incidents[place]?.find(({ from, length }) => minute >= from && minute < from + length);
      const isSilent = chance() < 0.003 || (outage >= 0 && minute >= outage && minute < outage + 6 && place < 6);
      const reading: Reading | null = isSilent ? null : own === undefined ? {} : own.what(minute - own.from);
      if (reading === null) return [];
      const wave = Math.round((chance() + Math.sin(minute / 50 + place)) * 10) / 10;
      const usual = { supply_temp_c: 35 + wave / 4, return_temp_c: 43 + wave / 2, tank_level_pct: 78 + wave / 10 };
      const snapshot = aSnapshot(siteId, slotMs, { ...reading, values: { ...usual, ...reading.values } });
      return [{ siteId, readAtMs: slotMs, reading: trustedReading(snapshot) }];
    });
    moments.push({ slotMs, readings });
    if (isWatched && minute >= watchedAt && minute < watchedAt + 30) {
      const extra = readings.filter(({ siteId }) => siteId === "s3");
      if (extra.length > 0)
        moments.push({
          slotMs: slotMs + 30_000,
          readings: extra.map((one) => ({ ...one, readAtMs: slotMs + 30_000 })),
        });
    }
  }
  return moments;
}

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
  for (let zone = 0; zone < grid.count; zone++) {
    const isOdd = all.some(
      ({ slotMs }) =>
        slotMs >= grid.firstMs + zone * grid.zoneMs &&
        slotMs < grid.firstMs + (zone + 1) * grid.zoneMs &&
        (slotMs - grid.firstMs) % grid.intervalMs !== 0,
    );
    const fromMs = grid.firstMs + zone * grid.zoneMs;
    const readings = [...zonesOf(grid, wishes, all, zone)].filter(([siteId]) => isWanted(wanted, siteId, fromMs));
    book.take(zone, new Map(readings), isOdd);
  }
  return book;
}

/** Feeds what is asked for, and nothing else. @returns which share of the readings was left out */
function feed(test: Pick<BackTest, "wake" | "take">, grid: ZoneGrid, moments: readonly Moment[]): number {
  let spared = 0;
  let all = 0;
  const pieceMs = PIECE_ZONES * grid.zoneMs;
  for (let fromMs = grid.firstMs; fromMs < END_MS; fromMs += pieceMs) {
    const awake = test.wake(fromMs, Math.min(fromMs + pieceMs, grid.firstMs + grid.count * grid.zoneMs));
    for (const { slotMs, readings } of moments) {
      if (slotMs < fromMs || slotMs >= fromMs + pieceMs) continue;
      const wanted = readings.filter(({ siteId }) => awake.has(siteId));
      test.take(slotMs, wanted, readings.length);
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

describe("history of which only that is read that may matter", () => {
  test.each(ALL.map((rule) => [rule.id, rule] as const))("gives the whole result: %s", (_, rule) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const moments = historyOf(seed);
        expect(sparse([rule], moments).result).toEqual(whole([rule], moments));
      }),
      { numRuns: 3 },
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
    const rules = [...DEFAULT_RULES, ...own];
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
      { numRuns: 6 },
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
