import type { KindItem } from "./command-text.ts";
import { ct } from "./text.ts";

/** What else holds for a kind, a phrase each: time between two, how often, who else is needed. @param roleText the name of a role */
export function kindLimits(
  { leastGapS, mostOften, needsSecondPerson, needsReason, higherRole, args }: KindItem,
  roleText: (role: KindItem["lowestRole"]) => string,
): string[] {
  const unit = higherRole === null ? "" : (args[higherRole.argument]?.unit ?? "");
  return [
    leastGapS === null ? "" : ct("limit.gap", { min: Math.round(leastGapS / 6) / 10 }),
    mostOften === null ? "" : ct("limit.often", { n: mostOften.count, h: mostOften.perS / 3600 }),
    higherRole === null
      ? ""
      : ct("limit.role", {
          from: higherRole.from,
          to: `${higherRole.to} ${unit}`.trim(),
          role: roleText(higherRole.lowestRole),
        }),
    needsReason ? ct("limit.reason") : "",
    needsSecondPerson ? ct("limit.second") : "",
  ].filter((text) => text !== "");
}
