import type { CompiledRule } from "./compile-rule.ts";
import type { Json } from "./condition.ts";
import { evaluateRule, feedRule } from "./evaluate-rule.ts";
import type { PointReading } from "./expression/point-reading.ts";
import { EMPTY_SUBJECT, type FleetState, type SiteState, type SubjectState } from "./fleet-state.ts";
import { nextOperating } from "./operating-state.ts";
import type { RuleSet } from "./rule-set.ts";
import { IDLE, type RuleState } from "./rule-state.ts";
import type { SiteFacts } from "./site-facts.ts";
import type { LocalClock, SiteView } from "./site-view.ts";
import type { Surroundings } from "./suppression.ts";

/** The moment at which sites are judged. */
export type Moment = { readonly slotMs: number; readonly clock: LocalClock };

/** The key of the fleet among the groups. */
export const FLEET = "";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NO_MEMORY: readonly Json[] = [];
const NO_MEMBERS: readonly SiteView[] = [];
const NOTHING_COMPARED: SiteState["compared"] = [];

/** A site of which nothing was heard yet. Its first poll is due in one interval. */
export function newSite({ segmentId, circleId }: Pick<SiteFacts, "segmentId" | "circleId">, slotMs: number): SiteState {
  return {
    ...EMPTY_SUBJECT,
    lastGoodMs: null,
    lastPollMs: slotMs,
    misses: 0,
    goodPolls: 0,
    operating: { mode: "unknown", sinceMs: slotMs },
    compared: NOTHING_COMPARED,
    segmentId,
    circleId,
  };
}

/** The site after a good reply. */
export function hearSite(
  set: RuleSet,
  fleet: FleetState,
  moment: Moment,
  facts: SiteFacts,
  before: SiteState,
  reading: PointReading,
  readAtMs: number,
): SiteState {
  // Field by field in the order of `newSite`: a spread for each site and slot costs as much as some rules.
  const heard: Writable<SiteState> = {
    rules: before.rules,
    hidden: before.hidden,
    lastGoodMs: readAtMs,
    lastPollMs: moment.slotMs,
    misses: 0,
    goodPolls: before.goodPolls + 1,
    operating: nextOperating(before.operating, reading, facts, moment.slotMs),
    compared: NOTHING_COMPARED,
    segmentId: facts.segmentId,
    circleId: facts.circleId,
  };
  const view = viewOf(fleet, moment, facts, heard, reading);
  // Written into the object that was just made: another copy for each site and slot costs as much as some rules.
  if (set.comparedReaders.length > 0) heard.compared = set.comparedReaders.map((read) => read(view));
  heard.rules = judgeSiteRules(set, before.rules, view);
  return heard;
}

/** The site after a poll that brought nothing. */
export function missSite(
  set: RuleSet,
  fleet: FleetState,
  moment: Moment,
  facts: SiteFacts,
  before: SiteState,
): SiteState {
  const missed: SiteState = {
    ...before,
    lastPollMs: moment.slotMs,
    misses: before.misses + 1,
    goodPolls: 0,
    compared: [],
    segmentId: facts.segmentId,
    circleId: facts.circleId,
  };
  const view = viewOf(fleet, moment, facts, missed, null);
  return { ...missed, rules: judgeSiteRules(set, before.rules, view) };
}

function judgeSiteRules(set: RuleSet, before: SubjectState["rules"], view: SiteView): SubjectState["rules"] {
  const judged = judgeRules(set.rules, set.sitePlaces, before, view);
  if (set.fedPlaces.length === 0) return judged;
  const fed = set.rules.map((_, place) => judged[place] ?? null);
  for (const place of set.fedPlaces) {
    const compiled = set.rules[place];
    if (compiled !== undefined) fed[place] = feedRule(compiled, fed[place] ?? null, view);
  }
  return fed;
}

export function viewOf(
  fleet: FleetState,
  { slotMs, clock }: Moment,
  facts: SiteFacts,
  site: SiteState,
  reading: PointReading | null,
): SiteView {
  return {
    atMs: slotMs,
    facts,
    reading,
    misses: site.misses,
    goodPolls: site.goodPolls,
    operating: site.operating.mode,
    sisters: facts.circleId === null ? null : (fleet.sisters[facts.circleId] ?? null),
    clock,
    members: NO_MEMBERS,
  };
}

/** The states of some rules after one sample; the old list when none of them moved. What is held behind them stays. */
export function judgeRules(
  rules: readonly CompiledRule[],
  places: readonly number[],
  before: SubjectState["rules"],
  view: SiteView,
): SubjectState["rules"] {
  let after: (RuleState | null)[] | null = null;
  for (const place of places) {
    const compiled = rules[place];
    if (compiled === undefined) continue;
    const old = before[place] ?? null;
    // By far the most frequent case, without all that it does not need.
    const isClear = old === null || old === IDLE;
    if (isClear && compiled.isPlain && compiled.condition.judge(view, false, NO_MEMORY) === false) continue;
    const next = evaluateRule(compiled, old, view);
    if (next === old || (next === IDLE && old === null)) continue;
    after ??= before.length >= rules.length ? before.slice() : rules.map((_, at) => before[at] ?? null);
    after[place] = next;
  }
  return after ?? before;
}

/** What decides whether an alarm of a site is hidden. */
export function surroundingsOf(
  groups: FleetState["groups"],
  facts: SiteFacts,
  { rules, operating }: SiteState,
): Surroundings {
  const { siteId, segmentId, isCurtailed, isInMaintenance } = facts;
  return {
    subject: { siteId, segmentId },
    segmentId,
    own: rules,
    segment: segmentId === null ? [] : (groups[segmentId]?.rules ?? []),
    fleet: groups[FLEET]?.rules ?? [],
    operating: operating.mode,
    isCurtailed,
    isInMaintenance,
  };
}
