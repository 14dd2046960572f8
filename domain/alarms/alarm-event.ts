import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";
import { PointValue } from "../telemetry/snapshot.ts";
import { AlarmId, AlarmSource, Priority, RuleId, SegmentId, SuppressionCause } from "./alarm.ts";

const Time = z.iso.datetime();
const Person = z.string().min(1).max(200);
const Note = z.string().max(2000);

const Identity = { siteId: SiteId.nullable(), segmentId: SegmentId.nullable(), ruleId: RuleId, at: Time };

/** What a condition rests on: the values of `point`, `value`, `limit` and `unit` are all null for a combination without one. */
const Grounds = {
  priority: Priority,
  sources: z.array(AlarmSource),
  point: z.string().nullable(),
  value: PointValue,
  limit: z.number().nullable(),
  unit: z.string().nullable(),
};

const Parent = z.union([SuppressionCause, AlarmId]);

/** What the engine says about the condition of one alarm. `at` is the slot, so that a replay says the same. */
export const ConditionEvent = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("raised"),
      ...Identity,
      ...Grounds,
      latching: z.boolean(),
      suppressedBy: Parent.nullable().describe("Hidden from the beginning by this parent or cause"),
    }),
    z.strictObject({ type: z.literal("cleared"), ...Identity }),
    z.strictObject({ type: z.literal("updated"), ...Identity, ...Grounds }),
    z.strictObject({ type: z.literal("suppressed"), ...Identity, suppressedBy: Parent }),
    z.strictObject({ type: z.literal("released"), ...Identity }),
  ])
  .meta({ id: "ConditionEvent", description: "What the rule engine says about the condition of one alarm" });
export type ConditionEvent = z.infer<typeof ConditionEvent>;

/** What a person does to one alarm; `unshelve` with `by` null: its time ran out. `at` is the server's time. */
export const OperatorEvent = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("acknowledge"), at: Time, by: Person, note: Note }),
    z.strictObject({ type: z.literal("reset"), at: Time, by: Person, note: Note }),
    z.strictObject({ type: z.literal("shelve"), at: Time, by: Person, reason: Note.min(1), until: Time }),
    z.strictObject({ type: z.literal("unshelve"), at: Time, by: Person.nullable() }),
    z.strictObject({ type: z.literal("take_out_of_service"), at: Time, by: Person, reason: Note.min(1) }),
    z.strictObject({ type: z.literal("return_to_service"), at: Time, by: Person }),
    z.strictObject({ type: z.literal("assign"), at: Time, by: Person, to: Person.nullable() }),
    z.strictObject({ type: z.literal("comment"), at: Time, by: Person, note: Note.min(1) }),
  ])
  .meta({ id: "OperatorEvent", description: "What a person does to one alarm" });
export type OperatorEvent = z.infer<typeof OperatorEvent>;
