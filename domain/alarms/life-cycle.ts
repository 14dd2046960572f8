import type { Alarm, AlarmTransition } from "./alarm.ts";
import type { Change, Refusal } from "./alarm-change.ts";
import type { ConditionEvent, OperatorEvent } from "./alarm-event.ts";
import { stateOf } from "./alarm-state.ts";
import { applyConditionEvent } from "./condition-changes.ts";
import { applyOperatorEvent } from "./operator-actions.ts";

/** `transition` is null exactly when `refused` tells why; then `alarm` is what was handed in. */
export type Outcome =
  | { readonly alarm: Alarm; readonly transition: AlarmTransition; readonly refused: null }
  | { readonly alarm: Alarm | null; readonly transition: null; readonly refused: Refusal };

/**
 * The life cycle of one alarm: the alarm after an event, and the transition to be stored and told. Applying an event of
 * the engine twice is the same as applying it once, so a restart or a lease that moves repeats nothing.
 *
 * @param alarm the stored alarm; null when (subject, rule) was never raised
 */
export function applyAlarmEvent(alarm: Alarm | null, event: ConditionEvent | OperatorEvent): Outcome {
  const change = "ruleId" in event ? applyConditionEvent(alarm, event) : applyOperatorEvent(alarm, event);
  if (typeof change === "string") return { alarm, transition: null, refused: change };
  const before = alarm?.state ?? "normal";
  const after: Alarm = {
    ...change.alarm,
    state: stateOf(change.alarm),
    lastChangeAt: event.at,
    revision: (alarm?.revision ?? 0) + 1,
  };
  return { alarm: after, transition: transitionOf(after, before, change, event.at), refused: null };
}

function transitionOf(alarm: Alarm, from: Alarm["state"], change: Change, at: string): AlarmTransition {
  const { id, revision, siteId, segmentId, ruleId, state, priority, sources, point, value, limit, unit } = alarm;
  return {
    alarmId: id,
    revision,
    siteId,
    segmentId,
    ruleId,
    kind: change.kind,
    from,
    to: state,
    at,
    isAnnounced: change.isAnnounced ?? false,
    priority,
    sources,
    point,
    value,
    limit,
    unit,
    suppressedBy: alarm.suppressedBy,
    by: change.by ?? null,
    note: change.note ?? null,
    until: change.until ?? null,
    occurrences: alarm.occurrences,
    flaps: alarm.flaps,
  };
}

/** The end of a shelving whose time has run out; null = there is none. To be asked about every shelved alarm, every minute. */
export function dueUnshelving({ shelved }: Alarm, nowMs: number): OperatorEvent | null {
  if (shelved === null || Date.parse(shelved.until) > nowMs) return null;
  return { type: "unshelve", at: new Date(nowMs).toISOString(), by: null };
}
