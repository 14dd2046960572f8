import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";

/** Longest time that a flag may be set for: what lasts longer is the new normal, and its rules are to be changed [J]. */
export const LONGEST_FLAG_MS = 30 * 86_400_000;

/** Why alarms of a site are expected for a time: people work on it, or the grid has taken its power. */
export const FlagKind = z.enum(["maintenance", "curtailment"]);
export type FlagKind = z.infer<typeof FlagKind>;

/** A site under maintenance or curtailed, for a time. Rules that name the kind in `suppressedBy` are hidden meanwhile. */
export const SiteFlag = z
  .strictObject({
    id: z.uuid(),
    kind: FlagKind,
    siteId: SiteId,
    beginsAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    reason: z.string(),
    setBy: z.string(),
    setAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable().describe("Not null: somebody has ended it before its time"),
    endedBy: z.string().nullable(),
  })
  .meta({ id: "SiteFlag", description: "A site under maintenance or curtailed, for a time" });
export type SiteFlag = z.infer<typeof SiteFlag>;
