/**
 * Alarms as they are stored, listed and sent. How the parts fit:
 *
 * - `rule.ts`: what is watched, as data. `alarm-engine.ts`: a slot's snapshots in, `AlarmEvent`s out (raised, cleared,
 *   updated, suppressed, released); it knows nothing of people.
 * - `life-cycle.ts`: `applyAlarmEvent(alarm, event)`, for those events and for what people do (acknowledge, shelve, …),
 *   gives the new `Alarm` and at most one `AlarmTransition`. The stored row is the truth: read it under a lock, apply,
 *   write row and transition in one transaction.
 * - `Alarm.state` follows from the facts beside it: out of service before shelved before suppressed before the rest.
 */
import { z } from "zod";
import { SiteId } from "../sites/site-id.ts";
import { PointValue } from "../telemetry/snapshot.ts";

/** Worst first: 紧急, 严重, 警告, 信息. `low` is an event: nobody has to acknowledge it. */
export const Priority = z.enum(["critical", "high", "medium", "low"]);
export type Priority = z.infer<typeof Priority>;

/** Places of the priorities in tables and order, worst first. */
export const PRIORITY_RANK = { critical: 1, high: 2, medium: 3, low: 4 } as const satisfies Record<Priority, number>;

/** States of ISA-18.2 as OPC UA Part 9 and public summaries give them; the standard's own text was not checked. */
export const AlarmState = z.enum([
  "normal",
  "unacknowledged",
  "acknowledged",
  "returned_unacknowledged",
  "latched",
  "shelved",
  "suppressed",
  "out_of_service",
]);
export type AlarmState = z.infer<typeof AlarmState>;

/** Who says so: a bit of the controller, or a limit of the platform. One alarm may have both. */
export const AlarmSource = z.enum(["controller", "platform"]);
export type AlarmSource = z.infer<typeof AlarmSource>;

export const RuleId = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "must be lower-case words joined by `-`");
export type RuleId = z.infer<typeof RuleId>;

/** A network segment or zone, by an id that shows no address. */
export const SegmentId = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);
export type SegmentId = z.infer<typeof SegmentId>;

/** `<siteId>.<ruleId>`, `~<segmentId>.<ruleId>` or `~.<ruleId>` for the whole fleet. The same thing has the same id for ever. */
export const AlarmId = z
  .string()
  .max(140)
  .regex(/^(~?[a-z0-9-]+|~)\.[a-z0-9-]+$/);
export type AlarmId = z.infer<typeof AlarmId>;

/** What an alarm is about: a site, a segment of the fleet, or (both null) the whole fleet. */
export type AlarmSubject = { readonly siteId: SiteId | null; readonly segmentId: SegmentId | null };

/** The one identity of (subject, rule). */
export function alarmIdOf({ siteId, segmentId }: AlarmSubject, ruleId: RuleId): AlarmId {
  return `${siteId ?? `~${segmentId ?? ""}`}.${ruleId}`;
}

/** Reasons for suppression that are no alarm: states of the site, and flags that people set. */
export const SuppressionCause = z.enum(["curtailment", "maintenance", "site-stopped", "site-starting"]);
export type SuppressionCause = z.infer<typeof SuppressionCause>;

/** The id of the parent alarm (it has a `.`), or a cause. */
const SuppressedBy = z.union([SuppressionCause, AlarmId]);

const Time = z.iso.datetime();
const Person = z.string().max(200);
const Note = z.string().max(2000);

/** What was measured, when the alarm was raised or changed last. All null for a combination without a value. */
const Measured = {
  point: z.string().nullable().describe("The point, computed quantity or fault bit that decided"),
  value: PointValue.describe("Its value at that time"),
  limit: z.number().nullable().describe("The limit in force at that time"),
  unit: z.string().nullable(),
};

const Subject = {
  siteId: SiteId.nullable().describe("null: the alarm is about a segment or the fleet"),
  segmentId: SegmentId.nullable(),
};

/** One alarm: there is one for each (subject, rule), whatever happens. */
export const Alarm = z
  .strictObject({
    id: AlarmId,
    ...Subject,
    ruleId: RuleId,
    state: AlarmState,
    priority: Priority.describe("In force now: a rule may name circumstances that change it"),
    active: z.boolean().describe("The condition holds now, seen or unseen"),
    sources: z.array(AlarmSource).describe("Who has said so since it was raised"),
    ...Measured,
    raisedAt: Time.describe("Last time the condition began"),
    clearedAt: Time.nullable().describe("null while the condition holds"),
    needsAcknowledgement: z.boolean(),
    acknowledged: z.strictObject({ by: Person, at: Time, note: Note }).nullable(),
    needsReset: z.boolean().describe("It latches, and nobody has reset it since it was raised"),
    shelved: z.strictObject({ until: Time, by: Person, at: Time, reason: Note }).nullable(),
    outOfService: z.strictObject({ by: Person, at: Time, reason: Note }).nullable(),
    suppressedBy: SuppressedBy.nullable().describe("Parent alarm, or the reason by design"),
    assignedTo: Person.nullable(),
    occurrences: z.int().min(1).describe("How often it was raised, ever"),
    flaps: z.int().min(0).describe("How often it came back since it was announced, within 15 minutes"),
    chatteringSince: Time.nullable(),
    announcedAt: Time.nullable().describe("Last time that people were told of a raise"),
    conditionAt: Time.describe(
      "Newest event of the engine that is in this row: older ones come from a replay and change nothing",
    ),
    lastChangeAt: Time,
    revision: z.int().min(1).describe("Counts the changes: with the id the key of a transition"),
  })
  .meta({ id: "Alarm", description: "One alarm, by site (or segment, or fleet) and rule" });
export type Alarm = z.infer<typeof Alarm>;

/**
 * - `raised`: the condition began, people are to be told · `reraised`: it came back within 15 minutes of that
 * - `chattering`: it came back for the first time within 15 minutes: people are told once
 * - `cleared`: the condition ended · `updated`: another priority or source
 * - `suppressed` and `released`: by a parent or by design; `released` while active is as good as raised
 * - `unshelved`: by a person, or (`by` null) because the time ran out
 */
export const TransitionKind = z.enum([
  "raised",
  "reraised",
  "chattering",
  "cleared",
  "updated",
  "suppressed",
  "released",
  "acknowledged",
  "reset",
  "shelved",
  "unshelved",
  "out_of_service",
  "in_service",
  "assigned",
  "commented",
]);

/** One change of one alarm, as it is kept in the history, sent to screens and handed to notification. */
export const AlarmTransition = z
  .strictObject({
    alarmId: AlarmId,
    revision: z.int().min(1).describe("The alarm's revision after the change; with alarmId the key"),
    ...Subject,
    ruleId: RuleId,
    kind: TransitionKind,
    from: AlarmState,
    to: AlarmState,
    at: Time.describe("When it happened: the slot for conditions, the server's time for people"),
    isAnnounced: z.boolean().describe("People are to be told: the condition began or came back, and nothing hides it"),
    priority: Priority,
    sources: z.array(AlarmSource),
    ...Measured,
    suppressedBy: SuppressedBy.nullable(),
    by: Person.nullable().describe("null: the platform"),
    note: Note.nullable().describe(
      "Note of an acknowledgement, reason of shelving, comment, or whom it was assigned to",
    ),
    until: Time.nullable().describe("End of shelving"),
    occurrences: z.int().min(1),
    flaps: z.int().min(0),
  })
  .meta({ id: "AlarmTransition", description: "One change of one alarm" });
export type AlarmTransition = z.infer<typeof AlarmTransition>;

/** An alarm as lists show it: with its title, its children, and the acknowledgement flat beside it. */
export const AlarmListItem = Alarm.extend({
  acknowledgedAt: Time.nullable(),
  acknowledgedBy: Person.nullable(),
  children: z.int().min(0).describe("Active alarms that this one suppresses, at any depth"),
  texts: z.strictObject({ zh: z.string(), en: z.string() }).describe("The rule's title"),
}).meta({ id: "AlarmListItem", description: "An alarm as lists show it" });
export type AlarmListItem = z.infer<typeof AlarmListItem>;

/** The list's row of an alarm. */
export function alarmListItem(
  alarm: Alarm,
  children: number,
  title: { readonly "zh-CN": string; readonly en: string },
): AlarmListItem {
  return {
    ...alarm,
    acknowledgedAt: alarm.acknowledged?.at ?? null,
    acknowledgedBy: alarm.acknowledged?.by ?? null,
    children,
    texts: { zh: title["zh-CN"], en: title.en },
  };
}
