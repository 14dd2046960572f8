import type { Alarm } from "./alarm.ts";
import { PLATFORM_PREFIX } from "./alarm-class.ts";
import { EMPTY_SUBJECT, type FleetState, ruleIdsOf, type SiteState, type SubjectState } from "./fleet-state.ts";
import { FLEET, newSite } from "./judge-site.ts";
import { IDLE, type RuleState } from "./rule-state.ts";

/**
 * What was remembered, made fit to go on from: after a restart, or when another process has judged until now.
 *
 * - The stored alarms are the truth. They are written before the memory, so after a crash in between the memory is older,
 *   or there is none: without this an alarm that ends meanwhile would stay for ever, and one that was raised again would
 *   be lost.
 * - No poll is missed that nobody here could hear: the round that is under way may have begun before.
 *
 * The rules are those of then: which of them there still are, `adoptRules` sees to afterwards.
 *
 * @param stored all whose condition holds; those of the platform itself are left alone
 * @param fromMs since when this process hears of polls
 */
export function resumeFleet(state: FleetState, stored: readonly Alarm[], fromMs: number): FleetState {
  const alarms = stored.filter(({ ruleId }) => !ruleId.startsWith(PLATFORM_PREFIX));
  const bySubject = Map.groupBy(alarms, subjectKey);
  const known = new Set(ruleIdsOf(state.ruleKeys));
  const others = new Set(alarms.map(({ ruleId }) => ruleId as string).filter((id) => !known.has(id)));
  const ids = [...known, ...others];
  const sites: Record<string, SiteState> = {};
  for (const siteId of namesOf(state.sites, alarms, (alarm) => alarm.siteId)) {
    const own = bySubject.get(`site ${siteId}`) ?? [];
    const site = state.sites[siteId] ?? newSite({ segmentId: own[0]?.segmentId ?? null, circleId: null }, fromMs);
    sites[siteId] = { ...site, ...fitSubject(ids, site, own), lastPollMs: Math.max(site.lastPollMs, fromMs) };
  }
  const groups: Record<string, SubjectState> = {};
  for (const key of namesOf(state.groups, alarms, ({ siteId, segmentId }) =>
    siteId === null ? (segmentId ?? FLEET) : null,
  )) {
    groups[key] = fitSubject(ids, state.groups[key] ?? EMPTY_SUBJECT, bySubject.get(`group ${key}`) ?? []);
  }
  // Of them only the alarms are known: a key without a hash fits no rule.
  return { ...state, ruleKeys: [...state.ruleKeys, ...[...others].map((id) => `${id}#`)], sites, groups };
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

function fitSubject(ids: readonly string[], { rules, hidden }: SubjectState, alarms: readonly Alarm[]): SubjectState {
  const byRule = new Map(alarms.map((alarm) => [alarm.ruleId as string, alarm]));
  const fitted = ids.map((id, place) => fitRule(rules[place] ?? null, byRule.get(id)));
  const hiding = alarms.flatMap(({ ruleId, suppressedBy: by }) => {
    if (by === null) return [];
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
