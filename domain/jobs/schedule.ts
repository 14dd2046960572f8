/** When a job runs by itself. Hours and minutes are wall-clock time in the time zone of the platform. */
export type JobSchedule =
  | { readonly every: "minute" }
  | { readonly every: "hour"; readonly minute: number }
  | { readonly every: "day"; readonly hour: number; readonly minute: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The same as a cron expression of five fields. */
export function cronOf(schedule: JobSchedule): string {
  if (schedule.every === "minute") return "* * * * *";
  if (schedule.every === "hour") return `${schedule.minute} * * * *`;
  return `${schedule.minute} ${schedule.hour} * * *`;
}

/**
 * The first time that comes strictly after a moment. In the night in which clocks go forward, a time that is left out is
 * given as the moment that would have had it.
 *
 * @param afterMs milliseconds since the Unix epoch
 * @param timeZone IANA name
 */
export function nextRunAfter(schedule: JobSchedule, afterMs: number, timeZone: string): number {
  if (schedule.every === "minute") return Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const localMs = afterMs + offsetMs(afterMs, timeZone);
  if (schedule.every === "hour") {
    const wall = Math.floor(localMs / HOUR_MS) * HOUR_MS + schedule.minute * MINUTE_MS;
    return firstAfter(afterMs, wall, HOUR_MS, timeZone);
  }
  const wall = Math.floor(localMs / DAY_MS) * DAY_MS + schedule.hour * HOUR_MS + schedule.minute * MINUTE_MS;
  return firstAfter(afterMs, wall, DAY_MS, timeZone);
}

/** @param firstWall wall-clock time of the first candidate, written as if it were UTC */
function firstAfter(afterMs: number, firstWall: number, stepMs: number, timeZone: string): number {
  for (let wall = firstWall; ; wall += stepMs) {
    const candidate = wallToUtc(wall, timeZone);
    if (candidate > afterMs) return candidate;
  }
}

function wallToUtc(wall: number, timeZone: string): number {
  const guess = wall - offsetMs(wall, timeZone);
  return wall - offsetMs(guess, timeZone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the zone is ahead of UTC at that moment. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(atMs);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return local - Math.floor(atMs / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, format);
  return format;
}
