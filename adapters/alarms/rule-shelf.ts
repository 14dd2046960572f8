import { type JoinedRules, joinRules } from "../../domain/alarms/join-rules.ts";
import type { Rule } from "../../domain/alarms/rule.ts";

/** The rules that nodes hold, by the node's id. A message names the holders that it has passed: those judge it. */
export interface RuleShelf {
  /**
   * Takes the place of what this holder had. What it has stays when its node goes, as messages under way still name it, and
   * a node whose next version cannot be used goes on with the last one that could.
   */
  offer(holder: string, rules: readonly Rule[]): void;
  /** The rules of these holders, in order; the same object while nothing changed. */
  join(holders: readonly string[]): ShelvedRules;
}

/** `missing`: holders that never had any rules, as theirs cannot be used. What there is of the others is not all there should be. */
export type ShelvedRules = JoinedRules & { readonly missing: readonly string[] };

export function createRuleShelf(): RuleShelf {
  const offered = new Map<string, readonly Rule[]>();
  let version = 0;
  let known: { readonly key: string; readonly joined: ShelvedRules } | null = null;

  return {
    offer(holder, rules) {
      offered.set(holder, rules);
      version += 1;
    },
    join(holders) {
      const key = `${version} ${holders.join(" ")}`;
      if (known?.key !== key) {
        const missing = holders.filter((holder) => !offered.has(holder));
        known = { key, joined: { ...joinRules(holders.map((holder) => offered.get(holder) ?? [])), missing } };
      }
      return known.joined;
    },
  };
}
