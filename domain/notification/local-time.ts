import { z } from "zod";
import { localClock } from "../alarms/local-clock.ts";

const DAY_MS = 86_400_000;
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM");

/** Hours of the day in the platform's time zone. */
export const Hours = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay })
  .refine(({ from, to }) => from !== to, "`from` and `to` must differ")
  .describe("`to` before `from`: over midnight");
export type Hours = z.infer<typeof Hours>;

export const Weekdays = z.array(z.int().min(1).max(7)).min(1).describe("1 = Monday");

type Times = {
  readonly hours?: Hours | undefined;
  readonly weekdays?: readonly number[] | undefined;
};

const dates = new Map<string, Intl.DateTimeFormat>();

/** Number of a date `YYYY-MM-DD`: two dates differ by the days between them. */
export function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00.000Z`) / DAY_MS);
}

/**
 * Whether a moment lies within hours and days of the week. What runs over midnight belongs to the day on which it begins.
 *
 * @returns `startDay`: number of the local day on which the hours began
 */
export function isWithin(
  { hours, weekdays }: Times,
  atMs: number,
  timeZone: string,
): { readonly isInside: boolean; readonly startDay: number } {
  const { minuteOfDay, weekday } = localClock(atMs, timeZone);
  const [from, to] = hours === undefined ? [0, 1_440] : [minuteOf(hours.from), minuteOf(hours.to)];
  const isOverMidnight = to <= from;
  const isAfterMidnight = isOverMidnight && minuteOfDay < to;
  const isInHours = isOverMidnight ? minuteOfDay >= from || isAfterMidnight : minuteOfDay >= from && minuteOfDay < to;
  const startWeekday = isAfterMidnight ? ((weekday + 5) % 7) + 1 : weekday;
  return {
    isInside: isInHours && (weekdays === undefined || weekdays.includes(startWeekday)),
    startDay: localDay(atMs, timeZone) - (isAfterMidnight ? 1 : 0),
  };
}

function localDay(atMs: number, timeZone: string): number {
  let format = dates.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    dates.set(timeZone, format);
  }
  return dayNumber(format.format(atMs));
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
