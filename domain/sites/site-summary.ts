import { z } from "zod";
import { FailureCause } from "../collection/failure-cause.ts";
import { SiteHealth } from "../telemetry/site-health.ts";
import { SiteId } from "./site-id.ts";

/** How the last poll of a site went. */
const PollSummary = z
  .strictObject({
    slot: z.iso.datetime(),
    result: z.union([z.enum(["ok", "late"]), FailureCause]),
    attempts: z.int(),
    latencyMs: z.number().nullable(),
    breaker: z.enum(["closed", "suspect", "open"]),
    misses: z.int().describe("Consecutive rounds without a good reply"),
  })
  .meta({ id: "PollSummary", description: "How the last poll of a site went" });
export type PollSummary = z.infer<typeof PollSummary>;

/** A site as browsers see it: no private address. */
export const SiteSummary = z
  .strictObject({
    id: SiteId,
    name: z.string(),
    region: z.string(),
    zone: z.string(),
    enabled: z.boolean(),
    profile: z.string(),
    intervalS: z.number().describe("Polling interval in force, seconds"),
    health: SiteHealth,
    lastSnapshotAt: z.iso.datetime().nullable(),
    ageS: z.number().nullable().describe("Seconds since lastSnapshotAt, by the server's clock"),
    openFaults: z.int().describe("Active faults of the newest snapshot, critical state bits included"),
    lastPoll: PollSummary.nullable(),
    minersExpected: z.int().nullable(),
    ratedPowerKw: z.number().nullable(),
    location: z.strictObject({ lat: z.number(), lon: z.number() }).nullable(),
  })
  .meta({ id: "SiteSummary", description: "A site with its health and the age of its data" });
export type SiteSummary = z.infer<typeof SiteSummary>;
