import type { Schemas } from "../../client/contract.ts";
import { freshId } from "./plan-names.ts";
import { hoursError, numberError } from "./route-draft.ts";
import { nt } from "./text.ts";
import { momentOf, wallTime } from "./zoned-time.ts";

export type Schedule = Schemas["OnCallSchedule"];
type Shift = Schedule["shifts"][number];

export type ShiftDraft = {
  hasHours: boolean;
  from: string;
  to: string;
  weekdays: number[];
  rotation: string[];
  everyDays: string;
  startsOn: string;
};
/** Times of exceptions are wall-clock times at the sites. */
export type OverrideDraft = { from: string; to: string; recipientId: string };
export type ScheduleDraft = { name: string; shifts: ShiftDraft[]; overrides: OverrideDraft[] };

/** @param today `2026-11-26`, at the sites */
export function freshShift(today: string): ShiftDraft {
  return { hasHours: false, from: "08:00", to: "20:00", weekdays: [], rotation: [], everyDays: "7", startsOn: today };
}

export function scheduleDraftOf(schedule: Schedule | null, today: string, timeZone: string): ScheduleDraft {
  if (schedule === null) return { name: "", shifts: [freshShift(today)], overrides: [] };
  return {
    name: schedule.name,
    shifts: schedule.shifts.map(({ hours, weekdays, rotation, everyDays, startsOn }) => ({
      hasHours: hours !== undefined,
      from: hours?.from ?? "08:00",
      to: hours?.to ?? "20:00",
      weekdays: [...(weekdays ?? [])],
      rotation: [...rotation],
      everyDays: String(everyDays),
      startsOn,
    })),
    overrides: schedule.overrides.map(({ from, to, recipientId }) => ({
      from: wallTime(Date.parse(from), timeZone),
      to: wallTime(Date.parse(to), timeZone),
      recipientId,
    })),
  };
}

/** As the plan keeps it. @param id of the calendar that is changed; null = a new one */
export function scheduleOf(
  draft: ScheduleDraft,
  id: string | null,
  taken: readonly string[],
  timeZone: string,
): Schedule {
  const iso = (wall: string): string => new Date(momentOf(wall, timeZone) ?? 0).toISOString();
  return {
    id: id ?? freshId(draft.name, taken, "calendar"),
    name: draft.name.trim(),
    shifts: draft.shifts.map(shiftOf),
    overrides: draft.overrides.map(({ from, to, recipientId }) => ({ from: iso(from), to: iso(to), recipientId })),
  };
}

function shiftOf({ hasHours, from, to, weekdays, rotation, everyDays, startsOn }: ShiftDraft): Shift {
  return {
    ...(hasHours ? { hours: { from, to } } : {}),
    ...(weekdays.length > 0 ? { weekdays: [...weekdays].sort() } : {}),
    rotation,
    everyDays: Number(everyDays),
    startsOn,
  };
}

/** What is wrong, by field: which value, and what is allowed. @param names of the other calendars */
export function scheduleErrors(
  { name, shifts, overrides }: ScheduleDraft,
  names: readonly string[],
  timeZone: string,
): Readonly<Record<string, string>> {
  const typed = name.trim();
  const found: Record<string, string | null> = {
    name: typed === "" ? nt("error.required") : names.includes(typed) ? nt("error.name-taken", { value: typed }) : null,
  };
  shifts.forEach(({ hasHours, from, to, rotation, everyDays, startsOn }, n) => {
    found[`shifts.${n}.hours`] = hasHours ? hoursError(from, to) : null;
    found[`shifts.${n}.rotation`] = rotation.length > 0 ? null : nt("error.rotation");
    found[`shifts.${n}.everyDays`] = numberError(everyDays, 1, 366);
    found[`shifts.${n}.startsOn`] = /^\d{4}-\d\d-\d\d$/.test(startsOn)
      ? null
      : nt("error.date", { value: startsOn || nt("error.nothing") });
  });
  overrides.forEach(({ from, to, recipientId }, n) => {
    const [fromMs, toMs] = [momentOf(from, timeZone), momentOf(to, timeZone)];
    found[`overrides.${n}`] =
      recipientId === ""
        ? nt("error.override-who")
        : fromMs === null || toMs === null
          ? nt("error.override-times")
          : fromMs < toMs
            ? null
            : nt("error.override-order", { value: to.replace("T", " ") });
  });
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null));
}
