import { z } from "zod";

/** Where on the screen, and in which part of the plant, a point belongs. */
export const PointGroup = z.enum([
  "loop",
  "rejection",
  "fluid",
  "environment",
  "power",
  "controller",
  "mining",
  "camera",
]);
export type PointGroup = z.infer<typeof PointGroup>;

/** How a point rolls up: a gauge is averaged, a counter differenced, a state timed. */
const PointKind = z.enum(["gauge", "counter", "state"]);
export type PointKind = z.infer<typeof PointKind>;

export const PointType = z.enum(["num", "bool", "enum", "text"]);
export type PointType = z.infer<typeof PointType>;

/** Who says it: the controller, a formula, a person, the collector, the inventory or the video gateway. */
const PointOrigin = z.enum(["device", "derived", "manual", "collector", "inventory", "video"]);
export type PointOrigin = z.infer<typeof PointOrigin>;

const Range = z.tuple([z.number().nullable(), z.number().nullable()]);

/** One canonical point. `limits`: outside there is no reading. `band`: the usual range, for the screen; it is no alarm limit. */
export const PointDefinition = z.strictObject({
  type: PointType,
  kind: PointKind,
  group: PointGroup,
  origin: PointOrigin,
  /** Display unit, "" for a count or a ratio; absent for bool, enum and text. */
  unit: z.string().optional(),
  /** Hard limits; `null` = open on that side. */
  limits: Range.optional(),
  /** Normal operating band of a 0.9–1.1 MW hydro box; `null` = open on that side. */
  band: Range.optional(),
  /** The usual value of a bool or enum, where there is one. */
  normal: z.union([z.boolean(), z.string()]).optional(),
  /** The words an enum may take. */
  words: z.array(z.string()).optional(),
  core: z.boolean().optional(),
  /** Decimals on the screen; 1 when absent. */
  decimals: z.int().min(0).max(4).optional(),
  label: z.strictObject({ "zh-CN": z.string(), en: z.string() }),
  /** Evidence for limits and band: a tag of docs/glossary.md, such as "API" or "J". */
  source: z.string(),
});
export type PointDefinition = z.infer<typeof PointDefinition>;
