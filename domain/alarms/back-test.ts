import type { FaultName } from "../points/faults.ts";
import type { SiteReading } from "./alarm-engine.ts";
import type { BackTestResult } from "./back-test/back-test-result.ts";
import { Coverage } from "./back-test/coverage.ts";
import { FiringBook, type OpenFiring } from "./back-test/firing-book.ts";
import type { FlagPeriod } from "./back-test/history-facts.ts";
import { createSleepers, nobodySleeps, type Waking } from "./back-test/sleepers.ts";
import { tripFaultsOf } from "./back-test/tested-rules.ts";
import { createTripWatch } from "./back-test/trip-watch.ts";
import { factsOfWanted, type WantedUntil } from "./back-test/wanted-sites.ts";
import type { ZoneBook } from "./back-test/zone-book.ts";
import { EMPTY_FLEET, type FleetState } from "./fleet-state.ts";
import { viewOf } from "./judge-site.ts";
import type { Rule } from "./rule.ts";
import { compileRuleSet } from "./rule-set.ts";
import type { SiteFacts } from "./site-facts.ts";
import type { LocalClock } from "./site-view.ts";

/** The noise budget: alarms of one site and day (ISA-18.2: 6 an hour for 150 sites). */
export const USUAL_BUDGET = 1;
/** So many firings are kept at most. */
const MOST_FIRINGS = 5_000;

export type BackTestOptions = {
  /** The rules under test with those that may hide them: see `withParents`. */
  readonly rules: readonly Rule[];
  /** Ids of the rules under test: only of these firings are counted. */
  readonly tested: ReadonlySet<string>;
  /** What was known of the sites then: see `historyFacts`. */
  readonly factsAt: (slotMs: number) => ReadonlyMap<string, SiteFacts>;
  readonly clockAt: (slotMs: number) => LocalClock;
  readonly flags: readonly FlagPeriod[];
  /** ms since the epoch. What happens before `fromMs` warms the rules up and is not counted. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Alarms that one site may have in 24 h. */
  readonly budgetPerSiteDay?: number;
  readonly mostFirings?: number;
  /** What is known of the history before it is read: then only what may matter has to be read. */
  readonly zones?: ZoneBook;
};

/**
 * Rules over history by the very code that judges live: engine, suppression and life cycle. To be fed slot by slot, oldest
 * first; its memory grows with sites and firings, not with the length of the stretch.
 */
export interface BackTest {
  /**
   * With zones: to be called before each piece of history, which begins and ends with a zone.
   *
   * @returns the sites of which readings have to be handed in until the next call
   */
  wake(fromMs: number, toMs: number): Waking;
  /**
   * @param readings of one slot, ordered by site, at most one of each; who is awake and has none was polled and did not answer
   * @param snapshots how many sites answered, when not all of them are handed in
   */
  take(slotMs: number, readings: readonly SiteReading[], snapshots?: number): void;
  /** To be asked once, at the end. */
  result(): BackTestResult;
}

/** What a first look at all sites has found, so that all rules have to be judged at some of them only: see `first-look.ts`. */
export type Findings = {
  readonly wanted: WantedUntil;
  readonly coverage: Coverage;
  /** Segments and fleet after a slot. To be asked with times that do not go back. */
  readonly groupsAfter: (slotMs: number) => FleetState["groups"];
  /** How often controllers set a fault at sites, or at times, that are not wanted. */
  readonly tripsElsewhere: ReadonlyMap<FaultName, number>;
};

/**
 * @param found readings that it wants are all that has to be handed in then
 * @throws AppError `rule.invalid`, `rule.expression-invalid` when the rules do not work together
 */
export function createBackTest(options: BackTestOptions, found: Findings | null = null): BackTest {
  const { rules, tested, factsAt, clockAt, flags, fromMs, toMs, mostFirings = MOST_FIRINGS } = options;
  const perSiteDay = options.budgetPerSiteDay ?? USUAL_BUDGET;
  const set = compileRuleSet(rules);
  const testedRules = set.rules.flatMap(({ rule }) =>
    tested.has(rule.id) ? [{ id: rule.id, priority: rule.priority, trips: tripFaultsOf(rule, rules) }] : [],
  );
  const book = new FiringBook(testedRules, flags, fromMs, mostFirings);
  const watchedFaults = new Set(testedRules.flatMap(({ trips: faults }) => [...faults]));
  const trips = createTripWatch(watchedFaults);
  let fleet: FleetState = { ...EMPTY_FLEET, ruleKeys: set.keys };
  const sleepers =
    options.zones === undefined
      ? nobodySleeps(set)
      : createSleepers(set, options.zones, {
          judgesGroups: found === null,
          isTripped: (siteId) => trips.standing(siteId, watchedFaults) !== null,
        });
  const coverage = found?.coverage ?? new Coverage(fromMs);
  const judgedFacts = found === null ? factsAt : factsOfWanted(factsAt, found.wanted);
  for (const [fault, count] of found?.tripsElsewhere ?? []) book.countTrips(fault, count);

  /** The value of a firing at this reading, by the condition itself; `before` is what the rules judged by. */
  function observe(open: OpenFiring, before: FleetState, slotMs: number, facts: SiteFacts, reading: SiteReading): void {
    const site = fleet.sites[facts.siteId];
    const place = set.placeOf.get(open.firing.ruleId);
    const compiled = place === undefined ? undefined : set.rules[place];
    const state = place === undefined ? null : (site?.rules[place] ?? null);
    if (site === undefined || compiled === undefined || state === null) return;
    const view = viewOf(before, { slotMs, clock: clockAt(slotMs) }, facts, site, reading.reading);
    book.observe(open, compiled.condition.explain(view, false, state.memory));
  }

  function observeOpen(
    before: FleetState,
    slotMs: number,
    facts: ReadonlyMap<string, SiteFacts>,
    readings: readonly SiteReading[],
  ): void {
    const measured = [...book.open.values()].filter(({ firing }) => typeof firing.peak === "number");
    if (measured.length === 0) return;
    const bySite = new Map(readings.map((reading) => [reading.siteId, reading]));
    for (const open of measured) {
      const { siteId } = open.firing;
      const reading = siteId === null ? undefined : bySite.get(siteId);
      const own = siteId === null ? undefined : facts.get(siteId);
      if (reading !== undefined && own !== undefined) observe(open, before, slotMs, own, reading);
    }
  }

  return {
    wake(pieceFromMs, pieceToMs) {
      const facts = judgedFacts(pieceFromMs);
      fleet = sleepers.turn(fleet, facts, pieceFromMs, pieceToMs);
      return sleepers.waking;
    },

    take(slotMs, readings, snapshots = readings.length) {
      if (slotMs >= toMs || (fleet.slotMs !== null && slotMs <= fleet.slotMs)) return;
      const facts = judgedFacts(slotMs);
      const before = fleet;
      if (found === null) coverage.take(slotMs, before.slotMs, facts, snapshots);
      const slot = { slotMs, facts, clock: clockAt(slotMs) };
      const groups = found?.groupsAfter(slotMs);
      const { state, events } = sleepers.advance(before, slot, readings, groups);
      fleet = state;
      const onsets = readings.flatMap(({ siteId, reading }) => trips.take(siteId, slotMs, reading));
      for (const event of events) {
        const intervalS = (event.siteId === null ? undefined : facts.get(event.siteId))?.intervalS ?? 0;
        book.take(event, slotMs, intervalS * 1000, trips.standing);
      }
      for (const onset of onsets) book.trip(onset);
      observeOpen(before, slotMs, facts, readings);
    },

    result() {
      const endMs = Math.min(toMs, fleet.slotMs ?? fromMs);
      book.finish(endMs);
      const sites = [...factsAt(endMs).values()].filter(({ enabled }) => enabled).length;
      const { slots, snapshots, coveredMs, siteMs } = coverage;
      const days = coveredMs / 86_400_000;
      const siteDays = siteMs / 86_400_000;
      const allowed = perSiteDay * siteDays;
      const found = book.result(days, allowed);
      const countOf = (isLow: boolean) =>
        found.rules.reduce((sum, rule) => sum + ((rule.priority === "low") === isLow ? rule.announced : 0), 0);
      const announced = countOf(false);
      return {
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        slots,
        snapshots,
        sites,
        siteDays,
        coverage: toMs > fromMs ? Math.min(1, coveredMs / (toMs - fromMs)) : 0,
        announced,
        events: countOf(true),
        perDay: days > 0 ? announced / days : 0,
        budget: {
          perSiteDay,
          perDay: days > 0 ? allowed / days : 0,
          share: allowed > 0 ? announced / allowed : 0,
        },
        ...found,
      };
    },
  };
}
