import { type Priority, Priority as PrioritySchema } from "./alarm.ts";
import type { CompiledRule } from "./compile-rule.ts";
import type { Ground, Json } from "./condition.ts";
import { isElapsed, nextElapsed } from "./elapsed.ts";
import { IDLE, type RuleState } from "./rule-state.ts";
import type { SiteView } from "./site-view.ts";
import { not, type Truth } from "./truth.ts";

/**
 * One more sample for one rule at one site: the new state, which is the old object when nothing changed. The rule was
 * raised when `activeSinceMs` is set now and was null before, and cleared the other way round.
 *
 * A sample about which the rule can say nothing neither raises nor clears: running delays stand still.
 *
 * @param state null for a rule that has no memory of this site yet
 */
export function evaluateRule(compiled: CompiledRule, state: RuleState | null, site: SiteView): RuleState {
  const before = state ?? IDLE;
  const memory = observe(compiled, before.memory, site);
  const truth = judge(compiled, before, site, memory);
  const isActive = before.activeSinceMs !== null;
  if (truth === null) return whenUnknown(before, site, memory);

  const { rule } = compiled;
  if (!truth && !isActive && rule.samples === undefined) return whenQuiet(before, memory);
  let { recentBits, recentCount } = before;
  let holds: boolean = truth;
  if (rule.samples !== undefined && !isActive) {
    const { n, m } = rule.samples;
    recentBits = ((recentBits << 1) | Number(truth)) & ((1 << m) - 1);
    recentCount = Math.min(m, recentCount + 1);
    holds = countBits(recentBits) >= n;
  }
  const asksForChange = holds !== isActive;
  const pending = asksForChange ? nextElapsed(before.pending, true, site) : null;
  const delayMs = isActive ? compiled.offDelayMs : compiled.onDelayMs;
  if (asksForChange && isElapsed(pending, delayMs)) {
    return isActive ? { ...IDLE, memory } : raised(compiled, site, memory);
  }
  const kept = { pending, recentBits, recentCount, unknownSinceMs: null, memory };
  if (isActive && holds) return withGrounds(compiled, { ...before, ...kept }, site, before);
  return isSame(before, kept) ? before : { ...before, ...kept };
}

/** True when nothing comes of it that samples are left out, while the watches of the rule see nothing in them: see `zone.ts`. */
export function isAtRest({ observers }: CompiledRule, state: RuleState | null, atMs: number): boolean {
  if (state === null) return observers.every(({ rest, start }) => rest === undefined || rest.isAtRest(start, atMs));
  if (state.activeSinceMs !== null || state.pending !== null || state.recentBits !== 0) return false;
  return observers.every(
    ({ rest, start }, place) => rest === undefined || rest.isAtRest(state.memory[place] ?? start, atMs),
  );
}

/** Takes one more sample into the memories that forget, and judges nothing: the rule is at rest. */
export function feedRule({ observers }: CompiledRule, state: RuleState | null, site: SiteView): RuleState {
  const before = state ?? IDLE;
  const memory = observers.map((observer, place) => {
    const old = before.memory[place] ?? observer.start;
    return observer.forgetsAfterMs === undefined ? old : observer.observe(old, site, before.memory);
  });
  return { ...before, memory };
}

/** Memories with this sample taken in; the old list when none of them changed. */
function observe({ observers }: CompiledRule, before: readonly Json[], site: SiteView): Json[] {
  if (observers.length === 0) return before as Json[];
  let after: Json[] | null = before.length === observers.length ? null : [];
  for (let place = 0; place < observers.length; place++) {
    const observer = observers[place];
    if (observer === undefined) continue;
    const old = before[place] ?? observer.start;
    const next = observer.observe(old, site, after ?? before);
    if (after === null && next !== old) after = before.slice();
    if (after !== null) after[place] = next;
  }
  return after ?? (before as Json[]);
}

/** Whether the rule should be active, as far as this sample says. */
function judge(compiled: CompiledRule, before: RuleState, site: SiteView, memory: readonly Json[]): Truth {
  if (compiled.schedule !== null && !compiled.schedule(site)) return false;
  const isActive = before.activeSinceMs !== null;
  if (isActive && compiled.clear !== null) return not(compiled.clear.judge(site, false, memory));
  return compiled.condition.judge(site, isActive, memory);
}

function whenUnknown(before: RuleState, site: SiteView, memory: Json[]): RuleState {
  const pending = nextElapsed(before.pending, null, site);
  const unknownSinceMs = before.unknownSinceMs ?? site.atMs;
  if (pending === before.pending && unknownSinceMs === before.unknownSinceMs && memory === before.memory) return before;
  return { ...before, pending, unknownSinceMs, memory };
}

/** By far the most frequent case: clear, and nothing asks for anything else. */
function whenQuiet(before: RuleState, memory: Json[]): RuleState {
  if (before.pending === null && before.unknownSinceMs === null && before.memory === memory) return before;
  return memory.length === 0 ? IDLE : { ...IDLE, memory };
}

function raised(compiled: CompiledRule, site: SiteView, memory: Json[]): RuleState {
  const state: RuleState = { ...IDLE, activeSinceMs: site.atMs, memory };
  const grounds = [...compiled.condition.explain(site, false, memory)];
  return { ...state, grounds, priority: priorityOf(compiled, state, site, memory) };
}

/** While it is active, priority and grounds follow the plant; what a sample does not confirm stays as it was. */
function withGrounds(compiled: CompiledRule, state: RuleState, site: SiteView, before: RuleState): RuleState {
  // Without the deadband: a part that never reached its own limit is no ground of an alarm that another part raised.
  const seen = compiled.condition.explain(site, false, state.memory);
  const grounds = seen.length === 0 || isSameGrounds(seen, state.grounds) ? state.grounds : [...seen];
  const priority = priorityOf(compiled, state, site, state.memory);
  if (grounds === before.grounds && priority === before.priority && isSame(before, state)) return before;
  return { ...state, grounds, priority };
}

/** The worst of the rule's own priority and of the escalations that apply; an unknown one stays as it is. */
function priorityOf(compiled: CompiledRule, state: RuleState, site: SiteView, memory: readonly Json[]): Priority {
  let worst = compiled.rule.priority;
  for (const { priority, when, afterMs } of compiled.escalations) {
    const isInForce = state.priority !== null && rankOf(state.priority) <= rankOf(priority);
    const isDue = site.atMs - (state.activeSinceMs ?? site.atMs) >= afterMs;
    const holds = when === null ? true : when.judge(site, isInForce, memory);
    const applies = isDue && (holds === null ? isInForce : holds);
    if (applies && rankOf(priority) < rankOf(worst)) worst = priority;
  }
  return worst;
}

function rankOf(priority: Priority): number {
  return PrioritySchema.options.indexOf(priority);
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** By what they are about: values move with every sample, and nobody needs to hear of that. */
function isSameGrounds(a: readonly Ground[], b: readonly Ground[]): boolean {
  return (
    a.length === b.length && a.every(({ point, source }, at) => b[at]?.point === point && b[at]?.source === source)
  );
}

function isSame(before: RuleState, after: Omit<RuleState, "activeSinceMs" | "priority" | "grounds">): boolean {
  return (
    before.pending === after.pending &&
    before.recentBits === after.recentBits &&
    before.recentCount === after.recentCount &&
    before.unknownSinceMs === after.unknownSinceMs &&
    before.memory === after.memory
  );
}
