import { z } from "zod";
import { defineKind, type Ground } from "../condition.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_BE_UNKNOWN, MAY_FAIL, MAY_HOLD, watchPart } from "../zone.ts";

const Share = z.number().gt(0).max(1);

/** A condition that holds at many sites of a segment, or of the fleet, at once. For rules of that scope only. */
export const sitesKind = defineKind({
  label: { "zh-CN": "多站点", en: "share of sites" },
  template: { kind: "sites", where: { kind: "lost-contact", misses: 2 }, minShare: 0.6, minCount: 5, clearShare: 0.3 },
  schema: (nested) =>
    z
      .strictObject({
        kind: z.literal("sites"),
        where: nested.describe("Judged at each site; without a memory of its own"),
        minShare: Share.describe("Of the sites about which something is known"),
        minCount: z.int().min(1),
        clearShare: Share.describe("Ends below this share"),
        minKnown: Share.default(0.5).describe("Nothing is said while less than this share of the sites is known"),
      })
      .refine(({ minShare, clearShare }) => clearShare <= minShare, "`clearShare` must not be more than `minShare`"),
  compile({ where, minShare, minCount, clearShare, minKnown }, compiler) {
    // Memories belong to one subject, and a member of a group is another one.
    const part = compiler.nestedWithoutMemory(where);
    function count(members: readonly SiteView[]): { readonly holding: number; readonly known: number } {
      let holding = 0;
      let known = 0;
      for (const member of members) {
        const truth = part.judge(member, false, []);
        if (truth !== null) known++;
        if (truth === true) holding++;
      }
      return { holding, known };
    }
    function judge({ members }: SiteView, isActive: boolean) {
      const { holding, known } = count(members);
      if (members.length === 0) return false;
      if (known < minKnown * members.length) return null;
      return isActive ? holding >= clearShare * known : holding >= minShare * known && holding >= minCount;
    }
    return {
      reads: [],
      judge,
      explain(group, isActive): readonly Ground[] {
        if (judge(group, isActive) !== true) return [];
        const { holding, known } = count(group.members);
        const limit = Math.max(minCount, Math.ceil(minShare * known));
        return [{ source: "platform", point: "sites", value: holding, limit, unit: "" }];
      },
      watch() {
        // Without a memory a condition needs none to be watched: one watch serves all members.
        const watch = watchPart(part, false);
        return ({ members }) => {
          const possible = members.map((member) => ({ says: watch(member), isCounted: !member.facts.isInMaintenance }));
          const holding = possible.filter(({ says }) => (says & MAY_HOLD) !== 0).length;
          const known = possible.filter(({ says, isCounted }) => isCounted && (says & MAY_BE_UNKNOWN) === 0).length;
          const holds = holding >= minShare * known && holding >= minCount;
          return (holds ? MAY_HOLD : 0) | MAY_FAIL | MAY_BE_UNKNOWN;
        };
      },
    };
  },
});
