import { z } from "zod";
import { PointName } from "../points/catalogue.ts";
import { SiteId } from "../sites/site-id.ts";
import { QualityMark } from "./quality.ts";

export const PointValue = z.union([z.number(), z.boolean(), z.string(), z.null()]);
export type PointValue = z.infer<typeof PointValue>;

/** `id@version` of the profile that mapped a reply. */
export const ProfileTag = z.string().regex(/^[a-z0-9-]+@\d+$/);

/** The canonical points of one site in one round. */
export const Snapshot = z
  .strictObject({
    siteId: SiteId,
    slot: z.iso.datetime().describe("Scheduled time of the round, UTC; with siteId the key of everything stored"),
    collectedAt: z.iso.datetime().describe("When the reply arrived, UTC"),
    profile: ProfileTag,
    values: z.partialRecord(PointName, PointValue),
    quality: z
      .record(z.string(), QualityMark)
      .describe("Only what is not good; keys are points, or fault.<name> for a fault bit that the reply lacks"),
    faults: z.array(z.string()).describe("Canonical faults that are active"),
    unmapped: z.array(z.string()).describe("JSON pointers of fields that the profile does not know, at most 100"),
    attempts: z.int().min(1),
    latencyMs: z.number().min(0),
  })
  .meta({ id: "Snapshot", description: "The canonical points of one site in one round" });
export type Snapshot = z.infer<typeof Snapshot>;
