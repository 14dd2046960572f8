import { AppError } from "../errors.ts";
import { isPointName } from "../points/catalogue.ts";
import { SuppressionCause } from "./alarm.ts";
import { isBesideReadings } from "./beside-readings.ts";
import { type CompiledRule, compileRule } from "./compile-rule.ts";
import { numberReader, type Signal } from "./read-signal.ts";
import type { Rule } from "./rule.ts";
import type { SiteView } from "./site-view.ts";

/** Rules that are evaluated together, compiled and checked against each other. The place of a rule is its place in states. */
export type RuleSet = {
  readonly rules: readonly CompiledRule[];
  readonly keys: readonly string[];
  readonly placeOf: ReadonlyMap<string, number>;
  readonly sitePlaces: readonly number[];
  /** Rules about sites that are not judged, but have to hear what comes: a back-test will judge them soon. */
  readonly fedPlaces: readonly number[];
  readonly segmentPlaces: readonly number[];
  readonly fleetPlaces: readonly number[];
  /** Rules that hide everything else about their site, and rules that accuse sensors. */
  readonly hidingPlaces: readonly number[];
  readonly accusingPlaces: readonly number[];
  readonly comparedSignals: readonly Signal[];
  readonly comparedReaders: readonly ((site: SiteView) => number | null)[];
  /** True when a rule about a group looks at readings: the end of a slot needs them then. */
  readonly readsAtClose: boolean;
};

/**
 * Compiles the enabled ones of these rules.
 *
 * @throws AppError `rule.invalid`, `rule.expression-invalid`: a rule that does not work, the same id twice, a parent that
 *   no rule has, or rules that suppress each other
 */
export function compileRuleSet(rules: readonly Rule[]): RuleSet {
  checkIds(rules);
  checkParents(rules);
  const compiled = rules.filter(({ enabled }) => enabled).map(compileRule);
  const placesWhere = (test: (rule: Rule) => boolean) =>
    compiled.flatMap(({ rule }, place) => (test(rule) ? [place] : []));
  const comparedSignals = [...new Set(compiled.flatMap(({ comparedSignals }) => comparedSignals))];
  return {
    rules: compiled,
    keys: compiled.map(({ key }) => key),
    placeOf: new Map(compiled.map(({ rule }, place) => [rule.id, place])),
    sitePlaces: placesWhere(({ scope }) => scope === "site"),
    fedPlaces: [],
    segmentPlaces: placesWhere(({ scope }) => scope === "segment"),
    fleetPlaces: placesWhere(({ scope }) => scope === "fleet"),
    hidingPlaces: placesWhere(({ scope, suppressesSite }) => scope === "site" && suppressesSite),
    accusingPlaces: placesWhere(({ scope, accusesSensors }) => scope === "site" && accusesSensors),
    comparedSignals,
    comparedReaders: comparedSignals.map(numberReader),
    readsAtClose: compiled.some(
      ({ rule }) => rule.scope !== "site" && !isKnownWithoutReadings(rule.condition["where"]),
    ),
  };
}

/** The same rules in the same places, of which only some are judged at sites; those about groups are judged as before. */
export function judgingOnly(set: RuleSet, ids: ReadonlySet<string>): RuleSet {
  return { ...set, sitePlaces: set.sitePlaces.filter((place) => ids.has(set.rules[place]?.rule.id ?? "")) };
}

/** The rules that a rule names as its parents; causes and `sensor-fault` are none. */
function parentRulesOf({ suppressedBy }: Pick<Rule, "suppressedBy">): readonly string[] {
  return suppressedBy.filter((parent) => parent !== "sensor-fault" && !SuppressionCause.safeParse(parent).success);
}

/** Contact, and points that are known beside readings. */
function isKnownWithoutReadings(where: unknown): boolean {
  if (typeof where !== "object" || where === null) return false;
  const { kind, of, point } = where as Record<string, unknown>;
  if (kind === "fitted") return isKnownWithoutReadings(of);
  if (kind === "flag") return typeof point === "string" && isPointName(point) && isBesideReadings(point);
  return kind === "lost-contact";
}

function checkIds(rules: readonly Rule[]): void {
  const seen = new Set<string>();
  for (const { id } of rules) {
    if (seen.has(id)) throw new AppError("rule.invalid", `Two rules have the id "${id}"`);
    seen.add(id);
  }
}

function checkParents(rules: readonly Rule[]): void {
  const byId = new Map(rules.map((rule) => [rule.id as string, rule]));
  for (const rule of rules) {
    const unknown = parentRulesOf(rule).find((parent) => !byId.has(parent));
    if (unknown !== undefined) {
      throw new AppError(
        "rule.invalid",
        `Rule ${rule.id}: \`suppressedBy\` names "${unknown}", which no rule has as its id`,
      );
    }
    if (reaches(byId, rule, rule.id, new Set())) {
      throw new AppError("rule.invalid", `Rule ${rule.id} would suppress itself through \`suppressedBy\``);
    }
  }
}

function reaches(byId: ReadonlyMap<string, Rule>, from: Rule, wanted: string, seen: Set<string>): boolean {
  return parentRulesOf(from).some((parent) => {
    if (parent === wanted) return true;
    const rule = byId.get(parent);
    if (rule === undefined || seen.has(parent)) return false;
    seen.add(parent);
    return reaches(byId, rule, wanted, seen);
  });
}
