import { POINT_NAMES, POINTS } from "../points/catalogue.ts";
import { derivableFrom } from "../telemetry/derived-points.ts";
import { type AlarmId, type AlarmSubject, alarmIdOf, type SuppressionCause } from "./alarm.ts";
import type { CompiledRule } from "./compile-rule.ts";
import type { Ground } from "./condition.ts";
import type { Hiding } from "./fleet-state.ts";
import type { OperatingMode } from "./operating-state.ts";
import { isQuantity, QUANTITIES } from "./quantities.ts";
import type { RuleSet } from "./rule-set.ts";
import type { RuleState } from "./rule-state.ts";

type Parent = AlarmId | SuppressionCause;
type Rules = readonly (RuleState | null)[];

/** Everything on which suppression depends, for one subject: all active conditions around it, flags and states. */
export type Surroundings = {
  readonly subject: AlarmSubject;
  /** Segment of the site, or the segment itself; null = none. */
  readonly segmentId: string | null;
  readonly own: Rules;
  readonly segment: Rules;
  readonly fleet: Rules;
  readonly operating: OperatingMode;
  readonly isCurtailed: boolean;
  readonly isInMaintenance: boolean;
};

/** A plant needs this long to recover from what was wrong: only then its consequences stand for themselves [J]. */
const LINGER_MS = 5 * 60_000;
/** After a planned pause it takes as long as a start [J]. */
const LINGER_AFTER_CAUSE_MS = 15 * 60_000;

/**
 * The nearest reason why an active alarm is not shown by itself, or null. The one place that decides it, from conditions
 * of the same moment: no order in which they were found matters. Of a tree each alarm names its parent only.
 */
export function parentOf(
  set: RuleSet,
  compiled: CompiledRule,
  grounds: readonly Ground[],
  around: Surroundings,
): Parent | null {
  const { rule } = compiled;
  if (rule.neverSuppressed) return null;
  if (rule.scope === "site") {
    for (const place of set.hidingPlaces) {
      const hiding = set.rules[place];
      if (hiding !== undefined && hiding !== compiled && isActive(around.own, place)) {
        return alarmIdOf(around.subject, hiding.rule.id);
      }
    }
  }
  for (const parent of rule.suppressedBy) {
    const found =
      parent === "sensor-fault" ? accuserOf(set, compiled, grounds, around) : parentNamed(set, parent, around);
    if (found !== null) return found;
  }
  return null;
}

/** What hides an alarm after this moment: a parent that ends hides it for a while longer, but nothing that is new. */
export function nextHiding(before: Hiding | null, parent: Parent | null, atMs: number): Hiding | null {
  if (parent !== null) return before?.by === parent && before.untilMs === null ? before : { by: parent, untilMs: null };
  if (before === null) return null;
  if (before.untilMs !== null) return atMs >= before.untilMs ? null : before;
  return { by: before.by, untilMs: atMs + (before.by.includes(".") ? LINGER_MS : LINGER_AFTER_CAUSE_MS) };
}

function parentNamed(set: RuleSet, name: string, around: Surroundings): Parent | null {
  switch (name) {
    case "curtailment":
      return around.isCurtailed ? name : null;
    case "maintenance":
      return around.isInMaintenance ? name : null;
    case "site-stopped":
      return around.operating === "stopped" ? name : null;
    case "site-starting":
      return around.operating === "starting" ? name : null;
    default:
      return parentAlarm(set, name, around);
  }
}

function parentAlarm(set: RuleSet, ruleId: string, around: Surroundings): AlarmId | null {
  const place = set.placeOf.get(ruleId);
  if (place === undefined) return null;
  switch (set.rules[place]?.rule.scope) {
    case "segment":
      return isActive(around.segment, place) ? alarmIdOf({ siteId: null, segmentId: around.segmentId }, ruleId) : null;
    case "fleet":
      return isActive(around.fleet, place) ? alarmIdOf({ siteId: null, segmentId: null }, ruleId) : null;
    default:
      return isActive(around.own, place) ? alarmIdOf(around.subject, ruleId) : null;
  }
}

/** An alarm that rests on a sensor which another alarm accuses. The controller's own word does not hang on our doubts. */
function accuserOf(
  set: RuleSet,
  compiled: CompiledRule,
  grounds: readonly Ground[],
  around: Surroundings,
): AlarmId | null {
  if (grounds.some(({ source }) => source === "controller")) return null;
  const behind = new Set(grounds.flatMap(({ point }) => (point === null ? [] : sensorsBehind(point))));
  for (const place of set.accusingPlaces) {
    const accuser = set.rules[place];
    if (accuser === undefined || accuser === compiled || !isActive(around.own, place)) continue;
    // A point without any value accuses nobody: rules that read it say nothing new, and what was true stays listed.
    const accused = around.own[place]?.grounds.filter(({ value }) => value !== null) ?? [];
    if (accused.some(({ point }) => point !== null && behind.has(point)))
      return alarmIdOf(around.subject, accuser.rule.id);
  }
  return null;
}

const DERIVED_INPUTS = new Map(
  derivableFrom(POINT_NAMES.filter((name) => POINTS[name].origin !== "derived")).map(({ point, inputs }) => [
    point as string,
    inputs as readonly string[],
  ]),
);

/** The point itself and every point from which it follows. */
function sensorsBehind(point: string): readonly string[] {
  const inputs = isQuantity(point) ? QUANTITIES[point].points : (DERIVED_INPUTS.get(point) ?? []);
  return [point, ...inputs.flatMap(sensorsBehind)];
}

function isActive(rules: Rules, place: number): boolean {
  return typeof rules[place]?.activeSinceMs === "number";
}
