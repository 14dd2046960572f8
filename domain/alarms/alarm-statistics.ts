import { quantileOf } from "../telemetry/quantiles.ts";
import type { Alarm, AlarmTransition, Priority } from "./alarm.ts";

const TEN_MIN_MS = 600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A flood begins with more than 10 alarms in 10 minutes and ends with fewer than 5 (ISA-18.2, public extract of §16.4). */
const FLOOD_STARTS_OVER = 10;
const FLOOD_ENDS_BELOW = 5;
/** More than 5 changes within 5 minutes [M]; an alarm that lasts less than 10 s [M]; one that stands for more than a day. */
export const CHATTER_OVER = 5;
export const CHATTER_WINDOW_MS = 300_000;
export const FLEETING_MS = 10_000;
const TOP = 10;

/** Figures of ISA-18.2 over a period, per operator position. Shares are 0 to 1; null where there is nothing to divide by. */
export type AlarmStatistics = {
  /** Times that people were told of an alarm; what is hidden or repeated is not in it. */
  readonly announced: number;
  readonly perOperatorHour: number;
  /** Of the 10-minute intervals, those with more than 10 alarms. Goal: below 1 %. */
  readonly crowdedShare: number;
  /** Of the time, that in flood. Goal: below 1 %. */
  readonly floodShare: number;
  readonly byPriority: Readonly<Record<Priority, number>>;
  /** Rules by how often they told, most first. */
  readonly topRules: readonly { readonly ruleId: string; readonly announced: number; readonly share: number }[];
  /** Share of the ten most frequent rules. */
  readonly topShare: number | null;
  /** Alarms that changed more than 5 times within 5 minutes, and alarms that lasted less than 10 s. Goal: none. */
  readonly chattering: readonly string[];
  readonly fleeting: readonly string[];
  /** Alarms active for more than 24 h at the end of the period. Goal: fewer than 5. */
  readonly stale: readonly string[];
  /** Seconds from being told to the acknowledgement. */
  readonly medianAcknowledgeS: number | null;
  readonly worstAcknowledgeS: number | null;
};

export type StatisticsPeriod = {
  readonly fromMs: number;
  readonly toMs: number;
  /** Operator positions that share the work. */
  readonly operators: number;
};

/**
 * @param transitions of the period, oldest first
 * @param alarms as they stand at the end of the period
 */
export function alarmStatistics(
  transitions: readonly AlarmTransition[],
  alarms: Iterable<Pick<Alarm, "id" | "active" | "raisedAt">>,
  { fromMs, toMs, operators }: StatisticsPeriod,
): AlarmStatistics {
  const told = transitions.filter(({ isAnnounced }) => isAnnounced);
  const perInterval = countByInterval(told, fromMs, toMs);
  const topRules = rankRules(told);
  const waits = acknowledgeTimes(transitions).sort((a, b) => a - b);
  const medianMs = quantileOf(waits, 0.5);
  const byPriority = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { priority } of told) byPriority[priority]++;
  return {
    announced: told.length,
    perOperatorHour: told.length / Math.max(1, operators) / Math.max((toMs - fromMs) / HOUR_MS, Number.EPSILON),
    crowdedShare: share(perInterval, (count) => count > FLOOD_STARTS_OVER),
    floodShare: floodShare(perInterval),
    byPriority,
    topRules: topRules.slice(0, TOP),
    topShare: told.length === 0 ? null : topRules.slice(0, TOP).reduce((sum, rule) => sum + rule.share, 0),
    ...illBehaved(transitions),
    stale: [...alarms]
      .filter((alarm) => alarm.active && toMs - Date.parse(alarm.raisedAt) > DAY_MS)
      .map(({ id }) => id),
    medianAcknowledgeS: medianMs === null ? null : medianMs / 1000,
    worstAcknowledgeS: waits.length === 0 ? null : (waits.at(-1) ?? 0) / 1000,
  };
}

function countByInterval(told: readonly AlarmTransition[], fromMs: number, toMs: number): number[] {
  const counts = new Array<number>(Math.max(1, Math.ceil((toMs - fromMs) / TEN_MIN_MS))).fill(0);
  for (const { at } of told) {
    const place = Math.floor((Date.parse(at) - fromMs) / TEN_MIN_MS);
    if (counts[place] !== undefined) counts[place]++;
  }
  return counts;
}

function floodShare(perInterval: readonly number[]): number {
  let isFlood = false;
  return share(perInterval, (count) => {
    isFlood = isFlood ? count >= FLOOD_ENDS_BELOW : count > FLOOD_STARTS_OVER;
    return isFlood;
  });
}

function share(counts: readonly number[], test: (count: number) => boolean): number {
  return counts.filter(test).length / counts.length;
}

function rankRules(told: readonly AlarmTransition[]): AlarmStatistics["topRules"] {
  const counts = new Map<string, number>();
  for (const { ruleId } of told) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  return [...counts]
    .map(([ruleId, announced]) => ({ ruleId, announced, share: announced / told.length }))
    .sort((a, b) => b.announced - a.announced || (a.ruleId < b.ruleId ? -1 : 1));
}

const BEGINS = new Set<AlarmTransition["kind"]>(["raised", "reraised", "chattering"]);

function illBehaved(transitions: readonly AlarmTransition[]) {
  const changes = new Map<string, number[]>();
  const beganMs = new Map<string, number>();
  const fleeting = new Set<string>();
  for (const { alarmId, kind, at } of transitions) {
    const isBegin = BEGINS.has(kind);
    if (!isBegin && kind !== "cleared") continue;
    const atMs = Date.parse(at);
    const list = changes.get(alarmId);
    if (list === undefined) changes.set(alarmId, [atMs]);
    else list.push(atMs);
    if (isBegin) beganMs.set(alarmId, atMs);
    else if (atMs - (beganMs.get(alarmId) ?? Number.NEGATIVE_INFINITY) < FLEETING_MS) fleeting.add(alarmId);
  }
  const chattering = [...changes].filter(([, times]) => hasBurst(times)).map(([alarmId]) => alarmId);
  return { chattering: chattering.sort(), fleeting: [...fleeting].sort() };
}

function hasBurst(times: readonly number[]): boolean {
  return times.some((atMs, place) => {
    const first = times[place - CHATTER_OVER];
    return first !== undefined && atMs - first <= CHATTER_WINDOW_MS;
  });
}

function acknowledgeTimes(transitions: readonly AlarmTransition[]): number[] {
  const toldMs = new Map<string, number>();
  const waits: number[] = [];
  for (const { alarmId, kind, isAnnounced, at } of transitions) {
    const atMs = Date.parse(at);
    if (isAnnounced) {
      if (!toldMs.has(alarmId)) toldMs.set(alarmId, atMs);
      continue;
    }
    if (kind !== "acknowledged") continue;
    const since = toldMs.get(alarmId);
    if (since !== undefined) waits.push(atMs - since);
    toldMs.delete(alarmId);
  }
  return waits;
}
