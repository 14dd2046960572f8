import { AppError } from "../errors.ts";
import type { Priority } from "./alarm.ts";
import type { CompiledCondition, Condition, ConditionCompiler, Json, Observer } from "./condition.ts";
import { CONDITION_KINDS } from "./condition-kinds.ts";
import type { Signal } from "./read-signal.ts";
import type { Rule } from "./rule.ts";
import { compileSchedule, type Schedule } from "./schedule.ts";
import { hashText } from "./site-facts.ts";

type Escalation = { readonly priority: Priority; readonly when: CompiledCondition | null; readonly afterMs: number };

/** A part that is enough for a rule to be raised, and the memories behind it; null: memories behind nothing of the sort. */
export type RulePart = { readonly condition: CompiledCondition | null; readonly observers: readonly Observer[] };

/** A rule ready to be evaluated. */
export type CompiledRule = {
  readonly rule: Rule;
  /** Id and a hash of what its memory depends on: state of another key does not fit. */
  readonly key: string;
  readonly condition: CompiledCondition;
  readonly clear: CompiledCondition | null;
  readonly escalations: readonly Escalation[];
  readonly schedule: Schedule | null;
  readonly observers: readonly Observer[];
  /** While it is clear its condition alone decides: no memory, no circumstances, no count of samples. */
  readonly isPlain: boolean;
  /** Each observer is in one of them. */
  readonly parts: readonly RulePart[];
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** Signals whose median over sister sites it compares with. */
  readonly comparedSignals: readonly Signal[];
};

/** @throws AppError `rule.invalid` or `rule.expression-invalid` when a condition cannot be judged as it stands */
export function compileRule(rule: Rule): CompiledRule {
  const observers: Observer[] = [];
  const observersOf = new Map<CompiledCondition, readonly Observer[]>();
  const compared = new Set<Signal>();
  const compiler: ConditionCompiler = {
    nested(condition) {
      const before = observers.length;
      const compiled = kindOf(condition).compile(condition, compiler);
      observersOf.set(compiled, observers.slice(before));
      return compiled;
    },
    nestedWithoutMemory(condition) {
      const before = observers.length;
      const compiled = compiler.nested(condition);
      if (observers.length === before) return compiled;
      throw new AppError(
        "rule.invalid",
        `Rule ${rule.id}: \`where\` must not need a memory (rate, frozen, count, held …)`,
      );
    },
    remember<Memory extends Json>(observer: Observer<Memory>) {
      const place = observers.push(observer as unknown as Observer) - 1;
      // It was made by this observer: state of a rule with other conditions has another key, and is not taken over.
      return (memory: readonly Json[]) => memory[place] as Memory;
    },
    compareSisters: (signal) => compared.add(signal),
  };
  checkScope(rule);
  const condition = compiler.nested(rule.condition);
  const parts = alternativesIn(condition).map(
    (part): RulePart => ({ condition: part, observers: observersOf.get(part) ?? [] }),
  );
  const ofCondition = observers.length;
  const compiled = {
    rule,
    condition,
    clear: rule.clear === undefined ? null : compiler.nested(rule.clear),
    escalations: rule.escalations.map(({ priority, when, afterS }) => ({
      priority,
      when: when === undefined ? null : compiler.nested(when),
      afterMs: afterS * 1000,
    })),
    schedule: rule.onlyWhen === undefined ? null : compileSchedule(rule.onlyWhen),
    observers,
    isPlain: observers.length === 0 && rule.onlyWhen === undefined && rule.samples === undefined,
    key: `${rule.id}#${hashText(JSON.stringify([rule.scope, rule.condition, rule.clear, rule.escalations, rule.samples]))}`,
    onDelayMs: rule.onDelayS * 1000,
    offDelayMs: rule.offDelayS * 1000,
    comparedSignals: [...compared],
  };
  const others = observers.slice(ofCondition);
  return { ...compiled, parts: others.length === 0 ? parts : [...parts, { condition: null, observers: others }] };
}

function alternativesIn(condition: CompiledCondition): readonly CompiledCondition[] {
  return condition.alternatives?.flatMap(alternativesIn) ?? [condition];
}

function kindOf({ kind }: Condition): (typeof CONDITION_KINDS)[string] {
  const found = Object.hasOwn(CONDITION_KINDS, kind) ? CONDITION_KINDS[kind] : undefined;
  if (found === undefined) {
    const allowed = Object.keys(CONDITION_KINDS).join(", ");
    throw new AppError("rule.invalid", `No condition of kind "${kind.slice(0, 40)}"; there are ${allowed}`);
  }
  return found;
}

/** A count of sites is for a group, and everything else for one site. */
function checkScope({ id, scope, condition }: Rule): void {
  if ((condition.kind === "sites") === (scope !== "site")) return;
  throw new AppError(
    "rule.invalid",
    `Rule ${id}: a rule of scope "${scope}" must ${scope === "site" ? "not " : ""}be of kind "sites"`,
  );
}
