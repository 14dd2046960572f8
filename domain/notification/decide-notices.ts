import type { AlarmTransition } from "../alarms/alarm.ts";
import type { Directory } from "./directory.ts";
import type { Notice, NoticeGroup, NoticeReason, NotificationState } from "./notice.ts";
import { groupKey, judgeRoute, type Route } from "./route.ts";
import { settleGroup } from "./settle-group.ts";
import { trackTransition } from "./track-alarm.ts";
import { writeNotices } from "./write-notices.ts";

export type Decision = {
  /** The same object when nothing has changed. */
  readonly state: NotificationState;
  readonly notices: readonly Notice[];
  /** For every change that people are to be told of: what each route makes of it, and later what became of it. */
  readonly reasons: readonly NoticeReason[];
};

/**
 * The one place that decides who is told what. To be asked again whenever something has changed and while time passes:
 * what waits for its group, repeats, escalations, and the end of quiet hours follow from `nowMs` alone. The order of
 * changes means nothing, nor does one that comes twice, as long as its group lasts: whoever asks hands each in once.
 *
 * @param transitions changes of alarms; those with `isAnnounced` may raise a notice, the others are only followed
 */
export function decideNotices(
  routes: readonly Route[],
  directory: Directory,
  state: NotificationState,
  transitions: readonly AlarmTransition[],
  nowMs: number,
): Decision {
  const groups = new Map(Object.entries(state.groups));
  const reasons: NoticeReason[] = [];
  const ordered = transitions.toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || compare(a.alarmId, b.alarmId) || a.revision - b.revision,
  );
  for (const transition of ordered) takeTransition(groups, routes, directory, transition, nowMs, reasons);
  const notices: Notice[] = [];
  const byId = new Map(routes.map((route) => [route.id, route]));
  for (const [place, group] of [...groups].sort(([a], [b]) => compare(a, b))) {
    const route = byId.get(group.routeId);
    // A route that was removed or switched off tells nothing more.
    const settled = route?.isEnabled ? settleGroup(group, route, directory, nowMs) : null;
    if (settled?.group) groups.set(place, settled.group);
    else groups.delete(place);
    if (settled === null || route === undefined) continue;
    reasons.push(...settled.reasons);
    notices.push(...settled.rounds.flatMap((round) => writeNotices(round, group, route, directory)));
  }
  return { state: isSame(state, groups) ? state : { groups: Object.fromEntries(groups) }, notices, reasons };
}

type Groups = Map<string, NoticeGroup>;

function takeTransition(
  groups: Groups,
  routes: readonly Route[],
  directory: Directory,
  transition: AlarmTransition,
  nowMs: number,
  reasons: NoticeReason[],
): void {
  const { alarmId, revision } = transition;
  const say = (routeId: string | null, reason: NoticeReason["reason"]) =>
    reasons.push({ alarmId, revision, routeId, reason });
  const before = [...groups].filter(([, { alarms }]) => Object.hasOwn(alarms, alarmId));
  const isKnown = before.some(([, { alarms }]) => (alarms[alarmId]?.announcedRevision ?? 0) >= revision);
  for (const [place, group] of before) groups.set(place, trackTransition(group, transition));
  if (!transition.isAnnounced) return void say(null, "not-announced");
  if (isKnown) return void say(null, "known");
  const site = transition.siteId === null ? null : (directory.siteOf(transition.siteId) ?? null);
  let isTaken = false;
  let isClosed = false;
  for (const route of routes) {
    const verdict = isClosed ? "taken-before" : judgeRoute(route, transition, site, nowMs, directory.timeZone);
    say(route.id, verdict);
    if (verdict !== "taken") continue;
    isTaken = true;
    isClosed = !route.goOn;
    addToGroup(groups, route, groupKey(route, transition, site), transition, nowMs);
  }
  if (!isTaken) say(null, "no-route");
}

function addToGroup(groups: Groups, route: Route, key: string, transition: AlarmTransition, nowMs: number): void {
  const place = JSON.stringify([route.id, key]);
  for (const [other, group] of groups) {
    // A priority that has changed moves the alarm: it is told of in one group of a route.
    if (group.routeId === route.id && other !== place && Object.hasOwn(group.alarms, transition.alarmId)) {
      const { [transition.alarmId]: _moved, ...alarms } = group.alarms;
      groups.set(other, { ...group, alarms });
    }
  }
  groups.set(place, trackTransition(groups.get(place) ?? newGroup(route.id, key, transition, nowMs), transition));
}

function newGroup(routeId: string, key: string, { alarmId, revision }: AlarmTransition, nowMs: number): NoticeGroup {
  return {
    // Unlike that of any other group of this key, also after those before it are forgotten.
    id: `${routeId}/${alarmId}@${revision}/${nowMs}`,
    routeId,
    key,
    alarms: {},
    notices: 0,
    freshSinceMs: null,
    toldMs: null,
    askingSinceMs: null,
    steps: 0,
    clearSinceMs: null,
    told: [],
  };
}

function isSame({ groups: before }: NotificationState, after: Groups): boolean {
  return (
    Object.keys(before).length === after.size &&
    [...after].every(([place, group]) => Object.hasOwn(before, place) && before[place] === group)
  );
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
