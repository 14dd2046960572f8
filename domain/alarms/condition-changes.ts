import { type Alarm, alarmIdOf, Priority } from "./alarm.ts";
import { announceOnce, type Change, type Refusal } from "./alarm-change.ts";
import type { ConditionEvent } from "./alarm-event.ts";
import { isHidden } from "./alarm-state.ts";

/** An alarm that comes back within this time of its announcement chatters: one message more, then none (ISA-18.2; trust F12). */
const FLAP_WINDOW_MS = 15 * 60_000;

type Raised = Extract<ConditionEvent, { type: "raised" }>;
type Updated = Extract<ConditionEvent, { type: "updated" }>;

/** What an event of the engine changes. Events older than what the alarm has seen come from a replay: they are known. */
export function applyConditionEvent(alarm: Alarm | null, event: ConditionEvent): Change | Refusal {
  if (alarm !== null && Date.parse(event.at) < Date.parse(alarm.conditionAt)) return "nothing-new";
  const change = conditionChange(alarm, event);
  return typeof change === "string" ? change : { ...change, alarm: { ...change.alarm, conditionAt: event.at } };
}

function conditionChange(alarm: Alarm | null, event: ConditionEvent): Change | Refusal {
  if (event.type === "raised") return alarm === null ? raiseFirst(event) : raise(alarm, event);
  if (alarm === null) return "no-alarm";
  switch (event.type) {
    case "cleared":
      return alarm.active ? clear(alarm, event.at) : "nothing-new";
    case "updated":
      return alarm.active ? update(alarm, event) : "nothing-new";
    case "suppressed":
      return alarm.suppressedBy === event.suppressedBy
        ? "nothing-new"
        : { kind: "suppressed", alarm: { ...alarm, suppressedBy: event.suppressedBy } };
    case "released":
      return alarm.suppressedBy === null
        ? "nothing-new"
        : announceOnce("released", { ...alarm, suppressedBy: null }, event.at);
  }
}

function raiseFirst(event: Raised): Change {
  const { siteId, segmentId, ruleId, priority, sources, point, value, limit, unit, suppressedBy, at } = event;
  const isAnnounced = suppressedBy === null;
  const alarm: Alarm = {
    id: alarmIdOf({ siteId, segmentId }, ruleId),
    siteId,
    segmentId,
    ruleId,
    state: "normal",
    priority,
    active: true,
    sources,
    point,
    value,
    limit,
    unit,
    raisedAt: at,
    clearedAt: null,
    needsAcknowledgement: isAnnounced && priority !== "low",
    acknowledged: null,
    needsReset: event.latching,
    shelved: null,
    outOfService: null,
    suppressedBy,
    assignedTo: null,
    occurrences: 1,
    flaps: 0,
    chatteringSince: null,
    announcedAt: isAnnounced ? at : null,
    conditionAt: at,
    lastChangeAt: at,
    revision: 1,
  };
  return { kind: "raised", alarm, isAnnounced };
}

/** Engine and row may differ after a restart from older state: a raise of what is active already is only news about it. */
function raise(alarm: Alarm, event: Raised): Change | Refusal {
  if (alarm.active) return update(alarm, event);
  const { priority, sources, point, value, limit, unit, suppressedBy, at } = event;
  const isFlap = alarm.announcedAt !== null && Date.parse(at) - Date.parse(alarm.announcedAt) < FLAP_WINDOW_MS;
  const kind = !isFlap ? "raised" : alarm.flaps === 0 ? "chattering" : "reraised";
  // An acknowledgement survives chatter. A critical alarm must be acknowledged once more: nothing may swallow its return.
  const isStillAcknowledged = isFlap && !(priority === "critical" && kind === "chattering");
  const acknowledged = isStillAcknowledged ? alarm.acknowledged : null;
  const raised: Alarm = {
    ...alarm,
    priority,
    active: true,
    sources,
    point,
    value,
    limit,
    unit,
    raisedAt: at,
    clearedAt: null,
    acknowledged,
    needsReset: event.latching,
    suppressedBy,
    occurrences: alarm.occurrences + 1,
    flaps: isFlap ? alarm.flaps + 1 : 0,
    chatteringSince: chatteringSince(alarm, kind, at),
  };
  const isSeen = !isHidden(raised);
  raised.needsAcknowledgement = suppressedBy === null && priority !== "low" && acknowledged === null;
  if (kind === "raised" && isSeen) raised.announcedAt = at;
  return { kind, alarm: raised, isAnnounced: isSeen && kind !== "reraised" };
}

function chatteringSince(alarm: Alarm, kind: Change["kind"], at: string): string | null {
  if (kind === "raised") return null;
  return kind === "chattering" ? at : alarm.chatteringSince;
}

/** What ends unseen under a parent or by design asks nobody for anything. */
function clear(alarm: Alarm, at: string): Change {
  const needsAcknowledgement = alarm.suppressedBy === null && alarm.needsAcknowledgement;
  const alarmAfter = { ...alarm, active: false, clearedAt: at, needsAcknowledgement, suppressedBy: null };
  return { kind: "cleared", alarm: alarmAfter };
}

function update(alarm: Alarm, event: Raised | Updated): Change | Refusal {
  const sources = [...new Set([...alarm.sources, ...event.sources])];
  const { priority, point, value, limit, unit } = event;
  if (priority === alarm.priority && sources.length === alarm.sources.length) return "nothing-new";
  const isWorse = rankOf(priority) < rankOf(alarm.priority);
  const updated: Alarm = { ...alarm, priority, sources, point, value, limit, unit };
  if (!isWorse) return { kind: "updated", alarm: updated };
  updated.acknowledged = null;
  updated.needsAcknowledgement = alarm.suppressedBy === null;
  return { kind: "updated", alarm: updated, isAnnounced: !isHidden(updated) };
}

/** 0 for the worst. */
function rankOf(priority: Priority): number {
  return Priority.options.indexOf(priority);
}
