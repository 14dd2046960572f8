import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";
import { Priority } from "./alarm.ts";

const Count = z.strictObject({
  present: z.int().min(0).describe("Neither hidden nor over"),
  unacknowledged: z.int().min(0).describe("Of these: ask for somebody"),
});

/** The alarms of somebody's sites in a few numbers: for headings, tiles and the page title. */
export const AlarmSummary = z
  .strictObject({
    counts: z.strictObject({ critical: Count, high: Count, medium: Count, low: Count }),
    sites: z
      .array(z.strictObject({ siteId: SiteId, worst: Priority, ...Count.shape }))
      .describe("Sites with alarms that are present, in order of id"),
    at: z.iso.datetime().describe("Server time of the counting"),
    isJudging: z.boolean().describe("The process that answers judges the rules; another one may do so in its stead"),
    judgedAt: z.iso
      .datetime()
      .nullable()
      .describe("Slot of the newest round that this process has judged; null = none"),
  })
  .meta({ id: "AlarmSummary", description: "Alarms in numbers" });
export type AlarmSummary = z.infer<typeof AlarmSummary>;
