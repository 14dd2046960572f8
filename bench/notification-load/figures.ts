import { quantile, round1 } from "../peers/statistics.ts";
import { itemOf, RULE_IDS, siteId } from "./flood.ts";
import type { Message, Side } from "./sinks.ts";
import type { Told } from "./told.ts";

/** One alarm of the bench, with the time at which both sides were given it. */
export type Given = { readonly site: number; readonly rule: "flood" | "single"; readonly atMs: number };
/** p50 and p95 over the alarms from their raise to the first message that was kept, seconds; null: none was told. */
export type Delay = { readonly p50: number; readonly p95: number } | null;

const firingOf = ({ site, rule }: Given) => itemOf("firing", RULE_IDS[rule], siteId(site));

/** What one side has told on one channel. */
export function toldBy(told: readonly Told[], side: Side, channel: Message["channel"]): readonly Told[] {
  return told.filter((one) => one.side === side && one.channel === channel);
}

export function delayOf(given: readonly Given[], told: readonly Told[]): Delay {
  const first = firstKept(told);
  const seconds = given.flatMap((one) => {
    const atMs = first.get(firingOf(one));
    return atMs === undefined ? [] : [(atMs - one.atMs) / 1000];
  });
  if (seconds.length === 0) return null;
  return { p50: round2(quantile(seconds, 0.5)), p95: round2(quantile(seconds, 0.95)) };
}

/** Alarms whose begin was never told. */
export function lostOf(given: readonly Given[], told: readonly Told[]): number {
  const first = firstKept(told);
  return given.filter((one) => !first.has(firingOf(one))).length;
}

/** Messages that came again under a key that was kept before: what a receiver that heeds keys drops. */
export function repeatedOf(told: readonly Told[]): number {
  const kept = told.filter(({ isKept }) => isKept);
  return kept.length - new Set(kept.map(({ key }) => key)).size;
}

/** Alarms whose begin was told under more than one key: people see them twice, whatever the receiver heeds. */
export function doubledOf(given: readonly Given[], told: readonly Told[]): number {
  const keys = new Map<string, Set<string>>();
  for (const { isKept, items, key } of told) {
    for (const item of isKept ? items : []) keys.set(item, (keys.get(item) ?? new Set()).add(key));
  }
  return given.filter((one) => (keys.get(firingOf(one))?.size ?? 0) > 1).length;
}

/** Seconds from the end of the outage until the last of these alarms was told, and the sender knew: then it is at rest. */
export function recoveryOf(given: readonly Given[], told: readonly Told[], healedMs: number): number {
  const confirmed = firstKept(told.filter(({ isConfirmed }) => isConfirmed));
  const late = given.map((one) => ((confirmed.get(firingOf(one)) ?? Number.NaN) - healedMs) / 1000);
  return round1(Math.max(0, ...late.filter((seconds) => !Number.isNaN(seconds))));
}

/** Messages, by key, that tell of a flood's begin and of its end. */
export function messagesOf(
  told: readonly Told[],
  ruleId: string,
): { readonly firing: number; readonly resolved: number } {
  const keysOf = (state: "firing" | "resolved") =>
    new Set(
      told.filter(({ items }) => items.some((item) => item.startsWith(`${state} ${ruleId} `))).map(({ key }) => key),
    );
  return { firing: keysOf("firing").size, resolved: keysOf("resolved").size };
}

export function isTold(told: readonly Told[], state: "firing" | "resolved", alarms: readonly Given[]): boolean {
  const kept = new Set(told.flatMap(({ isKept, items }) => (isKept ? items : [])));
  return alarms.every(({ site, rule }) => kept.has(itemOf(state, RULE_IDS[rule], siteId(site))));
}

function firstKept(told: readonly Told[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const { isKept, items, atMs } of told) {
    for (const item of isKept ? items : []) if (!first.has(item)) first.set(item, atMs);
  }
  return first;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
