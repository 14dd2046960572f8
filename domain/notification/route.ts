import { z } from "zod";
import { type AlarmTransition, Priority, RuleId, SegmentId } from "../alarms/alarm.ts";
import { plainText } from "../plain-text.ts";
import { SiteId } from "../sites/site-id.ts";
import { CHANNEL_KINDS } from "./channel.ts";
import type { NoticeSite } from "./directory.ts";
import { Hours, isWithin, Weekdays } from "./local-time.ts";
import { ScheduleId } from "./on-call.ts";
import { RecipientId } from "./recipient.ts";

const list = <S extends z.ZodType>(item: S, most: number) => z.array(item).min(1).max(most).optional();

/** Everything that is given must fit. */
const Match = z.strictObject({
  priorities: list(Priority, 4),
  siteIds: list(SiteId, 1_000),
  regions: list(plainText(64).min(1), 200),
  zones: list(plainText(64).min(1), 1_000),
  segmentIds: list(SegmentId, 1_000),
  ruleIds: list(RuleId, 500),
  hours: Hours.optional(),
  weekdays: Weekdays.optional(),
});

const Target = z
  .strictObject({
    recipientIds: z.array(RecipientId).max(50).default([]),
    scheduleIds: z.array(ScheduleId).max(10).default([]).describe("Whoever is on call when the notice is made"),
  })
  .refine(({ recipientIds, scheduleIds }) => recipientIds.length + scheduleIds.length > 0, "must name somebody");
export type Target = z.infer<typeof Target>;

const Minutes = z.int().min(1).max(10_080);

/** Which alarms are told to whom, how, and how often. */
export const Route = z
  .strictObject({
    id: z
      .string()
      .max(64)
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case words joined by `-`"),
    name: plainText(80).min(1),
    isEnabled: z.boolean().default(true),
    match: Match.default({}).describe("Empty: every alarm"),
    kinds: z
      .array(z.enum(["raised", "cleared", "escalated"]))
      .min(1)
      .default(["raised", "cleared", "escalated"]),
    to: Target,
    channels: z
      .array(z.enum(CHANNEL_KINDS))
      .min(1)
      .max(CHANNEL_KINDS.length)
      .refine((kinds) => new Set(kinds).size === kinds.length, "must name each channel once")
      .describe("The first one on which a recipient is reached; the next one when that fails"),
    groupBy: z
      .enum(["cause", "segment", "site", "priority", "alarm"])
      .default("cause")
      .describe("Alarms with the same cause (rule), segment, site or priority are told together"),
    waitS: z.int().min(0).max(3_600).default(10).describe("How long the first one of a group waits for others"),
    intervalS: z.int().min(10).max(86_400).default(300).describe("Least time between two notices of a group"),
    repeatEveryMin: Minutes.min(5).nullable().default(60).describe("While nobody acknowledges; null = never"),
    escalations: z
      .array(z.strictObject({ afterMin: Minutes, to: Target }))
      .max(5)
      .default([])
      .describe("Who is told besides when nobody acknowledges"),
    quiet: z
      .strictObject({ ...Hours.shape, priorities: z.array(Priority.exclude(["critical"])).min(1) })
      .optional()
      .describe("Hours in which notices of these priorities are held back until their end"),
    goOn: z.boolean().default(false).describe("Later routes take the alarm too"),
  })
  .meta({ id: "NoticeRoute" });
export type Route = z.infer<typeof Route>;
/** A route as people write it: what has a default may be left out. */
export type RouteInput = z.input<typeof Route>;

/** Why a route takes a change of an alarm or not. */
export type RouteVerdict =
  | "taken"
  | "switched-off"
  | "other-priority"
  | "other-place"
  | "other-rule"
  | "other-hours"
  | "taken-before";

/** @param site of the alarm; null for a segment or the fleet, which is only taken where no place is asked for */
export function judgeRoute(
  { isEnabled, match }: Route,
  transition: Pick<AlarmTransition, "priority" | "ruleId" | "siteId" | "segmentId">,
  site: NoticeSite | null,
  atMs: number,
  timeZone: string,
): RouteVerdict {
  if (!isEnabled) return "switched-off";
  if (!allows(match.priorities, transition.priority)) return "other-priority";
  if (!allows(match.ruleIds, transition.ruleId)) return "other-rule";
  const isThere =
    allows(match.siteIds, transition.siteId) &&
    allows(match.regions, site?.region ?? null) &&
    allows(match.zones, site?.zone ?? null) &&
    allows(match.segmentIds, transition.segmentId);
  if (!isThere) return "other-place";
  return isWithin(match, atMs, timeZone).isInside ? "taken" : "other-hours";
}

function allows(allowed: readonly string[] | undefined, value: string | null): boolean {
  return allowed === undefined || (value !== null && allowed.includes(value));
}

/** What is told together, within one route. */
export function groupKey(
  { groupBy }: Route,
  { alarmId, ruleId, siteId, segmentId, priority }: AlarmTransition,
  site: NoticeSite | null,
): string {
  switch (groupBy) {
    case "cause":
      return ruleId;
    case "segment":
      return segmentId ?? (site === null ? "fleet" : JSON.stringify([site.region, site.zone]));
    case "site":
      return siteId ?? segmentId ?? "fleet";
    case "priority":
      return priority;
    case "alarm":
      return alarmId;
  }
}
