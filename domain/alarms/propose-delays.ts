import type { RuleOutcome } from "./back-test/back-test-result.ts";
import type { Condition } from "./condition.ts";
import type { Rule } from "./rule.ts";

/** How a rule behaved over a stretch of history: what its back-test counts. */
export type OwnFigures = Pick<RuleOutcome, "flaps" | "chattering" | "fleeting">;

/** `point` is null for a delay. Seconds, or the unit of the point. */
export type DelayChange = {
  readonly what: "onDelayS" | "offDelayS" | "deadband";
  readonly point: string | null;
  readonly from: number;
  readonly to: number;
};

/** The rule with other delays or another deadband, and what is other about it. */
export type DelayVariant = { readonly rule: Rule; readonly changes: readonly DelayChange[] };

/** Times that people can name, from one round to a day [J]. */
const STEPS_S = [30, 60, 120, 180, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];
const LONGEST_S = 30 * 86_400;
/** Less than two usual rounds changes nothing [J]. */
const LEAST_ON_S = 60;
const LEAST_OFF_S = 120;
/** An on-delay is taken from the time that people have: at most so much of it [J]. */
const SHARE_OF_RESPONSE = 0.25;
/** Of the limit, where a rule has no deadband yet: between 1 % (temperatures) and 5 % (flows) of ISA-18.2 [J]. */
const FIRST_BAND_SHARE = 0.02;
const MOST_VARIANTS = 3;

/**
 * Two or three variants of a rule that are worth a back-test, the most promising first. What comes back soon needs a longer
 * off-delay or a wider deadband; what is over at once needs a longer on-delay, as far as the time to respond allows it.
 */
export function proposeDelays(rule: Rule, { flaps, chattering, fleeting }: OwnFigures): DelayVariant[] {
  const on = onDelayChange(rule);
  const off = delayChange("offDelayS", rule.offDelayS, longer(rule.offDelayS, 2, LEAST_OFF_S));
  const farOff = delayChange("offDelayS", rule.offDelayS, longer(rule.offDelayS, 6, 5 * LEAST_OFF_S));
  const both = on.length > 0 && off.length > 0 ? [...on, ...off] : [];
  const band = bandChanges(rule);
  const returns = flaps + chattering > fleeting;
  const ranked = returns ? [off, band, both, farOff, on] : [on, off, both, band, farOff];
  return ranked
    .filter((changes) => changes.length > 0)
    .slice(0, MOST_VARIANTS)
    .map((changes) => ({ rule: changed(rule, changes), changes }));
}

type Outcome = Pick<RuleOutcome, "announced" | "warned">;

/**
 * The variant that tells people least often without missing a trip that the rule warns of now; the first of equals.
 *
 * @returns its place; null when none is quieter
 */
export function bestVariant(present: Outcome, variants: readonly Outcome[]): number | null {
  let best: number | null = null;
  let least = present.announced;
  for (const [place, { announced, warned }] of variants.entries()) {
    if (warned < present.warned || announced >= least) continue;
    best = place;
    least = announced;
  }
  return best;
}

function longer(present: number, times: number, least: number): number {
  const wanted = Math.max(present * times, least);
  return STEPS_S.find((step) => step >= wanted) ?? Math.min(wanted, LONGEST_S);
}

function onDelayChange({ onDelayS, respondWithinMin }: Rule): DelayChange[] {
  const most = respondWithinMin * 60 * SHARE_OF_RESPONSE;
  const wanted = longer(onDelayS, 2, LEAST_ON_S);
  const allowed = wanted <= most ? wanted : (STEPS_S.findLast((step) => step <= most) ?? 0);
  return delayChange("onDelayS", onDelayS, allowed);
}

function delayChange(what: "onDelayS" | "offDelayS", from: number, to: number): DelayChange[] {
  return to > from ? [{ what, point: null, from, to }] : [];
}

/** None where the rule says itself what ends it. */
function bandChanges({ condition, clear }: Rule): DelayChange[] {
  if (clear !== undefined) return [];
  return limitsOf(condition).flatMap((limit) => {
    const to = widerBand(limit);
    const from = Number(limit["deadband"] ?? 0);
    return to === null ? [] : [{ what: "deadband" as const, point: String(limit["point"]), from, to }];
  });
}

/** Limits that raise the rule: of what is negated, a deadband would work the other way round. */
function limitsOf(condition: Condition): Condition[] {
  if (condition.kind === "limit") return condition["clearAt"] === undefined ? [condition] : [];
  return partsOf(condition).flatMap(limitsOf);
}

function partsOf(condition: Condition): readonly Condition[] {
  const { kind, of: parts } = condition;
  return kind === "any" || kind === "all" ? (parts as readonly Condition[]) : [];
}

function widerBand({ deadband, limit }: Condition): number | null {
  if (typeof deadband === "number" && deadband > 0) return 2 * deadband;
  if (typeof limit !== "number" || limit === 0) return null;
  return Number((FIRST_BAND_SHARE * Math.abs(limit)).toPrecision(1));
}

function changed(rule: Rule, changes: readonly DelayChange[]): Rule {
  const delays = changes.flatMap(({ what, to }) => (what === "deadband" ? [] : [[what, to] as const]));
  const hasBand = changes.some(({ what }) => what === "deadband");
  const condition = hasBand ? withWiderBands(rule.condition) : rule.condition;
  return { ...rule, ...Object.fromEntries(delays), condition };
}

function withWiderBands(condition: Condition): Condition {
  if (limitsOf(condition).length === 0) return condition;
  if (condition.kind === "limit") return { ...condition, deadband: widerBand(condition) ?? condition["deadband"] };
  return { ...condition, of: partsOf(condition).map(withWiderBands) };
}
