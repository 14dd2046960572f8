import { type AlarmTransition, PRIORITY_RANK } from "../alarms/alarm.ts";
import type { NoticeGroup, TrackedAlarm } from "./notice.ts";

/** An alarm with its id. */
export type Named = readonly [alarmId: string, alarm: TrackedAlarm];

/** A group with a change of one of its alarms in it; the group itself when that is known already. */
export function trackTransition(group: NoticeGroup, transition: AlarmTransition): NoticeGroup {
  const before = Object.hasOwn(group.alarms, transition.alarmId) ? group.alarms[transition.alarmId] : undefined;
  const after = before === undefined ? firstSeen(transition) : laterSeen(before, transition);
  return after === before ? group : { ...group, alarms: { ...group.alarms, [transition.alarmId]: after } };
}

function firstSeen(transition: AlarmTransition): TrackedAlarm {
  return {
    ...factsOf(transition),
    since: transition.at,
    announcedRevision: transition.revision,
    isAcknowledged: false,
    isChattering: transition.kind === "chattering",
    isTold: false,
    wasTold: false,
  };
}

/** A change that people are to be told of may come after newer ones: what is newer about the alarm itself stays. */
function laterSeen(before: TrackedAlarm, transition: AlarmTransition): TrackedAlarm {
  const { revision, kind, at } = transition;
  const isNewer = revision > before.revision;
  const seen: TrackedAlarm = isNewer
    ? {
        ...before,
        ...factsOf(transition),
        since: isRaise(kind) ? at : before.since,
        isAcknowledged: acknowledgedAfter(before, transition),
      }
    : before;
  if (!transition.isAnnounced || revision <= before.announcedRevision) return seen;
  const isChattering = before.isChattering || kind === "chattering";
  return { ...seen, announcedRevision: revision, isChattering, isTold: false };
}

function factsOf(transition: AlarmTransition) {
  const { siteId, segmentId, ruleId, point, value, limit, unit, priority, to: state, revision } = transition;
  return { siteId, segmentId, ruleId, point, value, limit, unit, priority, state, revision };
}

function isRaise(kind: AlarmTransition["kind"]): boolean {
  return kind === "raised" || kind === "reraised" || kind === "chattering";
}

function acknowledgedAfter({ isAcknowledged }: TrackedAlarm, { kind, to }: AlarmTransition): boolean {
  if (kind === "acknowledged" || kind === "reset") return true;
  return to === "unacknowledged" ? false : isAcknowledged;
}

/** Its condition holds, and people see it as an alarm of its own. */
function isVisible({ state }: TrackedAlarm): boolean {
  return state === "unacknowledged" || state === "acknowledged";
}

/** Its condition is over, whatever is still asked of people. */
export function isOver({ state }: TrackedAlarm): boolean {
  return state === "normal" || state === "returned_unacknowledged" || state === "latched";
}

/** It waits to be told. That it comes and goes is told also while it is just gone. */
export function isFresh(alarm: TrackedAlarm): boolean {
  if (alarm.isTold) return false;
  return isVisible(alarm) || isAsking(alarm) || (alarm.isChattering && alarm.wasTold && isOver(alarm));
}

/** Somebody has to see to it. What is over and leaves no latch asks nobody to get up. */
export function isAsking({ state, isAcknowledged }: TrackedAlarm): boolean {
  return state === "unacknowledged" || (state === "latched" && !isAcknowledged);
}

/** Worst first, then the oldest. */
export function worstFirst(alarms: readonly Named[]): Named[] {
  return alarms.toSorted(
    ([oneId, one], [otherId, other]) =>
      PRIORITY_RANK[one.priority] - PRIORITY_RANK[other.priority] ||
      compare(one.since, other.since) ||
      compare(oneId, otherId),
  );
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
