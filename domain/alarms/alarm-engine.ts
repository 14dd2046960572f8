import type { Snapshot } from "../telemetry/snapshot.ts";
import type { ConditionEvent } from "./alarm-event.ts";
import { type PointReading, trustedReading } from "./expression/point-reading.ts";
import type { FleetState, SiteState } from "./fleet-state.ts";
import { judgeGroups } from "./judge-groups.ts";
import { hearSite, missSite, newSite, surroundingsOf, viewOf } from "./judge-site.ts";
import type { RuleSet } from "./rule-set.ts";
import { sisterMedians } from "./sister-medians.ts";
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

/** What else is known at the end of a slot. */
export type SlotEnd = {
  /** Sites whose extra poll, between two rounds, brought no good reply. */
  readonly missed?: ReadonlySet<string>;
  /** The newest snapshot of a site: for rules that count sites by their readings. */
  readonly latest?: (siteId: string) => Snapshot | undefined;
};

/** A slot may come a little early: a poll is due after this share of its interval. */
const DUE_SHARE = 0.9;
/** A snapshot older than this many intervals says nothing about now. */
const FRESH_INTERVALS = 3;

/**
 * Judges the snapshots of a slot as soon as they are there, all at once or some at a time: in which order they come, and
 * with which others, changes nothing. Of one site the newest counts; what is not newer than what was judged is left out.
 *
 * @param state belongs to this rule set: see `adoptRules`
 */
export function applySnapshots(set: RuleSet, state: FleetState, slot: Slot, snapshots: readonly Snapshot[]): Step {
  const newest = newestBySite(state, snapshots);
  if (newest.size === 0) return { state, events: [] };
  const events: ConditionEvent[] = [];
  const sites: Record<string, SiteState> = { ...state.sites };
  for (const siteId of [...newest.keys()].sort()) {
    const facts = slot.facts.get(siteId);
    const { snapshot, readAtMs } = newest.get(siteId) ?? {};
    if (!facts?.enabled || snapshot === undefined || readAtMs === undefined) continue;
    if (!isFresh(readAtMs, facts, slot.slotMs)) continue;
    const before = sites[siteId] ?? newSite(facts, slot.slotMs);
    const heard = hearSite(set, state, slot, facts, before, trustedReading(snapshot), readAtMs);
    sites[siteId] = settleSite(set, state.groups, slot, facts, before, heard, events);
  }
  return { state: { ...state, sites }, events };
}

/** Ends a slot: counts the polls that were missed, judges what depends on several sites, and settles what hides what. */
export function closeSlot(set: RuleSet, state: FleetState, slot: Slot, end: SlotEnd = {}): Step {
  const { slotMs, facts } = slot;
  const events: ConditionEvent[] = endGoneSites(set, state, slot);
  const enabled = [...facts.values()].filter(({ enabled }) => enabled);
  const sites: Record<string, SiteState> = {};
  const views: SiteView[] = [];
  for (const own of enabled) {
    const known = state.sites[own.siteId] ?? newSite(own, slotMs);
    const isDue = slotMs - known.lastPollMs >= DUE_SHARE * own.intervalS * 1000;
    const isMissed = isDue || (end.missed?.has(own.siteId) === true && known.lastPollMs < slotMs);
    const site = isMissed ? missSite(set, state, slot, own, known) : known;
    sites[own.siteId] = site;
    views.push(viewOf(state, slot, own, site, readingAtClose(set, own, slot, end)));
  }
  const groups = judgeGroups(set, state.groups, slot, views, events);
  for (const own of enabled) {
    const site = sites[own.siteId];
    if (site === undefined) continue;
    sites[own.siteId] = settleSite(set, groups, slot, own, state.sites[own.siteId] ?? site, site, events);
  }
  const sisters = set.comparedSignals.length === 0 ? {} : sisterMedians(Object.values(sites), set.comparedSignals);
  return { state: { ruleKeys: set.keys, slotMs, sites, groups, sisters }, events };
}

/** A whole slot at once: what the back-test does with history, and what the live engine amounts to. */
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

type Found = { readonly snapshot: Snapshot; readonly readAtMs: number };

function newestBySite({ sites }: FleetState, snapshots: readonly Snapshot[]): Map<string, Found> {
  const newest = new Map<string, Found>();
  for (const snapshot of snapshots) {
    const { siteId, slot } = snapshot;
    const readAtMs = Date.parse(slot);
    const known = newest.get(siteId)?.readAtMs ?? sites[siteId]?.lastGoodMs ?? Number.NEGATIVE_INFINITY;
    if (readAtMs > known) newest.set(siteId, { snapshot, readAtMs });
  }
  return newest;
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
  const around = surroundingsOf(groups, facts, site);
  const hidden = settleSubject(set, set.sitePlaces, before, around, slotMs, events);
  return hidden === site.hidden ? site : { ...site, hidden };
}

function readingAtClose(set: RuleSet, facts: SiteFacts, { slotMs }: Slot, { latest }: SlotEnd): PointReading | null {
  const snapshot = set.readsAtClose ? latest?.(facts.siteId) : undefined;
  if (snapshot === undefined || slotMs - Date.parse(snapshot.slot) >= facts.intervalS * 1000) return null;
  return trustedReading(snapshot);
}

/** The alarms of sites that were disabled or have left the inventory end. */
function endGoneSites(set: RuleSet, state: FleetState, { slotMs, facts }: Slot): ConditionEvent[] {
  const ids = set.rules.map(({ rule }) => rule.id);
  return Object.keys(state.sites).flatMap((siteId) => {
    const gone = facts.get(siteId)?.enabled ? undefined : state.sites[siteId];
    return gone === undefined ? [] : endSubject(ids, { siteId, segmentId: gone.segmentId }, gone, slotMs);
  });
}
