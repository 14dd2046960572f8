import type { Priority } from "../alarm.ts";
import type { ConditionEvent } from "../alarm-event.ts";
import { PLATFORM_RULES } from "./index.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import type { Finding, PlatformRule } from "./platform-rule.ts";

/** What is known of one rule. `isActive` null: nothing could be told yet. */
type WatchState = {
  readonly isActive: boolean | null;
  /** Since when `isActive` is what it is. */
  readonly sinceMs: number;
  /** Which other state the facts ask for, and since when. */
  readonly asked: { readonly holds: boolean; readonly sinceMs: number } | null;
  /** What raised it, or changed it last. */
  readonly finding: Finding | null;
};

/** By rule id. */
export type PlatformState = ReadonlyMap<string, WatchState>;
export const UNKNOWN_PLATFORM: PlatformState = new Map();

/** An alarm of the platform that holds now. */
export type PlatformAlarm = { readonly ruleId: string; readonly priority: Priority; readonly sinceMs: number };

const NOTHING: WatchState = { isActive: null, sinceMs: 0, asked: null, finding: null };
const SUBJECT = { siteId: null, segmentId: null } as const;

/**
 * The platform's own alarms after one more look. The first thing that can be told of a rule is told, also that it is over:
 * a process that ended while an alarm was active has left it behind.
 */
export function judgePlatform(
  state: PlatformState,
  facts: PlatformFacts,
): { readonly state: PlatformState; readonly events: readonly ConditionEvent[] } {
  const after = new Map<string, WatchState>();
  const events: ConditionEvent[] = [];
  for (const rule of PLATFORM_RULES) {
    const before = state.get(rule.facts.id) ?? NOTHING;
    const next = judgeOne(rule, before, facts);
    after.set(rule.facts.id, next);
    events.push(...tell(rule, before, next, facts.atMs));
  }
  return { state: after, events };
}

function judgeOne({ facts: { onDelayS, offDelayS }, judge }: PlatformRule, before: WatchState, facts: PlatformFacts) {
  const finding = judge(facts, before.isActive === true);
  if (finding === null) return { ...before, asked: null };
  const { atMs } = facts;
  const { holds } = finding;
  if (holds === before.isActive) return { ...before, asked: null, finding: keptFinding(before, finding) };
  const asked = before.asked?.holds === holds ? before.asked : { holds, sinceMs: atMs };
  const delayMs = 1000 * (holds ? onDelayS : offDelayS);
  if (atMs - asked.sinceMs < delayMs) return { ...before, asked };
  return { isActive: holds, sinceMs: atMs, asked: null, finding };
}

/** While it is active only another priority is news. */
function keptFinding(before: WatchState, finding: Finding): Finding | null {
  const isNews = before.finding === null || finding.priority !== before.finding.priority;
  return before.isActive && isNews ? finding : before.finding;
}

function tell(rule: PlatformRule, before: WatchState, next: WatchState, atMs: number): ConditionEvent[] {
  const identity = { ...SUBJECT, ruleId: rule.facts.id, at: new Date(atMs).toISOString() };
  if (next.isActive !== before.isActive) {
    return [next.isActive ? raise(rule, next, atMs) : { type: "cleared", ...identity }];
  }
  if (!next.isActive || next.finding === null || next.finding === before.finding) return [];
  return [{ type: "updated", ...identity, ...groundsOf(rule, next.finding) }];
}

function raise(rule: PlatformRule, { finding }: WatchState, atMs: number): ConditionEvent {
  const identity = { ...SUBJECT, ruleId: rule.facts.id, at: new Date(atMs).toISOString() };
  return { type: "raised", ...identity, ...groundsOf(rule, finding), latching: false, suppressedBy: null };
}

function groundsOf({ facts, measure, unit }: PlatformRule, finding: Finding | null) {
  return {
    priority: finding?.priority ?? facts.priority,
    sources: ["platform" as const],
    point: measure,
    value: finding?.value ?? null,
    limit: finding?.limit ?? null,
    unit,
  };
}

/** The events that say everything that is known: for a store that may have missed some. What it knows already changes nothing. */
export function stateEvents(state: PlatformState, atMs: number): readonly ConditionEvent[] {
  return PLATFORM_RULES.flatMap((rule) => {
    const known = state.get(rule.facts.id) ?? NOTHING;
    if (known.isActive === null) return [];
    const identity = { ...SUBJECT, ruleId: rule.facts.id, at: new Date(atMs).toISOString() };
    return [known.isActive ? raise(rule, known, atMs) : { type: "cleared" as const, ...identity }];
  });
}

/** Ends whatever is active: nobody watches any more. */
export function endEvents(state: PlatformState, atMs: number): readonly ConditionEvent[] {
  const at = new Date(atMs).toISOString();
  return [...state].flatMap(([ruleId, { isActive }]) =>
    isActive ? [{ type: "cleared" as const, ...SUBJECT, ruleId, at }] : [],
  );
}

/** What holds now, worst first as they are listed. */
export function activeAlarms(state: PlatformState): readonly PlatformAlarm[] {
  return PLATFORM_RULES.flatMap(({ facts: { id, priority } }) => {
    const known = state.get(id);
    return known?.isActive
      ? [{ ruleId: id, priority: known.finding?.priority ?? priority, sinceMs: known.sinceMs }]
      : [];
  });
}
