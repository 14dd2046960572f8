import { z } from "zod";
import { FailureCause } from "../collection/failure-cause.ts";
import { SiteId } from "../sites/site-id.ts";
import { ProfileTag } from "./snapshot.ts";

/** What one controller answered in one round: facts of the transfer and the parsed JSON per request, unmapped. */
export const ControllerReply = z
  .strictObject({
    siteId: SiteId,
    slot: z.iso.datetime(),
    collectedAt: z.iso.datetime(),
    profile: ProfileTag,
    attempts: z.int().min(1),
    latencyMs: z
      .number()
      .min(0)
      .describe("First byte sent to last byte read of the successful tries, summed over requests"),
    isLate: z.boolean().describe("Arrived after its round had closed"),
    replies: z.record(z.string(), z.unknown()).describe("Parsed JSON body by request name of the profile"),
    failedRequests: z.record(z.string(), FailureCause).describe("Optional requests of the profile that failed"),
  })
  .meta({ id: "ControllerReply", description: "The raw answer of one controller in one round" });
export type ControllerReply = z.infer<typeof ControllerReply>;

/** A reply that could not become a snapshot: what and why. The raw body stays in the journal or in `raw_payload`. */
export const RejectedReply = z
  .strictObject({
    siteId: SiteId,
    slot: z.iso.datetime(),
    profile: ProfileTag,
    reason: z.string().describe("One line: the field, the value (shortened), what is allowed"),
  })
  .meta({ id: "RejectedReply", description: "A reply that could not become a snapshot" });
export type RejectedReply = z.infer<typeof RejectedReply>;
