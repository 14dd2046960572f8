import type { AlarmSubject } from "./alarm.ts";
import type { Step } from "./alarm-engine.ts";
import type { ConditionEvent } from "./alarm-event.ts";
import { type FleetState, ruleIdsOf, type SubjectState } from "./fleet-state.ts";
import { FLEET } from "./judge-site.ts";
import type { RuleSet } from "./rule-set.ts";
import { IDLE, type RuleState } from "./rule-state.ts";
import { endSubject } from "./subject-events.ts";

/**
 * Fits stored state to a rule set, whose rules may be others by now. A rule that did not change goes on; one that was
 * changed keeps its alarms and forgets what it had measured; the alarms of one that is gone or disabled end. What is held
 * stands behind the rules of the set, where nothing judges it.
 *
 * @param atMs the time of those ends
 * @param isHeld whether a rule that is not in the set may come back: nobody can tell now whether it is gone
 */
export function adoptRules(
  set: RuleSet,
  state: FleetState,
  atMs: number,
  isHeld: (ruleId: string) => boolean = () => false,
): Step {
  if (isSameList(set.keys, state.ruleKeys)) return { state, events: [] };
  const oldIds = ruleIdsOf(state.ruleKeys);
  const heldPlaces = oldIds.flatMap((id, place) => (!set.placeOf.has(id) && isHeld(id) ? [place] : []));
  const ruleKeys = [...set.keys, ...heldPlaces.map((place) => state.ruleKeys[place] ?? "")];
  if (isSameList(ruleKeys, state.ruleKeys)) return { state, events: [] };
  const events: ConditionEvent[] = [];
  const keptIds = new Set([...set.placeOf.keys(), ...heldPlaces.map((place) => oldIds[place] ?? "")]);
  const goneIds = oldIds.map((id) => (keptIds.has(id) ? "" : id));
  const fitSubject = <T extends SubjectState>(subject: T, identity: AlarmSubject): T => {
    const gone = { ...subject, rules: subject.rules.map((rule, place) => (goneIds[place] === "" ? null : rule)) };
    events.push(...endSubject(goneIds, identity, gone, atMs));
    return {
      ...subject,
      rules: [
        ...fitRules(set, oldIds, state.ruleKeys, subject.rules),
        ...heldPlaces.map((place) => subject.rules[place] ?? null),
      ],
      hidden: keptOnly(keptIds, subject.hidden),
    };
  };
  const sites = mapEntries(state.sites, (site, siteId) => ({
    ...fitSubject(site, { siteId, segmentId: site.segmentId }),
    compared: [],
  }));
  const groups = mapEntries(state.groups, (group, key) =>
    fitSubject(group, { siteId: null, segmentId: key === FLEET ? null : key }),
  );
  return { state: { ruleKeys, slotMs: state.slotMs, sites, groups, sisters: {} }, events };
}

function fitRules(
  set: RuleSet,
  oldIds: readonly string[],
  oldKeys: readonly string[],
  old: SubjectState["rules"],
): (RuleState | null)[] {
  return set.rules.map(({ rule, key }) => {
    const place = oldIds.indexOf(rule.id);
    const state = old[place] ?? null;
    if (state === null || oldKeys[place] === key) return state;
    const { activeSinceMs, priority, grounds } = state;
    return activeSinceMs === null ? null : { ...IDLE, activeSinceMs, priority, grounds };
  });
}

function keptOnly(ids: ReadonlySet<string>, hidden: SubjectState["hidden"]): SubjectState["hidden"] {
  return Object.fromEntries(Object.entries(hidden).filter(([ruleId]) => ids.has(ruleId)));
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, place) => text === b[place]);
}

function mapEntries<T, U>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
