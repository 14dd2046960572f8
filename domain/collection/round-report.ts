import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";
import { FailureCause } from "./failure-cause.ts";

/** How one round went. `ok + late + Σ failed = sites`. */
export const RoundReport = z
  .strictObject({
    slot: z.iso.datetime(),
    startedAt: z.iso.datetime(),
    durationMs: z.number().min(0),
    sites: z.int().min(0),
    ok: z.int().min(0),
    late: z.int().min(0).describe("Without a verdict when the round closed, or still busy with an earlier slot"),
    failed: z.partialRecord(FailureCause, z.int().min(1)),
    skipped: z
      .int()
      .min(0)
      .describe("Failed sites that were not tried: their breaker is open; counted under their last cause"),
    lateSites: z.array(SiteId),
    failedSites: z.partialRecord(FailureCause, z.array(SiteId)),
    slowest: z.strictObject({ siteId: SiteId, latencyMs: z.number() }).nullable(),
  })
  .meta({ id: "RoundReport", description: "How one round of polling went" });
export type RoundReport = z.infer<typeof RoundReport>;
