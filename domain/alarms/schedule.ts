import type { Rule } from "./rule.ts";
import type { SiteView } from "./site-view.ts";

/** True when a rule is to be judged at this site and at this time. */
export type Schedule = (site: SiteView) => boolean;

/** The circumstances under which a rule is judged at all. */
export function compileSchedule({ operating, hours, weekdays }: NonNullable<Rule["onlyWhen"]>): Schedule {
  const fromMinute = hours === undefined ? 0 : minuteOf(hours.from);
  const toMinute = hours === undefined ? 0 : minuteOf(hours.to);
  return ({ operating: mode, clock: { minuteOfDay, weekday } }) => {
    if (operating !== undefined && !operating.includes(mode)) return false;
    if (weekdays !== undefined && !weekdays.includes(weekday)) return false;
    if (fromMinute === toMinute) return true;
    const isAfterStart = minuteOfDay >= fromMinute;
    const isBeforeEnd = minuteOfDay < toMinute;
    return fromMinute < toMinute ? isAfterStart && isBeforeEnd : isAfterStart || isBeforeEnd;
  };
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
