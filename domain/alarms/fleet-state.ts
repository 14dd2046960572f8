import { z } from "zod";
import { AlarmId, SuppressionCause } from "./alarm.ts";
import { OperatingState } from "./operating-state.ts";
import { RuleState } from "./rule-state.ts";

/** By what an active alarm is hidden. `untilMs`: the parent has ended, and the alarm comes to light then if it is still active. */
const HidingSchema = z.strictObject({ by: z.union([SuppressionCause, AlarmId]), untilMs: z.int().nullable() });
export type Hiding = Readonly<z.infer<typeof HidingSchema>>;

/** The rules of one subject, in the order of the rule set: null = knows nothing yet; and what hides the active ones. */
const SubjectStateSchema = z.strictObject({
  rules: z.array(RuleState.nullable()),
  hidden: z.record(z.string(), HidingSchema),
});
export type SubjectState = {
  readonly rules: readonly (RuleState | null)[];
  readonly hidden: Readonly<Record<string, Hiding>>;
};

/** What is remembered of one site. */
const SiteStateSchema = z.strictObject({
  ...SubjectStateSchema.shape,
  /** Slot of the newest snapshot that was judged, and of the last poll that was counted as answered or missed. */
  lastGoodMs: z.int().nullable(),
  lastPollMs: z.int(),
  misses: z.int().min(0),
  goodPolls: z.int().min(0),
  operating: OperatingState,
  /** What sister sites are compared by, in the order of the rule set. */
  compared: z.array(z.number().nullable()),
  segmentId: z.string().nullable(),
  circleId: z.string().nullable(),
});
export type SiteState = SubjectState & Readonly<Omit<z.infer<typeof SiteStateSchema>, "rules" | "hidden">>;

/**
 * Everything the engine remembers: plain JSON, to be stored together with the events of a slot, so that a restart or
 * another owner goes on where this one stopped.
 */
export const FleetState = z.strictObject({
  /** Id and hash of each rule: which place of `rules` belongs to whom. */
  ruleKeys: z.array(z.string()),
  slotMs: z.int().nullable(),
  sites: z.record(z.string(), SiteStateSchema),
  /** By segment id; the fleet is "". */
  groups: z.record(z.string(), SubjectStateSchema),
  /** Medians by circle and signal at the end of the last slot. */
  sisters: z.record(z.string(), z.record(z.string(), z.number())),
});
export type FleetState = {
  readonly ruleKeys: readonly string[];
  readonly slotMs: number | null;
  readonly sites: Readonly<Record<string, SiteState>>;
  readonly groups: Readonly<Record<string, SubjectState>>;
  readonly sisters: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

/** The rules that places in the states belong to. */
export function ruleIdsOf(ruleKeys: FleetState["ruleKeys"]): readonly string[] {
  return ruleKeys.map((key) => key.slice(0, key.indexOf("#")));
}

/** A subject that no rule has looked at. */
export const EMPTY_SUBJECT: SubjectState = { rules: [], hidden: {} };

/** A fleet that no rule has looked at; it belongs to no rule set yet. */
export const EMPTY_FLEET: FleetState = { ruleKeys: [], slotMs: null, sites: {}, groups: {}, sisters: {} };
