import { SuppressionCause } from "./alarm.ts";
import type { Rule } from "./rule.ts";

/** `twice`: ids that more than one part had. */
export type JoinedRules = { readonly rules: readonly Rule[]; readonly twice: readonly string[] };

/**
 * Rules from several places as one list. Of rules with the same id the first counts, so that a site's own version stands
 * before the one it was shipped with. A parent that no rule has hides nothing: it is left out.
 */
export function joinRules(parts: readonly (readonly Rule[])[]): JoinedRules {
  const byId = new Map<string, Rule>();
  const twice = new Set<string>();
  for (const rule of parts.flat()) {
    if (byId.has(rule.id)) twice.add(rule.id);
    else byId.set(rule.id, rule);
  }
  const isParent = (id: string): boolean =>
    id === "sensor-fault" || byId.has(id) || SuppressionCause.safeParse(id).success;
  const rules = [...byId.values()].map((rule) =>
    rule.suppressedBy.every(isParent) ? rule : { ...rule, suppressedBy: rule.suppressedBy.filter(isParent) },
  );
  return { rules, twice: [...twice] };
}
