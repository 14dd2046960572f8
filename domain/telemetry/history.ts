import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";
import { LEVELS, ROLLED_LEVELS } from "./history-level.ts";

const Values = z.array(z.number().nullable());
const Envelope = z.strictObject({ avg: Values, min: Values, max: Values });
/** Average, least and greatest value over time; the three arrays are as long as `times`. */
export type Envelope = z.infer<typeof Envelope>;

const Time = z.iso.datetime();
const StepSeconds = z.number().describe("Seconds from one value to the next; of `raw` the polling interval");

/**
 * Points of one site over time. A gap is `null` in a row of its own. With step `raw` the three arrays of a series hold
 * the same values; of a roll-up a counter's `avg` is where it stood at the end of the bucket, and a state's the share of
 * time it was on. Words and texts have no number and are `null`.
 */
export const History = z
  .strictObject({
    siteId: z.string(),
    step: z.enum(LEVELS).describe("The level that was read"),
    stepS: StepSeconds,
    from: Time.describe("Inclusive; a roll-up also gives the bucket that it falls into"),
    to: Time.describe("Exclusive"),
    times: z.array(Time).describe("Oldest first; of a roll-up the start of each bucket"),
    series: z.record(z.string(), Envelope),
  })
  .meta({ id: "History", description: "Points of one site over time" });
export type History = z.infer<typeof History>;

/** One point of many sites on one grid of time; `null` where a site has nothing stored. */
export const FleetHistory = z
  .strictObject({
    point: z.string(),
    step: z.enum(ROLLED_LEVELS),
    stepS: StepSeconds,
    from: Time,
    to: Time,
    times: z.array(Time).describe("Start of every bucket of the range"),
    sites: z
      .record(SiteId, z.strictObject({ avg: Values, min: Values.optional(), max: Values.optional() }))
      .describe("`min` and `max` when the envelope was asked for"),
  })
  .meta({ id: "FleetHistory", description: "One point of many sites over time" });
export type FleetHistory = z.infer<typeof FleetHistory>;

/** What the sister sites of a site measured: median and quartiles of their averages. */
export const SisterHistory = z
  .strictObject({
    siteId: z.string(),
    basis: z
      .enum(["zone", "region", "profile"])
      .describe("What the sisters share, beside being enabled and of one profile"),
    sisters: z.int().describe("How many there are; the site itself is not among them"),
    step: z.enum(ROLLED_LEVELS),
    stepS: StepSeconds,
    from: Time,
    to: Time,
    times: z.array(Time).describe("Start of every bucket of the range"),
    series: z.record(z.string(), z.strictObject({ median: Values, p25: Values, p75: Values })),
  })
  .meta({ id: "SisterHistory", description: "Median and quartiles of the sister sites over time" });
export type SisterHistory = z.infer<typeof SisterHistory>;
