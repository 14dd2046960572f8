import type { Alarm } from "./alarm.ts";
import { EMPTY_SUBJECT, type FleetState, type SiteState, type SubjectState } from "./fleet-state.ts";
import { FLEET, newSite } from "./judge-site.ts";
import type { RuleSet } from "./rule-set.ts";
import { IDLE, type RuleState } from "./rule-state.ts";

/**
 * What was remembered, made fit to go on from: after a restart, or when another process has judged until now.
 *
 * - The stored alarms are the truth. They are written before the memory, so after a crash in between the memory is older,
 *   or there is none: without this an alarm that ends meanwhile would stay for ever, and one that was raised again would
 *   be lost.
 * - No poll is missed that nobody here could hear: the round that is under way may have begun before.
 *
 * @param state belongs to this rule set: see `adoptRules`
 * @param alarms all whose condition holds, as stored; those of rules that are not in the set are left alone
 * @param fromMs since when this process hears of polls
 */
export function resumeFleet(set: RuleSet, state: FleetState, alarms: readonly Alarm[], fromMs: number): FleetState {
  const bySubject = Map.groupBy(alarms, subjectKey);
  const sites: Record<string, SiteState> = {};
  for (const siteId of namesOf(state.sites, alarms, (alarm) => alarm.siteId)) {
    const own = bySubject.get(`site ${siteId}`) ?? [];
    const site = state.sites[siteId] ?? newSite({ segmentId: own[0]?.segmentId ?? null, circleId: null }, fromMs);
    sites[siteId] = { ...site, ...fitSubject(set, site, own), lastPollMs: Math.max(site.lastPollMs, fromMs) };
  }
  const groups: Record<string, SubjectState> = {};
  for (const key of namesOf(state.groups, alarms, ({ siteId, segmentId }) =>
    siteId === null ? (segmentId ?? FLEET) : null,
  )) {
    groups[key] = fitSubject(set, state.groups[key] ?? EMPTY_SUBJECT, bySubject.get(`group ${key}`) ?? []);
  }
  return { ...state, sites, groups };
}

function subjectKey({ siteId, segmentId }: Alarm): string {
  return siteId === null ? `group ${segmentId ?? FLEET}` : `site ${siteId}`;
}

function namesOf(
  known: Readonly<Record<string, unknown>>,
  alarms: readonly Alarm[],
  nameOf: (alarm: Alarm) => string | null,
): Set<string> {
  return new Set([...Object.keys(known), ...alarms.flatMap((alarm) => nameOf(alarm) ?? [])]);
}

function fitSubject(set: RuleSet, { rules, hidden }: SubjectState, alarms: readonly Alarm[]): SubjectState {
  const byRule = new Map(alarms.map((alarm) => [alarm.ruleId as string, alarm]));
  const fitted = set.rules.map(({ rule }, place) => fitRule(rules[place] ?? null, byRule.get(rule.id)));
  const hiding = alarms.flatMap(({ ruleId, suppressedBy: by }) => {
    if (by === null || !set.placeOf.has(ruleId)) return [];
    const known = hidden[ruleId];
    return [[ruleId, known?.by === by ? known : { by, untilMs: null }] as const];
  });
  return { rules: fitted, hidden: Object.fromEntries(hiding) };
}

function fitRule(state: RuleState | null, alarm: Alarm | undefined): RuleState | null {
  const isActive = state !== null && state.activeSinceMs !== null;
  if (alarm === undefined) return isActive ? { ...IDLE, memory: state.memory } : state;
  if (isActive) return state.priority === alarm.priority ? state : { ...state, priority: alarm.priority };
  const { raisedAt, priority, sources, point, value, limit, unit } = alarm;
  return {
    ...IDLE,
    activeSinceMs: Date.parse(raisedAt),
    priority,
    grounds: sources.map((source) => ({ source, point, value, limit, unit })),
    memory: state?.memory ?? [],
  };
}
