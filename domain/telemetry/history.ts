import { z } from "zod";

const Series = z.array(z.number().nullable());

/** Points of one site over time. Gaps are `null`; with step `raw` the three arrays of a series hold the same values. */
export const History = z
  .strictObject({
    siteId: z.string(),
    step: z.enum(["raw", "5m", "1h", "1d"]),
    times: z.array(z.iso.datetime()),
    series: z.record(z.string(), z.strictObject({ avg: Series, min: Series, max: Series })),
  })
  .meta({ id: "History", description: "Points of one site over time" });
export type History = z.infer<typeof History>;
