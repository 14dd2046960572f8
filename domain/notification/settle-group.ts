import { channelsOf } from "./channels-of.ts";
import type { Directory } from "./directory.ts";
import { isWithin } from "./local-time.ts";
import type { NoticeGroup, NoticeKind, NoticeReason, TrackedAlarm } from "./notice.ts";
import { onCallAt } from "./on-call.ts";
import type { Route, Target } from "./route.ts";
import { isAsking, isFresh, isOver, type Named, worstFirst } from "./track-alarm.ts";

/** One message of a group, to several people. */
export type Round = {
  readonly kind: NoticeKind;
  /** Counts the messages of its group. */
  readonly number: number;
  readonly to: readonly string[];
  /** Worst first. */
  readonly alarms: readonly Named[];
};

export type Settled = {
  /** Null: all of it is over, and told. */
  readonly group: NoticeGroup | null;
  readonly rounds: readonly Round[];
  readonly reasons: readonly NoticeReason[];
};

const MINUTE_MS = 60_000;
/** Good news may wait until it is likely to last [J]. */
const CLEAR_WAIT_MS = 2 * MINUTE_MS;
/** As long as a return counts as chatter: see condition-changes.ts. */
const CLEAR_WAIT_AFTER_CHATTER_MS = 15 * MINUTE_MS;

type Work = {
  readonly route: Route;
  readonly directory: Directory;
  readonly nowMs: number;
  group: NoticeGroup;
  readonly rounds: Round[];
  readonly reasons: NoticeReason[];
};

/** What a group tells now, and what it is afterwards: the same object when nothing has changed. */
export function settleGroup(before: NoticeGroup, route: Route, directory: Directory, nowMs: number): Settled {
  const work: Work = { route, directory, nowMs, group: before, rounds: [], reasons: [] };
  dropUntold(work);
  tellFresh(work);
  followAsking(work);
  const group = tellCleared(work);
  return {
    group: group !== null && isSame(before, group) ? before : group,
    rounds: work.rounds,
    reasons: work.reasons,
  };
}

/**
 * What was over or seen before its turn came needs no message any more; of what was told before, the end still does. What
 * is hidden stays: it may come to light.
 */
function dropUntold(work: Work): void {
  const isDropped = (alarm: TrackedAlarm) =>
    !alarm.isTold && (alarm.isAcknowledged || (isOver(alarm) && !isFresh(alarm)));
  const dropped = alarmsOf(work.group).filter(([, alarm]) => isDropped(alarm));
  if (dropped.length === 0) return;
  note(work, dropped, "over-before-told");
  const kept = alarmsOf(work.group).flatMap(([id, alarm]): Named[] => {
    if (!isDropped(alarm)) return [[id, alarm]];
    return alarm.wasTold ? [[id, { ...alarm, isTold: true }]] : [];
  });
  work.group = { ...work.group, alarms: Object.fromEntries(kept) };
}

function tellFresh(work: Work): void {
  const { group, route, nowMs } = work;
  const fresh = alarmsOf(group).filter(([, alarm]) => isFresh(alarm));
  if (fresh.length === 0) {
    work.group = { ...group, freshSinceMs: null };
    return;
  }
  work.group = { ...group, freshSinceMs: group.freshSinceMs ?? nowMs };
  const whyNot = whyNotYet(work, fresh);
  if (whyNot !== null) {
    note(work, fresh, whyNot);
    return;
  }
  const isWanted = route.kinds.includes("raised");
  const to = isWanted ? firstReached(work) : [];
  if (to.length > 0) addRound(work, "raised", to, fresh);
  settleFresh(work, fresh, to, to.length > 0 ? "told" : isWanted ? "nobody-to-tell" : "kind-not-wanted");
}

/** Why what is fresh is not told now; null when it is. */
function whyNotYet(work: Work, fresh: readonly Named[]): NoticeReason["reason"] | null {
  const { group, route, nowMs } = work;
  if (!route.kinds.includes("raised")) return null;
  const afterWaitMs = (group.freshSinceMs ?? nowMs) + route.waitS * 1000;
  const afterLastMs = group.toldMs === null ? afterWaitMs : group.toldMs + route.intervalS * 1000;
  if (nowMs < Math.max(afterWaitMs, afterLastMs)) return "waits-for-group";
  return isQuiet(work, fresh) ? "held-in-quiet-hours" : null;
}

function settleFresh(work: Work, fresh: readonly Named[], to: readonly string[], reason: NoticeReason["reason"]): void {
  note(work, fresh, reason);
  const told = Object.fromEntries(fresh.map(([id, alarm]) => [id, { ...alarm, isTold: true, wasTold: true }]));
  work.group = {
    ...work.group,
    alarms: { ...work.group.alarms, ...told },
    freshSinceMs: null,
    toldMs: work.nowMs,
    told: union(work.group.told, to),
  };
}

/** Whom the route names; when that is nobody now, the first step of escalation that names somebody. */
function firstReached(work: Work): readonly string[] {
  for (const target of [work.route.to, ...work.route.escalations.map(({ to }) => to)]) {
    const found = resolve(target, work);
    if (found.length > 0) return found;
  }
  return [];
}

/** Repeats, then escalates: whoever is told by a step is not told the same by a repetition at once. */
function followAsking(work: Work): void {
  const asking = alarmsOf(work.group).filter(([, alarm]) => alarm.isTold && isAsking(alarm));
  if (asking.length === 0) {
    work.group = { ...work.group, askingSinceMs: null, steps: 0 };
    return;
  }
  const askingSinceMs = work.group.askingSinceMs ?? work.nowMs;
  work.group = { ...work.group, askingSinceMs };
  if (isQuiet(work, asking)) return;
  repeat(work, asking);
  escalate(work, asking, askingSinceMs);
}

function repeat(work: Work, asking: readonly Named[]): void {
  const { route, group, nowMs } = work;
  const { repeatEveryMin } = route;
  if (repeatEveryMin === null || group.toldMs === null || !route.kinds.includes("raised")) return;
  if (nowMs < group.toldMs + repeatEveryMin * MINUTE_MS) return;
  // Whoever is on call now, not whoever was on call at the beginning.
  const targets = [route.to, ...route.escalations.slice(0, group.steps).map(({ to }) => to)];
  const to = targets.reduce<readonly string[]>((all, one) => union(all, resolve(one, work)), []);
  if (to.length > 0) addRound(work, "repeated", to, asking);
  work.group = { ...work.group, toldMs: nowMs, told: union(work.group.told, to) };
}

function escalate(work: Work, asking: readonly Named[], askingSinceMs: number): void {
  const { route, group, nowMs } = work;
  if (!route.kinds.includes("escalated")) return;
  const due = route.escalations.filter(
    ({ afterMin }, place) => place >= group.steps && askingSinceMs + afterMin * MINUTE_MS <= nowMs,
  );
  if (due.length === 0) return;
  const to = due.reduce<readonly string[]>((all, step) => union(all, resolve(step.to, work)), []);
  if (to.length > 0) addRound(work, "escalated", to, asking);
  work.group = { ...work.group, steps: group.steps + due.length, told: union(work.group.told, to) };
}

/** One message for the whole group, when all of it is over and stays so. */
function tellCleared(work: Work): NoticeGroup | null {
  const { route, nowMs, group } = work;
  const alarms = alarmsOf(group);
  if (alarms.length === 0) return null;
  if (!alarms.every(([, alarm]) => alarm.isTold && isOver(alarm) && !isAsking(alarm))) {
    return { ...group, clearSinceMs: null };
  }
  const clearSinceMs = group.clearSinceMs ?? nowMs;
  const hasChattered = alarms.some(([, { isChattering }]) => isChattering);
  const waiting = { ...group, clearSinceMs };
  if (nowMs < clearSinceMs + (hasChattered ? CLEAR_WAIT_AFTER_CHATTER_MS : CLEAR_WAIT_MS)) return waiting;
  if (!route.kinds.includes("cleared")) return null;
  if (isQuiet(work, alarms)) return waiting;
  const to = route.kinds.includes("raised") ? group.told : resolve(route.to, work);
  if (to.length > 0) addRound(work, "cleared", to, alarms);
  return null;
}

function addRound(work: Work, kind: NoticeKind, to: readonly string[], alarms: readonly Named[]): void {
  const number = work.group.notices + 1;
  work.rounds.push({ kind, number, to, alarms: worstFirst(alarms) });
  work.group = { ...work.group, notices: number };
}

/** Everybody a target means now, and who is reached by a channel of the route. */
function resolve(target: Target, { route, directory, nowMs }: Work): readonly string[] {
  const onCall = target.scheduleIds.flatMap((id) => {
    const schedule = directory.schedules.get(id);
    return schedule === undefined ? [] : onCallAt(schedule, nowMs, directory.timeZone);
  });
  const ids = [...new Set([...target.recipientIds, ...onCall])];
  return ids.filter((id) => {
    const recipient = directory.recipients.get(id);
    return recipient?.isEnabled === true && channelsOf(recipient, route.channels, directory.channels).length > 0;
  });
}

function isQuiet({ route: { quiet }, directory, nowMs }: Work, alarms: readonly Named[]): boolean {
  const worst = worstFirst(alarms)[0]?.[1].priority;
  if (quiet === undefined || worst === undefined) return false;
  const isHeld = (quiet.priorities as readonly string[]).includes(worst);
  return isHeld && isWithin({ hours: quiet }, nowMs, directory.timeZone).isInside;
}

function note(work: Work, alarms: readonly Named[], reason: NoticeReason["reason"]): void {
  for (const [alarmId, { announcedRevision: revision }] of alarms) {
    work.reasons.push({ alarmId, revision, routeId: work.route.id, reason });
  }
}

function alarmsOf({ alarms }: NoticeGroup): Named[] {
  return Object.entries(alarms);
}

function union(some: readonly string[], more: readonly string[]): readonly string[] {
  return more.every((id) => some.includes(id)) ? some : [...new Set([...some, ...more])];
}

function isSame(one: NoticeGroup, other: NoticeGroup): boolean {
  return (Object.keys(one) as (keyof NoticeGroup)[]).every((key) => one[key] === other[key]);
}
