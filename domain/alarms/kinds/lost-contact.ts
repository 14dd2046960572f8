import { z } from "zod";
import { defineKind, type Ground } from "../condition.ts";
import type { SiteView } from "../site-view.ts";
import { MAY_FAIL, MAY_HOLD } from "../zone.ts";

/** Polls in a row without a good reply. One lost packet is nothing; one good reply is no contact yet. */
export const lostContactKind = defineKind({
  label: { "zh-CN": "失联", en: "lost contact" },
  template: { kind: "lost-contact", misses: 3, goodPolls: 2 },
  schema: () =>
    z.strictObject({
      kind: z.literal("lost-contact"),
      misses: z.int().min(1).max(100).default(3),
      goodPolls: z.int().min(1).max(100).default(2).describe("Good replies in a row that end it"),
    }),
  compile({ misses, goodPolls }) {
    const judge = (site: SiteView, isActive: boolean) =>
      isActive ? site.goodPolls < goodPolls : site.misses >= misses;
    return {
      reads: [],
      judge,
      explain(site, isActive): readonly Ground[] {
        if (!judge(site, isActive)) return [];
        return [{ source: "platform", point: "missed_polls", value: site.misses, limit: misses, unit: "" }];
      },
      watch: (isActive) => (zone) => (isActive || zone.misses >= misses ? MAY_HOLD : 0) | MAY_FAIL,
    };
  },
});
