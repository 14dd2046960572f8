import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SiteReading } from "../../../domain/alarms/alarm-engine.ts";
import { canLookFirst, createFirstLook } from "../../../domain/alarms/back-test/first-look.ts";
import { historyFacts } from "../../../domain/alarms/back-test/history-facts.ts";
import { pointsJudgedBy, withParents } from "../../../domain/alarms/back-test/tested-rules.ts";
import { type BackTestOptions, createBackTest } from "../../../domain/alarms/back-test.ts";
import { trustedReading } from "../../../domain/alarms/expression/point-reading.ts";
import type { Rule } from "../../../domain/alarms/rule.ts";
import { DEFAULT_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import { aRule, aSnapshot, NOON, type Reading, START_MS, someFacts } from "./fleet-under-test.ts";

const MINUTE_MS = 60_000;
const SITES = ["a", "b", "c", "d", "e", "f"];
const FACTS = new Map(SITES.map((id, place) => [id, someFacts(id, { segmentId: place < 5 ? "seg" : "other" })]));
const OVER_TIME = aRule(
  { kind: "limit", point: "supply_temp_c", op: ">=", limit: 40, deadband: 2 },
  { id: "at-work", onlyWhen: { operating: ["running"] }, suppressedBy: ["pump-fault", "maintenance"] },
);
const CANDIDATES = [...DEFAULT_RULES, OVER_TIME];
const FLAGS = [
  { siteId: "a", kind: "maintenance" as const, fromMs: START_MS + 3 * MINUTE_MS, toMs: START_MS + 20 * MINUTE_MS },
  { siteId: "b", kind: "curtailment" as const, fromMs: START_MS + 8 * MINUTE_MS, toMs: START_MS + 16 * MINUTE_MS },
];

type Minute = readonly (Reading | null)[];

function optionsOf(tested: readonly Rule[], minutes: number): BackTestOptions {
  return {
    rules: withParents(CANDIDATES, tested),
    tested: new Set(tested.map(({ id }) => id)),
    factsAt: historyFacts(FACTS, FLAGS, []),
    clockAt: () => NOON,
    flags: FLAGS,
    fromMs: START_MS + 5 * MINUTE_MS,
    toMs: START_MS + minutes * MINUTE_MS,
  };
}

function readingsAt(minute: number, readings: Minute): readonly SiteReading[] {
  const slotMs = START_MS + minute * MINUTE_MS;
  return SITES.flatMap((siteId, place) => {
    const own = readings[place] ?? null;
    return own === null ? [] : [{ siteId, readAtMs: slotMs, reading: trustedReading(aSnapshot(siteId, slotMs, own)) }];
  });
}

/** Readings as they come when only some points were read. */
function narrowed(readings: readonly SiteReading[], points: readonly string[]): readonly SiteReading[] {
  return readings.map((one) => {
    const values = Object.fromEntries(Object.entries(one.reading.values).filter(([point]) => points.includes(point)));
    return { ...one, reading: { ...one.reading, values } };
  });
}

function atOnce(tested: readonly Rule[], history: readonly Minute[]) {
  const whole = createBackTest(optionsOf(tested, history.length));
  history.forEach((readings, minute) => {
    whole.take(START_MS + minute * MINUTE_MS, readingsAt(minute, readings));
  });
  return whole.result();
}

/** The second history lacks the other sites, and rounds of which no row is left. */
function lookedFirst(tested: readonly Rule[], history: readonly Minute[]) {
  const options = optionsOf(tested, history.length);
  const look = createFirstLook(options);
  const points = pointsJudgedBy(tested);
  history.forEach((readings, minute) => {
    look.take(START_MS + minute * MINUTE_MS, narrowed(readingsAt(minute, readings), points));
  });
  const second = look.secondLook(historyFacts(FACTS, FLAGS, []));
  history.forEach((readings, minute) => {
    const wanted = readingsAt(minute, readings).filter(({ siteId }) => look.wanted().has(siteId));
    if (wanted.length > 0) second.take(START_MS + minute * MINUTE_MS, wanted);
  });
  return { result: second.result(), sites: look.wanted() };
}

const READING = fc.record({
  values: fc.record(
    {
      supply_temp_c: fc.constantFrom(35, 38, 41, 45, 20, null),
      return_temp_c: fc.constantFrom(43, 50),
      leak_detected: fc.boolean(),
      circulation_pump_running: fc.boolean(),
      supply_flow_m3h: fc.constantFrom(0, 40, 95),
      supply_pressure_kpa: fc.constantFrom(150, 290, 420),
      total_power_kw: fc.constantFrom(5, 921),
      tank_level_pct: fc.constantFrom(20, 80),
    },
    { requiredKeys: [] },
  ),
  quality: fc.constantFrom<Record<string, "stale">[]>({}, { supply_temp_c: "stale", "fault.power_fault": "stale" }),
  faults: fc.subarray(["power_fault", "circulation_pump_fault", "supply_temp_too_high", "supply_temp_high"]),
});
/** Most minutes most sites are well, so that some never fire. */
const HISTORY = fc
  .array(
    fc.tuple(
      fc.array(fc.option(fc.oneof(fc.constant({}), READING), { freq: 6 }), {
        minLength: SITES.length,
        maxLength: SITES.length,
      }),
      fc.boolean(),
      fc.integer({ min: 1, max: 15 }),
    ),
    { minLength: 2, maxLength: 7 },
  )
  .map((stretches) =>
    stretches.flatMap(([readings, isSilent, length]) =>
      Array.from({ length }, (_, minute) => (isSilent && minute < 4 ? SITES.map(() => null) : readings)),
    ),
  );
const LOOKABLE = CANDIDATES.filter((rule) =>
  canLookFirst({ rules: withParents(CANDIDATES, [rule]), tested: new Set([rule.id]) }),
);

describe("rules that are judged alone first, and with their parents only where they fired", () => {
  test("give exactly the result of all rules everywhere", () => {
    let quiet = 0;
    let fired = 0;
    const tested = fc.subarray(LOOKABLE, { minLength: 1, maxLength: 3 }).filter((rules) => {
      const options = { rules: withParents(CANDIDATES, rules), tested: new Set(rules.map(({ id }) => id)) };
      return canLookFirst(options);
    });
    fc.assert(
      fc.property(tested, HISTORY, (rules, history) => {
        const { result, sites } = lookedFirst(rules, history);
        expect(result).toEqual(atOnce(rules, history));
        quiet += SITES.length - sites.size;
        fired += result.firings;
      }),
      { numRuns: 150 },
    );
    expect(quiet).toBeGreaterThan(100);
    expect(fired).toBeGreaterThan(50);
  });

  test("are most of the shipped ones; what compares sites or is about groups is judged at once", () => {
    const ids = new Set<string>(LOOKABLE.map(({ id }) => id));
    expect(ids).toContain("supply-temp-high");
    expect(ids.size).toBeGreaterThan(20);
    for (const other of ["segment-down", "filter-clogging", "hashrate-low"]) expect(ids).not.toContain(other);
    expect(canLookFirst({ rules: DEFAULT_RULES, tested: new Set(DEFAULT_RULES.map(({ id }) => id)) })).toBe(false);
  });

  test("counts trips also where no rule has fired", () => {
    const hot = DEFAULT_RULES.filter(({ id }) => id === "supply-temp-too-high");
    const slow = hot.map((rule) => ({ ...rule, onDelayS: 86_400 }));
    const trip = { faults: ["supply_temp_too_high"] };
    const history = Array.from({ length: 12 }, (_, minute) => SITES.map(() => (minute === 8 ? trip : {})));
    const { result, sites } = lookedFirst(slow, history);
    expect([sites.size, result.rules[0]?.trips]).toEqual([0, SITES.length]);
    expect(result).toEqual(atOnce(slow, history));
  });
});
