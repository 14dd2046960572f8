import { z } from "zod";
import { POINT_NAMES, POINTS, PointName } from "../points/catalogue.ts";
import { SiteId } from "../sites/site-id.ts";

/** Points that people measure and enter. */
export const MANUAL_POINTS: readonly PointName[] = POINT_NAMES.filter((name) => POINTS[name].origin === "manual");

const NOTE_CHARS = 500;
/** A browser's clock may be ahead of the server's. */
const AHEAD_MS = 5 * 60_000;
const OLDEST_MS = 20 * 365.25 * 86_400_000;

/** One value that somebody measured by hand. It is never changed: a wrong one is voided and entered again. */
export const LabReading = z
  .strictObject({
    id: z.int(),
    siteId: SiteId,
    point: PointName,
    value: z.number(),
    takenAt: z.iso.datetime().describe("When the sample was drawn"),
    enteredBy: z.string(),
    enteredAt: z.iso.datetime(),
    note: z.string(),
    voidedAt: z.iso.datetime().nullable().describe("Not null: the reading does not count"),
    voidedBy: z.string().nullable(),
  })
  .meta({ id: "LabReading", description: "A value that was measured by hand" });
export type LabReading = z.infer<typeof LabReading>;

/** The results of one sample. */
export const LabEntry = z
  .strictObject({
    takenAt: z.iso.datetime({ offset: true }).describe("When the sample was drawn; not in the future"),
    values: z
      .record(z.string(), z.number())
      .describe("Values by point, in the unit of the catalogue; only points whose origin is `manual`"),
    note: z.string().max(NOTE_CHARS).default(""),
  })
  .meta({ id: "LabEntry", description: "The results of one sample" });
export type LabEntry = z.infer<typeof LabEntry>;

/** What is wrong with an entry. `low` and `high` are the limits of the point. */
export type LabProblem =
  | { readonly kind: "no-values" }
  | { readonly kind: "not-manual"; readonly point: string }
  | { readonly kind: "out-of-range"; readonly point: PointName; readonly low: number; readonly high: number }
  | { readonly kind: "future" }
  | { readonly kind: "too-old" };

/** The same check for the form and for the server. @returns every problem; none = good */
export function checkLabEntry({ takenAt, values }: LabEntry, nowMs: number): LabProblem[] {
  const problems: LabProblem[] = [];
  const takenMs = Date.parse(takenAt);
  if (takenMs > nowMs + AHEAD_MS) problems.push({ kind: "future" });
  if (takenMs < nowMs - OLDEST_MS) problems.push({ kind: "too-old" });
  const entries = Object.entries(values);
  if (entries.length === 0) problems.push({ kind: "no-values" });
  for (const [name, value] of entries) {
    const point = MANUAL_POINTS.find((manual) => manual === name);
    if (point === undefined) problems.push({ kind: "not-manual", point: name });
    else problems.push(...checkValue(point, value));
  }
  return problems;
}

function checkValue(point: PointName, value: number): LabProblem[] {
  const [lowest, highest] = POINTS[point].limits ?? [null, null];
  const low = lowest ?? Number.NEGATIVE_INFINITY;
  const high = highest ?? Number.POSITIVE_INFINITY;
  return value >= low && value <= high ? [] : [{ kind: "out-of-range", point, low, high }];
}
