import type { ConditionEvent } from "./alarm-event.ts";
import { EMPTY_SUBJECT, type FleetState, ruleIdsOf, type SubjectState } from "./fleet-state.ts";
import { FLEET, judgeRules, type Moment } from "./judge-site.ts";
import type { RuleSet } from "./rule-set.ts";
import type { SiteFacts } from "./site-facts.ts";
import type { SiteView } from "./site-view.ts";
import { endSubject, settleSubject } from "./subject-events.ts";

type Groups = FleetState["groups"];

/**
 * Judges the rules about segments and about the fleet. Sites in maintenance are in no group: somebody is there.
 *
 * @param ruleKeys of what the states hold: the set, and what is held behind it
 */
export function judgeGroups(
  set: RuleSet,
  ruleKeys: readonly string[],
  before: Groups,
  moment: Moment,
  sites: readonly SiteView[],
  events: ConditionEvent[],
): Groups {
  if (set.segmentPlaces.length === 0 && set.fleetPlaces.length === 0) return before;
  const members = sites.filter(({ facts }) => !facts.isInMaintenance);
  const judged: Record<string, SubjectState> = {};
  for (const [segmentId, inside] of bySegment(members)) {
    judged[segmentId] = judgeGroup(set, set.segmentPlaces, before[segmentId], groupView(moment, inside));
  }
  judged[FLEET] = judgeGroup(set, set.fleetPlaces, before[FLEET], groupView(moment, members));
  for (const segmentId of Object.keys(before)) {
    const gone = judged[segmentId] === undefined ? before[segmentId] : undefined;
    if (gone !== undefined) {
      events.push(...endSubject(ruleIdsOf(ruleKeys), { siteId: null, segmentId }, gone, moment.slotMs));
    }
  }
  return settleGroups(set, before, judged, moment.slotMs, events);
}

function judgeGroup(
  set: RuleSet,
  places: readonly number[],
  before: SubjectState = EMPTY_SUBJECT,
  view: SiteView,
): SubjectState {
  return { rules: judgeRules(set.rules, places, before.rules, view), hidden: before.hidden };
}

/** The fleet first: a segment may be hidden by it. */
function settleGroups(
  set: RuleSet,
  before: Groups,
  judged: Record<string, SubjectState>,
  atMs: number,
  events: ConditionEvent[],
): Groups {
  const fleet = judged[FLEET]?.rules ?? [];
  const keys = Object.keys(judged).sort();
  for (const key of keys) {
    const group = judged[key];
    if (group === undefined) continue;
    const segmentId = key === FLEET ? null : key;
    const around = {
      subject: { siteId: null, segmentId },
      segmentId,
      own: group.rules,
      segment: group.rules,
      fleet,
      operating: "unknown" as const,
      isCurtailed: false,
      isInMaintenance: false,
    };
    const places = key === FLEET ? set.fleetPlaces : set.segmentPlaces;
    const hidden = settleSubject(set, places, before[key] ?? EMPTY_SUBJECT, around, atMs, events);
    judged[key] = { rules: group.rules, hidden };
  }
  return judged;
}

function bySegment(members: readonly SiteView[]): Map<string, SiteView[]> {
  const segments = new Map<string, SiteView[]>();
  for (const member of members) {
    const { segmentId } = member.facts;
    if (segmentId === null) continue;
    const inside = segments.get(segmentId);
    if (inside === undefined) segments.set(segmentId, [member]);
    else inside.push(member);
  }
  return segments;
}

function groupView({ slotMs, clock }: Moment, members: readonly SiteView[]): SiteView {
  return {
    atMs: slotMs,
    facts: groupFacts(members),
    reading: null,
    misses: 0,
    goodPolls: 0,
    operating: "unknown",
    sisters: null,
    clock,
    members,
  };
}

/** A group has no facts of its own but how often news of it come: as often as of its slowest member. */
function groupFacts(members: readonly SiteView[]): SiteFacts {
  return {
    siteId: "group",
    segmentId: null,
    circleId: null,
    intervalS: members.reduce((longest, { facts }) => Math.max(longest, facts.intervalS), 1),
    enabled: true,
    ratedPowerKw: null,
    baselines: {},
    lab: {},
    camera: null,
    isInMaintenance: false,
    isCurtailed: false,
  };
}
