import type { Rule } from "../rule.ts";

/** Rules that are new, or that would fire otherwise than before; other words or another owner change nothing. */
export function changedRules(before: readonly Rule[], after: readonly Rule[]): readonly Rule[] {
  const known = new Map(before.map((rule) => [rule.id, behaviourOf(rule)]));
  return after.filter((rule) => rule.enabled && known.get(rule.id) !== behaviourOf(rule));
}

function behaviourOf({
  texts: _texts,
  respondWithinMin: _respond,
  owner: _owner,
  source: _source,
  ...rest
}: Rule): string {
  return JSON.stringify(rest);
}
