import type { Snapshot } from "../telemetry/snapshot.ts";
import type { ConditionEvent } from "./alarm-event.ts";
import { isPollDue } from "./due-poll.ts";
import { type PointReading, trustedReading } from "./expression/point-reading.ts";
import { type FleetState, ruleIdsOf, type SiteState } from "./fleet-state.ts";
import { judgeGroups } from "./judge-groups.ts";
import { hearSite, missSite, newSite, surroundingsOf, viewOf } from "./judge-site.ts";
import type { RuleSet } from "./rule-set.ts";
import { type Member, sisterMedians } from "./sister-medians.ts";
import type { SiteFacts } from "./site-facts.ts";
import type { LocalClock, SiteView } from "./site-view.ts";
import { endSubject, settleSubject } from "./subject-events.ts";

/** One slot of the fleet. */
export type Slot = {
  /** Scheduled time, ms since the epoch: the time of everything that is judged and said. */
  readonly slotMs: number;
  /** What is known of each site, by id. A site that is not in it, or not enabled, has no alarms. */
  readonly facts: ReadonlyMap<string, SiteFacts>;
  /** Time of day at the sites, for rules that hold at certain hours. */
  readonly clock: LocalClock;
};

/** The state after a step, and what happened in it; at the end of a slot segments come before their sites. The old state stays as it was. */
export type Step = { readonly state: FleetState; readonly events: readonly ConditionEvent[] };

/** What a site read, as far as it can be trusted, and when: ms since the epoch. */
export type SiteReading = { readonly siteId: string; readonly readAtMs: number; readonly reading: PointReading };

/** What else is known at the end of a slot. */
export type SlotEnd = {
  /** Sites whose extra poll, between two rounds, brought no good reply. */
  readonly missed?: ReadonlySet<string>;
  /** The newest snapshot of a site: for rules that count sites by their readings. */
  readonly latest?: (siteId: string) => Snapshot | undefined;
};

/** The rules as they are judged at one site: the same ones in the same places, of which some may be left out. */
export type RuleSetOf = (siteId: string) => RuleSet;

/** What is known of a slot apart from the readings that are judged. */
export type KnownOfSlot = {
  /** What segments and fleet are after it: then only some sites may be judged. */
  readonly groups?: FleetState["groups"] | undefined;
  /** Sites that are not judged, but that others are compared with. */
  readonly sisters?: readonly Member[];
  /** When not all rules have to be judged at each site. */
  readonly setOf?: RuleSetOf;
};

/** The newest reading of a site that is still of now; null = there is none. */
type ReadingAtClose = (facts: SiteFacts) => PointReading | null;

type PolledSite = { readonly own: SiteFacts; readonly before: SiteState | undefined; readonly site: SiteState };

/** A snapshot older than this many intervals says nothing about now. */
const FRESH_INTERVALS = 3;

/**
 * Judges the snapshots of a slot as soon as they are there, all at once or some at a time: in which order they come, and
 * with which others, changes nothing. Of one site the newest counts; what is not newer than what was judged is left out.
 *
 * @param state belongs to this rule set: see `adoptRules`
 */
export function applySnapshots(set: RuleSet, state: FleetState, slot: Slot, snapshots: readonly Snapshot[]): Step {
  return applyReadings(set, state, slot, [...newestBySite(state, snapshots).values()].sort(bySiteId));
}

/** @param newest one of each site, ordered by site */
function applyReadings(
  set: RuleSet,
  state: FleetState,
  slot: Slot,
  newest: readonly SiteReading[],
  setOf: RuleSetOf = () => set,
): Step {
  if (newest.length === 0) return { state, events: [] };
  const events: ConditionEvent[] = [];
  const sites: Record<string, SiteState> = { ...state.sites };
  for (const { siteId, readAtMs, reading } of newest) {
    const facts = slot.facts.get(siteId);
    if (!facts?.enabled || !isFresh(readAtMs, facts, slot.slotMs)) continue;
    const before = sites[siteId] ?? newSite(facts, slot.slotMs);
    const own = setOf(siteId);
    const heard = hearSite(own, state, slot, facts, before, reading, readAtMs);
    sites[siteId] = settleSite(own, state.groups, slot, facts, before, heard, events);
  }
  return { state: { ...state, sites }, events };
}

/** Ends a slot: counts the polls that were missed, judges what depends on several sites, and settles what hides what. */
export function closeSlot(set: RuleSet, state: FleetState, slot: Slot, end: SlotEnd = {}): Step {
  const { missed, latest } = end;
  return close(set, state, slot, missed ?? NO_SITES, (facts) => readingAtClose(latest?.(facts.siteId), facts, slot));
}

function close(
  set: RuleSet,
  state: FleetState,
  slot: Slot,
  missed: ReadonlySet<string>,
  readingOf: ReadingAtClose,
  { groups: judgedGroups, sisters: others = [], setOf = () => set }: KnownOfSlot = {},
): Step {
  const { slotMs, facts } = slot;
  // What is held stands behind the rules of the set.
  const ruleKeys = state.ruleKeys.length > set.keys.length ? state.ruleKeys : set.keys;
  const events: ConditionEvent[] = endGoneSites(ruleKeys, state, slot);
  const polled: PolledSite[] = [];
  const views: SiteView[] = [];
  for (const own of facts.values()) {
    if (!own.enabled) continue;
    const before = state.sites[own.siteId];
    const site = polledSite(setOf(own.siteId), state, slot, own, before, missed);
    polled.push({ own, before, site });
    if (judgedGroups === undefined)
      views.push(viewOf(state, slot, own, site, set.readsAtClose ? readingOf(own) : null));
  }
  const groups = judgedGroups ?? judgeGroups(set, ruleKeys, state.groups, slot, views, events);
  const settled = polled.map(({ own, before, site }) =>
    settleSite(setOf(own.siteId), groups, slot, own, before ?? site, site, events),
  );
  const sites = sitesAfter(state.sites, polled, settled);
  const sisters = set.comparedSignals.length === 0 ? {} : sisterMedians([...settled, ...others], set.comparedSignals);
  return { state: { ruleKeys, slotMs, sites, groups, sisters }, events };
}

/** The sites by id; the old record when nothing was left to be settled, which is the rule on a quiet day. */
function sitesAfter(
  before: FleetState["sites"],
  polled: readonly PolledSite[],
  settled: readonly SiteState[],
): FleetState["sites"] {
  const isSame = settled.every((after, place) => after === polled[place]?.before);
  if (isSame && settled.length === countOf(before)) return before;
  const sites: Record<string, SiteState> = {};
  for (const [place, after] of settled.entries()) sites[polled[place]?.own.siteId ?? ""] = after;
  return sites;
}

function countOf(sites: FleetState["sites"]): number {
  let count = 0;
  for (const _ in sites) count++;
  return count;
}

/** A site at the end of a slot: a poll that was due and brought nothing counts. */
function polledSite(
  set: RuleSet,
  state: FleetState,
  slot: Slot,
  facts: SiteFacts,
  before: SiteState | undefined,
  missed: ReadonlySet<string>,
): SiteState {
  const { slotMs } = slot;
  const known = before ?? newSite(facts, slotMs);
  const isDue = isPollDue(known.lastPollMs, facts.intervalS, slotMs);
  const isMissed = isDue || (missed.has(facts.siteId) && known.lastPollMs < slotMs);
  return isMissed ? missSite(set, state, slot, facts, known) : known;
}

/** A whole slot at once: what the live engine amounts to. */
export function advanceSlot(
  set: RuleSet,
  state: FleetState,
  slot: Slot,
  snapshots: readonly Snapshot[],
  end: SlotEnd = {},
): Step {
  const heard = applySnapshots(set, state, slot, snapshots);
  const closed = closeSlot(set, heard.state, slot, end);
  return { state: closed.state, events: [...heard.events, ...closed.events] };
}

/**
 * The same for readings that are all of this slot, at most one of each site: what the back-test does with history.
 *
 * @param readings ordered by site
 */
export function advanceReadings(
  set: RuleSet,
  state: FleetState,
  slot: Slot,
  readings: readonly SiteReading[],
  known: KnownOfSlot = {},
): Step {
  const heard = applyReadings(set, state, slot, readings, known.setOf);
  const bySite = set.readsAtClose ? new Map(readings.map(({ siteId, reading }) => [siteId, reading])) : null;
  const readingOf: ReadingAtClose = ({ siteId }) => bySite?.get(siteId) ?? null;
  const closed = close(set, heard.state, slot, NO_SITES, readingOf, known);
  return { state: closed.state, events: [...heard.events, ...closed.events] };
}

const NO_SITES: ReadonlySet<string> = new Set();

function newestBySite({ sites }: FleetState, snapshots: readonly Snapshot[]): Map<string, SiteReading> {
  const newest = new Map<string, SiteReading>();
  let [parsed, readAtMs] = ["", Number.NaN];
  for (const snapshot of snapshots) {
    const { siteId, slot } = snapshot;
    // Snapshots that come together are of one slot, nearly always.
    if (slot !== parsed) [parsed, readAtMs] = [slot, Date.parse(slot)];
    const known = newest.get(siteId)?.readAtMs ?? sites[siteId]?.lastGoodMs ?? Number.NEGATIVE_INFINITY;
    if (readAtMs > known) newest.set(siteId, { siteId, readAtMs, reading: trustedReading(snapshot) });
  }
  return newest;
}

function bySiteId(a: SiteReading, b: SiteReading): number {
  return a.siteId < b.siteId ? -1 : 1;
}

function isFresh(readAtMs: number, { intervalS }: SiteFacts, slotMs: number): boolean {
  return slotMs - readAtMs <= FRESH_INTERVALS * intervalS * 1000;
}

function settleSite(
  set: RuleSet,
  groups: FleetState["groups"],
  { slotMs }: Slot,
  facts: SiteFacts,
  before: SiteState,
  site: SiteState,
  events: ConditionEvent[],
): SiteState {
  if (isQuiet(site) && (site.rules === before.rules || isQuiet(before))) return site;
  const around = surroundingsOf(groups, facts, site);
  const hidden = settleSubject(set, set.sitePlaces, before, around, slotMs, events);
  return hidden === site.hidden ? site : { ...site, hidden };
}

/** True when no rule is active: there is nothing to hide, and nothing to tell if there was nothing before. */
function isQuiet({ rules }: SiteState): boolean {
  for (let place = 0; place < rules.length; place++) {
    if (typeof rules[place]?.activeSinceMs === "number") return false;
  }
  return true;
}

function readingAtClose(
  snapshot: Snapshot | undefined,
  { intervalS }: SiteFacts,
  { slotMs }: Slot,
): PointReading | null {
  if (snapshot === undefined || slotMs - Date.parse(snapshot.slot) >= intervalS * 1000) return null;
  return trustedReading(snapshot);
}

/** The alarms of sites that were disabled or have left the inventory end. */
function endGoneSites(ruleKeys: readonly string[], state: FleetState, { slotMs, facts }: Slot): ConditionEvent[] {
  const events: ConditionEvent[] = [];
  for (const siteId in state.sites) {
    const gone = facts.get(siteId)?.enabled ? undefined : state.sites[siteId];
    if (gone === undefined) continue;
    events.push(...endSubject(ruleIdsOf(ruleKeys), { siteId, segmentId: gone.segmentId }, gone, slotMs));
  }
  return events;
}
