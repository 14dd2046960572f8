import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyConditionEvents } from "../../../domain/alarms/alarm-book.ts";
import { advanceSlot, type SiteReading } from "../../../domain/alarms/alarm-engine.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import { BackTestResult, type Firing } from "../../../domain/alarms/back-test/back-test-result.ts";
import { compareFirings, FiringDifference } from "../../../domain/alarms/back-test/compare-firings.ts";
import { type FlagPeriod, historyFacts } from "../../../domain/alarms/back-test/history-facts.ts";
import { judgeBudget } from "../../../domain/alarms/back-test/judge-budget.ts";
import { pointsReadBy, tripFaultsOf, warmUpMsOf, withParents } from "../../../domain/alarms/back-test/tested-rules.ts";
import { type BackTestOptions, createBackTest } from "../../../domain/alarms/back-test.ts";
import { trustedReading } from "../../../domain/alarms/expression/point-reading.ts";
import { EMPTY_FLEET } from "../../../domain/alarms/fleet-state.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";
import { compileRuleSet } from "../../../domain/alarms/rule-set.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import type { Snapshot } from "../../../domain/telemetry/snapshot.ts";
import { aRule, aSnapshot, NOON, type Reading, START_MS, someFacts } from "./fleet-under-test.ts";

const MINUTE_MS = 60_000;
const at = (minute: number) => new Date(START_MS + minute * MINUTE_MS).toISOString();
const HOT = { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 };

type Played = Partial<BackTestOptions> & { readonly sites?: readonly string[] };

/** Minutes of one or more sites; null = the poll was missed. */
function played(
  rules: readonly Rule[],
  minutes: readonly (Reading | null)[],
  { sites = ["a"], ...options }: Played = {},
) {
  const facts = new Map(sites.map((id) => [id, someFacts(id)]));
  const test = createBackTest({
    rules,
    tested: new Set(rules.map(({ id }) => id)),
    factsAt: historyFacts(facts, options.flags ?? [], []),
    clockAt: () => NOON,
    flags: [],
    fromMs: START_MS,
    toMs: START_MS + minutes.length * MINUTE_MS,
    ...options,
  });
  minutes.forEach((reading, minute) => {
    const slotMs = START_MS + minute * MINUTE_MS;
    const snapshots = reading === null ? [] : sites.map((id) => aSnapshot(id, slotMs, reading));
    test.take(slotMs, snapshots.map(readingOf));
  });
  const result = test.result();
  expect(BackTestResult.parse(result)).toEqual(result);
  return result;
}

function readingOf(snapshot: Snapshot): SiteReading {
  return { siteId: snapshot.siteId, readAtMs: Date.parse(snapshot.slot), reading: trustedReading(snapshot) };
}

const temp = (supply_temp_c: number | null, faults: readonly string[] = []): Reading => ({
  values: { supply_temp_c },
  faults,
});
const spansOf = (items: readonly Firing[]) => items.map(({ beginAt, endAt }) => [beginAt, endAt]);

describe("firings", () => {
  const hot = aRule(HOT, { id: "hot", priority: "critical" });

  test("have begin, end, priority and the value furthest beyond the limit", () => {
    const { items, firings, announced } = played(
      [hot],
      [35, 41, 44, 42, 39, 37, 35].map((value) => temp(value)),
    );
    expect(items).toEqual([
      expect.objectContaining({
        alarmId: "a.hot",
        beginAt: at(1),
        endAt: at(5),
        priority: "critical",
        value: 41,
        peak: 44,
        limit: 40,
        announced: 1,
        hiddenBy: null,
      }),
    ]);
    expect([firings, announced]).toEqual([1, 1]);
  });

  test("of a low limit go down to their peak", () => {
    const cold = aRule({ kind: "limit", point: "supply_temp_c", op: "<", limit: 25 }, { id: "cold" });
    expect(
      played(
        [cold],
        [30, 24, 20, 23, 30].map((value) => temp(value)),
      ).items[0],
    ).toMatchObject({ value: 24, peak: 20 });
  });

  test("that still hold at the end have none, and count for as long as they lasted", () => {
    const { items, rules } = played(
      [hot],
      [35, 41, 41, 41].map((value) => temp(value)),
    );
    expect(spansOf(items)).toEqual([[at(1), null]]);
    expect(rules[0]?.activeS).toBe(120);
  });

  test("neither begin nor end in a gap", () => {
    const minutes = [temp(35), temp(41), null, null, null, temp(41), temp(35)];
    expect(spansOf(played([hot], minutes).items)).toEqual([[at(1), at(6)]]);
    expect(played([hot], [temp(35), null, null, null, temp(35)]).firings).toBe(0);
  });

  test("that began while the rules warmed up are not counted", () => {
    const { firings, slots } = played(
      [hot],
      [35, 41, 41, 41, 35, 41, 35].map((value) => temp(value)),
      {
        fromMs: START_MS + 3 * MINUTE_MS,
      },
    );
    expect([firings, slots]).toEqual([1, 4]);
  });

  test("that return within 15 minutes are told once more, and then no more", () => {
    const minutes = Array.from({ length: 14 }, (_, minute) => temp(minute % 2 === 0 ? 35 : 41));
    const { rules } = played([hot], minutes);
    expect(rules[0]).toMatchObject({ firings: 7, announced: 2, flaps: 6, chattering: 1, fleeting: 6, sites: 1 });
  });

  test("of very many only the first are kept, and all are counted", () => {
    const minutes = Array.from({ length: 40 }, (_, minute) => temp(minute % 2 === 0 ? 35 : 41));
    const { items, isCut, firings } = played([hot], minutes, { mostFirings: 5 });
    expect([items.length, isCut, firings]).toEqual([5, true, 20]);
  });

  test("of priority low take nothing of the budget", () => {
    const event = aRule(HOT, { id: "event", priority: "low" });
    const { announced, events, budget, rules } = played([event], [temp(35), temp(41)]);
    expect([announced, events, budget.share, rules[0]?.budgetShare]).toEqual([0, 1, 0, 0]);
  });
});

describe("suppression and flags", () => {
  test("a firing that a parent hides is told to nobody", () => {
    const pump = aRule({ kind: "fault", fault: "circulation_pump_fault" }, { id: "pump" });
    const hot = aRule(HOT, { id: "hot", suppressedBy: ["pump"] });
    const minutes = [temp(35), temp(41, ["circulation_pump_fault"]), temp(41, ["circulation_pump_fault"]), temp(35)];
    const { rules, items } = played([pump, hot], minutes, { tested: new Set(["hot"]) });
    expect(items).toMatchObject([{ ruleId: "hot", announced: 0, hiddenBy: "a.pump" }]);
    expect(rules).toMatchObject([{ ruleId: "hot", firings: 1, hidden: 1, announced: 0 }]);
  });

  test("the time under maintenance is that of the flags, which hide what names them", () => {
    const hot = aRule(HOT, { id: "hot", suppressedBy: ["maintenance"] });
    const flag = (kind: FlagPeriod["kind"], from: number, to: number): FlagPeriod => ({
      siteId: "a",
      kind,
      fromMs: START_MS + from * MINUTE_MS,
      toMs: START_MS + to * MINUTE_MS,
    });
    const flags = [flag("maintenance", 1, 3), flag("maintenance", 2, 4), flag("curtailment", 8, 30)];
    const minutes = [35, 35, 41, 41, 41, 41, 41, 41, 41, 41, 35].map((value) => temp(value));
    const { items } = played([hot], minutes, { flags });
    expect(items).toMatchObject([{ beginAt: at(2), maintenanceS: 120, curtailmentS: 120, hiddenBy: "maintenance" }]);
  });
});

describe("the controller's own trip", () => {
  const TRIP = "supply_temp_too_high";
  const worse = aRule({ kind: "fault", fault: TRIP }, { id: "trip" });
  const hot = aRule(HOT, { id: "hot", suppressedBy: ["trip"] });
  const run = (minutes: readonly Reading[]) => played([worse, hot], minutes, { tested: new Set(["hot"]) });

  test("that comes later is the lead time", () => {
    const { items, rules } = run([temp(35), temp(41), temp(43), temp(45, [TRIP]), temp(35)]);
    expect(items[0]?.trip).toEqual({ fault: TRIP, at: at(3), leadS: 120 });
    expect(rules[0]).toMatchObject({ trips: 1, warned: 1, medianLeadS: 120 });
  });

  test("that came first is a negative one, and one without an alarm is counted", () => {
    const late = run([temp(35), temp(35, [TRIP]), temp(35, [TRIP]), temp(41, [TRIP]), temp(35)]);
    expect(late.items[0]?.trip?.leadS).toBe(-120);
    expect(late.rules[0]).toMatchObject({ trips: 1, warned: 0, medianLeadS: -120 });
    expect(run([temp(35), temp(35, [TRIP]), temp(35)]).rules[0]).toMatchObject({ trips: 1, warned: 0, firings: 0 });
  });

  test("is no trip when it stood at the first reading or could not be read for a while", () => {
    expect(run([temp(35, [TRIP]), temp(35, [TRIP])]).rules[0]?.trips).toBe(0);
    const unread: Reading = { values: {}, quality: { [`fault.${TRIP}`]: "missing" } };
    expect(run([temp(35), temp(35, [TRIP]), unread, temp(35, [TRIP])]).rules[0]?.trips).toBe(1);
  });

  test("faults are those that the rule and its parents name", () => {
    expect([...tripFaultsOf(hot, [worse, hot])]).toEqual([TRIP]);
    expect([...tripFaultsOf(worse, [worse, hot])]).toEqual([TRIP]);
  });
});

describe("what other rules change", () => {
  const at40 = aRule(HOT, { id: "hot" });
  const at37 = aRule({ ...HOT, limit: 37 }, { id: "hot" });
  const slow = aRule(HOT, { id: "hot", onDelayS: 120 });
  const minutes = [35, 38, 41, 41, 41, 41, 34, 34, 38, 34].map((value) => temp(value));

  test("firings of one side only, of both, earlier and later", () => {
    const olds = played([at40], minutes);
    const earlier = compareFirings(olds, played([at37], minutes));
    expect(FiringDifference.parse(earlier)).toMatchObject({
      onlyBefore: 0,
      onlyAfter: 1,
      both: 1,
      earlier: 1,
      later: 0,
      medianShiftS: -60,
    });
    const later = compareFirings(olds, played([slow], minutes));
    expect(later).toMatchObject({ onlyAfter: 0, both: 1, later: 1, medianShiftS: 120 });
    expect(compareFirings(played([at37], minutes), olds)).toMatchObject({ onlyBefore: 1, both: 1, later: 1 });
  });

  test("the same rules change nothing", () => {
    const { items, ...counts } = compareFirings(played([at40], minutes), played([at40], minutes));
    expect([items, counts]).toMatchObject([[], { onlyBefore: 0, onlyAfter: 0, earlier: 0, later: 0, both: 1 }]);
  });
});

describe("the budget", () => {
  const noisy = aRule(HOT, { id: "noisy" });
  /** A day in which it fires anew every 40 minutes. */
  const day = Array.from({ length: 1440 }, (_, minute) => temp(minute % 40 === 1 ? 41 : 35));

  test("is one alarm of each site and day, of the time that history covers", () => {
    const result = played([noisy], day, { sites: ["a", "b"] });
    expect(result.announced).toBe(72);
    expect(result.siteDays).toBeCloseTo(2, 1);
    expect(result.budget.share).toBeCloseTo(36, 0);
    expect(judgeBudget(result)).toMatchObject({ isWithin: false, isUnknown: false, worst: [{ ruleId: "noisy" }] });
    const generous = played([noisy], day, { sites: ["a", "b"], budgetPerSiteDay: 40 });
    expect(judgeBudget(generous)).toMatchObject({ isWithin: true, worst: [] });
  });

  test("says nothing about an hour, and a hole in the history counts for no time", () => {
    expect(judgeBudget(played([noisy], day.slice(0, 60))).isUnknown).toBe(true);
    const half = played([noisy], day.slice(0, 720), { toMs: START_MS + 1440 * MINUTE_MS });
    expect(half.coverage).toBeCloseTo(0.5, 2);
    expect(half.perDay).toBeCloseTo(36, 0);
  });
});

describe("the rules that are judged together", () => {
  test("are those under test and all that may hide them", () => {
    const wanted = DEFAULT_RULES.filter(({ id }) => id === "supply-temp-too-high");
    const ids = withParents(DEFAULT_RULES, wanted).map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(["supply-temp-too-high", "pump-fault", "power-fault", "site-unreachable"]),
    );
    expect(ids).toContain("segment-down");
    expect(ids).not.toContain("hashrate-low");
    expect(() => compileRuleSet(withParents(DEFAULT_RULES, wanted))).not.toThrow();
  });

  test("an edited rule stands in the place of the one in force", () => {
    const edited = { ...(DEFAULT_RULES.find(({ id }) => id === "pump-fault") as Rule), onDelayS: 77 };
    const found = withParents(DEFAULT_RULES, [edited]).find(({ id }) => id === "pump-fault");
    expect(found?.onDelayS).toBe(77);
  });

  test("name every point that they read", () => {
    const rules = [
      aRule({ kind: "expression", text: "chip_temp_max_c > 80 && container_rh_pct > 90" }, { id: "x" }),
      aRule({ kind: "limit", point: "supply_temp_c", op: ">", limit: { relativeTo: "setpoint" } }, { id: "y" }),
      aRule({ kind: "limit", point: "heat_balance_pct", op: ">", limit: 5 }, { id: "z" }),
      aRule({ kind: "held", forS: 60, of: { kind: "no-reading", points: ["tank_level_pct"] } }, { id: "n" }),
    ];
    const wanted = [
      "chip_temp_max_c",
      "container_rh_pct",
      "supply_temp_setpoint_c",
      "heat_removed_kw",
      "tank_level_pct",
    ];
    expect(pointsReadBy(rules)).toEqual(expect.arrayContaining(wanted));
  });

  test("warm up for as long as they look back", () => {
    const windowed = aRule({ kind: "count", of: HOT, min: 3, windowS: 86_400 }, { id: "often", onDelayS: 60 });
    expect(warmUpMsOf([windowed])).toBe(86_400_000);
    expect(warmUpMsOf([aRule(HOT)])).toBe(900_000);
  });
});

test("facts of the past change when flags and laboratory readings did, and only then", () => {
  const facts = new Map([["a", someFacts("a", { isInMaintenance: true })]]);
  const flags = [{ siteId: "a", kind: "curtailment" as const, fromMs: 100, toMs: 200 }];
  const lab = [{ siteId: "a", point: "coolant_ph" as never, value: 8, takenAtMs: 150 }];
  const factsAt = historyFacts(facts, flags, lab);
  const first = factsAt(50);
  expect(first.get("a")).toMatchObject({ isInMaintenance: false, isCurtailed: false, lab: {} });
  expect(factsAt(99)).toBe(first);
  expect(factsAt(100).get("a")?.isCurtailed).toBe(true);
  expect(factsAt(160).get("a")?.lab).toEqual({ coolant_ph: { value: 8, takenAtMs: 150 } });
  expect(factsAt(200).get("a")?.isCurtailed).toBe(false);
});

test("over recorded history it fires exactly as the live rules did", () => {
  const sites = ["a", "b", "c"];
  const facts = new Map(sites.map((id) => [id, someFacts(id, { segmentId: "seg", circleId: "all" })]));
  const set = compileRuleSet(DEFAULT_RULES);
  const reading = fc.option(
    fc.record({
      values: fc.record({
        supply_temp_c: fc.constantFrom(35, 41, 45, 20, null),
        leak_detected: fc.boolean(),
        circulation_pump_running: fc.boolean(),
        supply_flow_m3h: fc.constantFrom(0, 40, 95),
      }),
      faults: fc.subarray(["power_fault", "circulation_pump_fault", "supply_temp_too_high"]),
    }),
    { freq: 4 },
  );
  const minutes = fc
    .array(fc.tuple(fc.array(reading, { minLength: 3, maxLength: 3 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 8,
    })
    .map((stretches) => stretches.flatMap(([readings, length]) => Array.from({ length }, () => readings)));
  fc.assert(
    fc.property(minutes, (history) => {
      let state = EMPTY_FLEET;
      const events: ConditionEvent[] = [];
      const test = createBackTest({
        rules: DEFAULT_RULES,
        tested: new Set(DEFAULT_RULES.map(({ id }) => id)),
        factsAt: () => facts,
        clockAt: () => NOON,
        flags: [],
        fromMs: START_MS,
        toMs: START_MS + history.length * MINUTE_MS,
      });
      history.forEach((readings, minute) => {
        const slotMs = START_MS + minute * MINUTE_MS;
        const snapshots = sites.flatMap((id, place) =>
          readings[place] ? [aSnapshot(id, slotMs, readings[place])] : [],
        );
        const latest = (siteId: string) => snapshots.find((one) => one.siteId === siteId);
        const step = advanceSlot(set, state, { slotMs, facts, clock: NOON }, snapshots, { latest });
        state = step.state;
        events.push(...step.events);
        test.take(slotMs, snapshots.map(readingOf));
      });
      const { transitions } = applyConditionEvents(new Map(), events);
      const { items, announced, events: low } = test.result();
      expect(announced + low).toBe(transitions.filter(({ isAnnounced }) => isAnnounced).length);
      const ends = events.filter(({ type }) => type === "cleared");
      expect(items.map(({ alarmId, beginAt }) => `${beginAt} ${alarmId}`).sort()).toEqual(
        events.flatMap((event) => (event.type === "raised" ? [`${event.at} ${idOf(event)}`] : [])).sort(),
      );
      expect(items.filter(({ endAt }) => endAt !== null)).toHaveLength(ends.length);
    }),
    { numRuns: 40 },
  );
});

function idOf({ siteId, segmentId, ruleId }: ConditionEvent): string {
  return `${siteId ?? `~${segmentId ?? ""}`}.${ruleId}`;
}
