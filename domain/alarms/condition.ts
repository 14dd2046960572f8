import type { z } from "zod";
import type { AlarmSource } from "./alarm.ts";
import type { Signal } from "./read-signal.ts";
import type { SiteView } from "./site-view.ts";
import type { Truth } from "./truth.ts";
import type { ZoneWatch } from "./zone.ts";

/**
 * A condition as data: `kind` names a file of `kinds/`, whose schema says what else belongs to it. Only `parseRule` makes
 * sure of that; until then it is just an object.
 */
export type Condition = { readonly kind: string; readonly [field: string]: unknown };

/** Plain JSON: the memory of a condition survives restarts and moves with a lease. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Why a condition holds: one entry for each part of it that does. */
export type Ground = {
  readonly source: AlarmSource;
  /** The point, computed quantity or fault bit; null for an expression and for a count of sites. */
  readonly point: string | null;
  readonly value: number | boolean | string | null;
  readonly limit: number | null;
  readonly unit: string | null;
};

/** Takes in one sample, whether or not the rule is judged: same memory and same sample, same new memory. */
export type Observer<Memory extends Json = Json> = {
  /** How far back it looks, seconds: a back-test has the rule listen for so long before its stretch begins, at least 15 min. */
  readonly spanS: number;
  readonly start: Memory;
  /** @param all the memories that come before it in the rule, this sample included */
  observe(memory: Memory, site: SiteView, all: readonly Json[]): Memory;
  /**
   * After so many ms of samples, whatever it remembered before, its memory says what one says that has heard everything.
   * It must depend on the sample alone then, on no other memory.
   */
  readonly forgetsAfterMs?: (intervalMs: number) => number;
  /** How its memory can be left alone: samples change nothing that matters while it rests and `watch` does not say that they may. */
  readonly rest?: {
    isAtRest(memory: Memory, atMs: number): boolean;
    /** `MAY_HOLD` = its memory may leave its rest in this zone. */
    watch(): ZoneWatch;
  };
  /**
   * Its watch has to see each zone. Any other one may be shown several zones as one that reaches around all of them, and may
   * not be asked about zones while such a one proves that nothing can hold; it must not look back further than `spanS`.
   */
  readonly asksEachZone?: true;
};

/** A condition ready to be judged many times a second. */
export type CompiledCondition = {
  /** Points and computed quantities that it reads: a fault of their sensor suppresses the rule. */
  readonly reads: readonly string[];
  /**
   * Whether the condition holds for the sample in view; null = not to be told, which neither raises nor clears.
   *
   * @param isActive the rule is active: limits are moved by their deadband
   * @param memory of the rule's observers, the present sample included
   */
  judge(site: SiteView, isActive: boolean, memory: readonly Json[]): Truth;
  /** The grounds on which it holds; empty when it does not. Called when something changes only. */
  explain(site: SiteView, isActive: boolean, memory: readonly Json[]): readonly Ground[];
  /**
   * Watches the zones of a site for what `judge` may say there, so that a back-test reads only where something may be.
   * Absent: nobody can tell without the readings. To be called again for each site. Only a condition with a memory may
   * remember zones; of any other what it says must depend on the zone alone, and never on `whole`.
   *
   * @param isActive as for `judge`
   */
  watch?(isActive: boolean): ZoneWatch;
  /** Conditions any of which is enough for this one to hold; absent: it is not made of such. */
  readonly alternatives?: readonly CompiledCondition[];
};

export const NO_GROUNDS: readonly Ground[] = [];

/** The grounds of several conditions together, in their order. */
export function explainParts(
  parts: readonly CompiledCondition[],
  site: SiteView,
  isActive: boolean,
  memory: readonly Json[],
): readonly Ground[] {
  let together = NO_GROUNDS;
  for (const part of parts) {
    const own = part.explain(site, isActive, memory);
    // Few of many parts hold: nothing is put together until there are two.
    if (own.length > 0) together = together.length === 0 ? own : [...together, ...own];
  }
  return together;
}

/** What a kind needs to compile its conditions. */
export type ConditionCompiler = {
  /** Compiles a condition within this one. */
  nested(condition: Condition): CompiledCondition;
  /** The same; refused when it needs a memory. */
  nestedWithoutMemory(condition: Condition): CompiledCondition;
  /** Gives this condition a memory of its own. @returns a reader of it, for `memory` of `judge` and `explain` */
  remember<Memory extends Json>(observer: Observer<Memory>): (memory: readonly Json[]) => Memory;
  /** Asks for the median of this signal over sister sites. */
  compareSisters(signal: Signal): void;
};

/** One kind of condition: a file of `kinds/` and a line in its `index.ts`. */
export type ConditionKind = {
  /** What a person chooses it by. */
  readonly label: { readonly "zh-CN": string; readonly en: string };
  /** A condition to start from, in forms. */
  readonly template: Condition;
  /** @param nested the schema of a condition within this one */
  schema(nested: z.ZodType<Condition>): z.ZodObject<{ kind: z.ZodLiteral<string> } & z.core.$ZodShape>;
  compile(condition: Condition, compiler: ConditionCompiler): CompiledCondition;
};

/** Joins schema and compiler of one kind, so that the compiler gets what the schema has checked. */
export function defineKind<Shape extends { readonly kind: z.ZodLiteral<string> } & z.core.$ZodShape>(kind: {
  readonly label: ConditionKind["label"];
  readonly template: z.input<z.ZodObject<Shape>>;
  readonly schema: (nested: z.ZodType<Condition>) => z.ZodObject<Shape>;
  readonly compile: (condition: z.infer<z.ZodObject<Shape>>, compiler: ConditionCompiler) => CompiledCondition;
}): ConditionKind {
  return kind as unknown as ConditionKind;
}
