import { z } from "zod";
import { plainText } from "../plain-text.ts";
import { dayNumber, Hours, isWithin, Weekdays } from "./local-time.ts";
import { RecipientId } from "./recipient.ts";

export const ScheduleId = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "must be lower-case words joined by `-`");

/** Who is on call in turn, in the hours of one shift. */
const Shift = z.strictObject({
  hours: Hours.optional().describe("Absent: around the clock, with the change at midnight"),
  weekdays: Weekdays.optional(),
  rotation: z.array(RecipientId).min(1).max(50).describe("In this order; one alone is always on call"),
  everyDays: z.int().min(1).max(366).default(7).describe("How long a turn lasts"),
  startsOn: z.iso.date().describe("First day of the first one's turn"),
});

const Override = z
  .strictObject({
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
    recipientId: RecipientId,
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), "`to` must be later than `from`");

/** An on-call calendar: shifts with their rotations, and exceptions that count before them. */
export const Schedule = z
  .strictObject({
    id: ScheduleId,
    name: plainText(80).min(1),
    shifts: z.array(Shift).min(1).max(12),
    overrides: z.array(Override).max(200).default([]).describe("Instead of the shifts, for a time"),
  })
  .meta({ id: "OnCallSchedule" });
export type Schedule = z.infer<typeof Schedule>;

/**
 * Who is on call. A shift over midnight belongs to the day on which it begins, so nobody's turn ends in the middle of a
 * night. Turns are counted in days of the calendar, so a change of the clocks moves nothing.
 *
 * @param timeZone a name of the IANA data base
 * @returns ids without doubles; none when no shift has these hours
 */
export function onCallAt({ shifts, overrides }: Schedule, atMs: number, timeZone: string): readonly string[] {
  const instead = overrides.filter(({ from, to }) => Date.parse(from) <= atMs && atMs < Date.parse(to));
  if (instead.length > 0) return [...new Set(instead.map(({ recipientId }) => recipientId))];
  return [
    ...new Set(
      shifts.flatMap(({ hours, weekdays, rotation, everyDays, startsOn }) => {
        const { isInside, startDay } = isWithin({ hours, weekdays }, atMs, timeZone);
        if (!isInside) return [];
        const turn = Math.floor((startDay - dayNumber(startsOn)) / everyDays);
        return rotation[((turn % rotation.length) + rotation.length) % rotation.length] ?? [];
      }),
    ),
  ];
}
