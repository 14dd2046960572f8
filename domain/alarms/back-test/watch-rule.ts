import type { RulePart } from "../compile-rule.ts";
import { MAY_HOLD, watchPart, type Zone } from "../zone.ts";

/** True when a rule may be raised in a zone, or a memory of it may leave its rest. */
export type RuleWatch = (zone: Zone) => boolean;

/** Watches a rule or a part of one for one subject, zone by zone without a gap. */
export function watchRule({ condition, observers }: RulePart): RuleWatch {
  if (observers.some(({ rest, forgetsAfterMs }) => rest === undefined && forgetsAfterMs === undefined))
    return () => true;
  const watches = [
    ...(condition === null ? [] : [watchPart(condition, false)]),
    ...observers.flatMap(({ rest }) => (rest === undefined ? [] : [rest.watch()])),
  ];
  return (zone) => {
    let may = false;
    for (const watch of watches) may = (watch(zone) & MAY_HOLD) !== 0 || may;
    return may;
  };
}
