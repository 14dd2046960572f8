import { isPointName, POINTS, type PointName } from "../../points/catalogue.ts";
import type { FaultName } from "../../points/faults.ts";
import { SuppressionCause } from "../alarm.ts";
import { compileRule } from "../compile-rule.ts";
import { compileExpression } from "../expression/compile-expression.ts";
import { isQuantity, QUANTITIES } from "../quantities.ts";
import { pointsBehind } from "../read-signal.ts";
import type { Rule } from "../rule.ts";

/** Read for every rule: what a site is doing follows from them. */
const ALWAYS_READ: readonly PointName[] = ["circulation_pump_running", "total_power_kw"];
/** An alarm that returns within this time is announced otherwise than a new one. */
const LEAST_WARM_UP_S = 15 * 60;
const LONGEST_WARM_UP_S = 7 * 86_400;

/**
 * These rules and every rule that may hide them: without its parents a rule would seem to tell far more than it does.
 *
 * @param all the rules in force; a rule of `wanted` that is not among them stands for itself
 */
export function withParents(all: readonly Rule[], wanted: readonly Rule[]): readonly Rule[] {
  const byId = new Map([...all, ...wanted].map((rule) => [rule.id, rule]));
  const found = new Map<string, Rule>();
  const waiting = [...wanted];
  for (let rule = waiting.pop(); rule !== undefined; rule = waiting.pop()) {
    if (found.has(rule.id)) continue;
    found.set(rule.id, rule);
    waiting.push(...[...byId.values()].filter((other) => mayHide(other, rule as Rule)));
  }
  return [...byId.values()].filter(({ id }) => found.has(id));
}

function mayHide(parent: Rule, { id, scope, suppressedBy, neverSuppressed }: Rule): boolean {
  if (parent.id === id || neverSuppressed || !parent.enabled) return false;
  if (suppressedBy.includes(parent.id)) return true;
  if (parent.scope !== "site" || scope !== "site") return false;
  return parent.suppressesSite || (parent.accusesSensors && suppressedBy.includes("sensor-fault"));
}

/** Every point that these rules may read, and those by which it is known what a site is doing. */
export function pointsReadBy(rules: readonly Rule[]): readonly PointName[] {
  return pointsIn(rules, ALWAYS_READ);
}

/** The same where nobody asks what hides them. */
export function pointsJudgedBy(rules: readonly Rule[]): readonly PointName[] {
  return pointsIn(rules, rules.some(({ onlyWhen }) => onlyWhen?.operating !== undefined) ? ALWAYS_READ : []);
}

/** Of those, the points whose extremes tell whether rules may be raised; of others it matters only whether they have a reading. */
export function pointsWatchedBy(rules: readonly Rule[]): ReadonlySet<PointName> {
  const points = new Set<PointName>(ALWAYS_READ);
  for (const { condition, clear, escalations } of rules) {
    collectPoints([condition, clear, escalations], points, ({ kind }) => kind !== "no-reading");
  }
  return points;
}

function pointsIn(rules: readonly Rule[], always: readonly PointName[]): readonly PointName[] {
  const points = new Set<PointName>(always);
  for (const { condition, clear, escalations } of rules) collectPoints([condition, clear, escalations], points);
  return [...points].sort();
}

/** Points on which a rule rests and of which nothing is kept: over history nobody can tell what it would have done. */
export function pointsWithoutHistory(rule: Rule): readonly PointName[] {
  return pointsIn([rule], []).filter((point) => POINTS[point].origin === "video");
}

/**
 * These rules as far as history can tell of them. Others are switched off and not taken away, since rules may name them as their
 * parents: judged on nothing they would never rest, and all of history would be read for them.
 *
 * @param tested ids of those under test
 */
export function triableOf({ rules, tested }: { readonly rules: readonly Rule[]; readonly tested: readonly string[] }) {
  const untriable = new Set<string>(rules.filter((rule) => pointsWithoutHistory(rule).length > 0).map(({ id }) => id));
  return {
    rules: rules.map((rule) => (untriable.has(rule.id) ? { ...rule, enabled: false } : rule)),
    tested: tested.filter((id) => !untriable.has(id)),
  };
}

/** The points by which these rules compare sites with each other. */
export function pointsComparedBy(rules: readonly Rule[]): readonly PointName[] {
  const signals = rules.flatMap((rule) => compileRule(rule).comparedSignals);
  return [...new Set(signals.flatMap(pointsBehind).filter(isPointName))].sort();
}

/** How long before a stretch the rules have to listen, so that they know at its beginning what they would have known. */
export function warmUpMsOf(rules: readonly Rule[]): number {
  const longestS = rules.reduce((longest, rule) => Math.max(longest, longestIn(rule)), LEAST_WARM_UP_S);
  return Math.min(longestS, LONGEST_WARM_UP_S) * 1000;
}

/**
 * The fault bits with which the controller itself says what a rule warns of: those that it names, and those of the rules
 * that are worse and hide it. A rule without any warns of no trip.
 */
export function tripFaultsOf(rule: Rule, all: readonly Rule[]): ReadonlySet<FaultName> {
  const byId = new Map(all.map((one) => [one.id as string, one]));
  const faults = new Set<FaultName>();
  const parents = rule.suppressedBy.flatMap((id) => (isNamed(id) ? (byId.get(id) ?? []) : []));
  for (const one of [rule, ...parents.filter(({ scope }) => scope === "site")]) collectFaults(one.condition, faults);
  return faults;
}

function isNamed(parent: string): boolean {
  return parent !== "sensor-fault" && !SuppressionCause.safeParse(parent).success;
}

function collectPoints(
  value: unknown,
  points: Set<PointName>,
  isWanted: (part: Readonly<Record<string, unknown>>) => boolean = () => true,
): void {
  if (typeof value === "string") addPoint(value, points);
  if (typeof value !== "object" || value === null || !isWanted(value as Record<string, unknown>)) return;
  const { kind, text, relativeTo } = value as Record<string, unknown>;
  if (kind === "expression" && typeof text === "string") {
    for (const point of compileExpression(text).points) points.add(point);
  }
  if (relativeTo === "setpoint") points.add("supply_temp_setpoint_c");
  for (const inner of Object.values(value)) collectPoints(inner, points, isWanted);
}

function addPoint(name: string, points: Set<PointName>): void {
  if (isPointName(name)) points.add(name);
  if (isQuantity(name)) for (const point of QUANTITIES[name].points) points.add(point);
}

function collectFaults(value: unknown, faults: Set<FaultName>): void {
  if (typeof value !== "object" || value === null) return;
  const { kind, fault } = value as Record<string, unknown>;
  if (kind === "fault") faults.add(fault as FaultName);
  for (const inner of Object.values(value)) collectFaults(inner, faults);
}

function longestIn(rule: Rule): number {
  const spans = compileRule(rule).observers.map(({ spanS }) => spanS);
  return Math.max(rule.onDelayS, rule.offDelayS, ...spans);
}
