import { z } from "zod";
import { Priority } from "./alarm.ts";
import type { Ground, Json } from "./condition.ts";
import { Elapsed } from "./elapsed.ts";

const GroundSchema = z.strictObject({
  source: z.enum(["controller", "platform"]),
  point: z.string().nullable(),
  value: z.union([z.number(), z.boolean(), z.string(), z.null()]),
  limit: z.number().nullable(),
  unit: z.string().nullable(),
}) satisfies z.ZodType<Ground>;

const JsonSchema = z.json() as unknown as z.ZodType<Json>;

/** What one rule remembers about one site, segment or the fleet. Plain JSON. */
export const RuleState = z.strictObject({
  /** Not null: the alarm's condition holds, delays included. */
  activeSinceMs: z.int().nullable(),
  /** How long samples have asked for the other state. */
  pending: Elapsed.nullable(),
  /** For n of m: the last known samples as bits, the newest lowest, and how many there are. */
  recentBits: z.int(),
  recentCount: z.int(),
  /** Since when the rule cannot tell. */
  unknownSinceMs: z.int().nullable(),
  /** While active: the priority in force, and why. */
  priority: Priority.nullable(),
  grounds: z.array(GroundSchema),
  /** One entry for each condition with a memory. */
  memory: z.array(JsonSchema),
});
export type RuleState = Readonly<z.infer<typeof RuleState>>;

/** A rule that knows nothing yet: clear. */
export const IDLE: RuleState = {
  activeSinceMs: null,
  pending: null,
  recentBits: 0,
  recentCount: 0,
  unknownSinceMs: null,
  priority: null,
  grounds: [],
  memory: [],
};
