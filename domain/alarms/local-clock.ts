import type { LocalClock } from "./site-view.ts";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Time of day and day of the week at a place, for rules that hold at certain hours.
 *
 * @param timeZone a name of the IANA data base, such as `Asia/Shanghai`
 * @throws RangeError for a name that there is not
 */
export function localClock(atMs: number, timeZone: string): LocalClock {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const minuteOfDay = Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
  return { minuteOfDay, weekday: WEEKDAYS.indexOf(parts.get("weekday") ?? "") + 1 };
}
