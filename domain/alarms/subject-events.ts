import type { AlarmSubject } from "./alarm.ts";
import type { ConditionEvent } from "./alarm-event.ts";
import type { CompiledRule } from "./compile-rule.ts";
import type { Ground } from "./condition.ts";
import type { Hiding, SubjectState } from "./fleet-state.ts";
import type { RuleSet } from "./rule-set.ts";
import type { RuleState } from "./rule-state.ts";
import { nextHiding, parentOf, type Surroundings } from "./suppression.ts";

/** Settles what hides the active alarms of one subject, and says what has changed since `before`. */
export function settleSubject(
  set: RuleSet,
  places: readonly number[],
  before: SubjectState,
  around: Surroundings,
  atMs: number,
  events: ConditionEvent[],
): SubjectState["hidden"] {
  let hidden = before.hidden;
  for (const place of places) {
    const compiled = set.rules[place];
    const state = around.own[place] ?? null;
    const old = before.rules[place] ?? null;
    if (compiled === undefined || (!isActive(state) && !isActive(old))) continue;
    const { id } = compiled.rule;
    const oldHiding = isActive(old) ? (before.hidden[id] ?? null) : null;
    const hiding = isActive(state) ? nextHiding(oldHiding, parentOf(set, compiled, state.grounds, around), atMs) : null;
    if (hiding !== (before.hidden[id] ?? null)) hidden = withHiding(hidden, id, hiding);
    tell(compiled, around.subject, old, state, oldHiding, hiding, atMs, events);
  }
  return hidden;
}

/** The events of one rule between two moments. */
function tell(
  { rule }: CompiledRule,
  { siteId, segmentId }: AlarmSubject,
  old: RuleState | null,
  state: RuleState | null,
  oldHiding: Hiding | null,
  hiding: Hiding | null,
  atMs: number,
  events: ConditionEvent[],
): void {
  const wasActive = isActive(old);
  if (wasActive && isActive(state) && isSameGrounds(old, state) && oldHiding?.by === hiding?.by) return;
  const identity = { siteId, segmentId, ruleId: rule.id, at: new Date(atMs).toISOString() };
  if (!isActive(state)) {
    events.push({ type: "cleared", ...identity });
    return;
  }
  const grounds = { priority: state.priority ?? rule.priority, ...groundsOf(state.grounds) };
  if (!wasActive) {
    events.push({ type: "raised", ...identity, ...grounds, latching: rule.latching, suppressedBy: hiding?.by ?? null });
    return;
  }
  if (!isSameGrounds(old, state)) events.push({ type: "updated", ...identity, ...grounds });
  if (oldHiding?.by === hiding?.by) return;
  if (hiding === null) events.push({ type: "released", ...identity });
  else events.push({ type: "suppressed", ...identity, suppressedBy: hiding.by });
}

/** The events with which all alarms of a subject end that is gone, or of rules that are. */
export function endSubject(
  ruleIds: readonly string[],
  { siteId, segmentId }: AlarmSubject,
  { rules }: SubjectState,
  atMs: number,
): ConditionEvent[] {
  const at = new Date(atMs).toISOString();
  return rules.flatMap((state, place) => {
    const ruleId = ruleIds[place];
    return isActive(state) && ruleId !== undefined ? [{ type: "cleared" as const, siteId, segmentId, ruleId, at }] : [];
  });
}

/** The first ground is the one that the rule names first. */
function groundsOf(grounds: readonly Ground[]) {
  const { point = null, value = null, limit = null, unit = null } = grounds[0] ?? {};
  const sources = [...new Set(grounds.map(({ source }) => source))];
  return { sources: sources.length > 0 ? sources : ["platform" as const], point, value, limit, unit };
}

function isSameGrounds(old: RuleState, state: RuleState): boolean {
  return old.priority === state.priority && (old.grounds === state.grounds || sourcesOf(old) === sourcesOf(state));
}

function sourcesOf({ grounds }: RuleState): string {
  return [...new Set(grounds.map(({ source }) => source))].sort().join();
}

function withHiding(hidden: SubjectState["hidden"], ruleId: string, hiding: Hiding | null): SubjectState["hidden"] {
  const { [ruleId]: _old, ...others } = hidden;
  return hiding === null ? others : { ...others, [ruleId]: hiding };
}

function isActive(state: RuleState | null): state is RuleState {
  return state !== null && state.activeSinceMs !== null;
}
