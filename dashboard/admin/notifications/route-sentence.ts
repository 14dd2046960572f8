import { PRIORITIES } from "../../components/severity-of.ts";
import type { PlanNames } from "./plan-names.ts";
import type { Route, Target } from "./route-draft.ts";
import { spanText } from "./span-text.ts";
import { nt } from "./text.ts";

/** More names than these are counted. */
const MOST_NAMED = 4;

/** What a route does, a sentence each, in the reader's language. */
export function routeSentences(route: Route, names: PlanNames): readonly string[] {
  const { kinds, escalations, repeatEveryMin, quiet, goOn } = route;
  const follows = kinds.includes("raised") && repeatEveryMin !== null;
  const climbs = kinds.includes("escalated") ? escalations : [];
  return [
    nt("say.what", {
      alarms: alarmsText(route, names),
      who: targetText(route.to, names),
      channels: route.channels.map((kind) => nt(`channel.${kind}`)).join(nt("say.else")),
    }),
    ...(kinds.includes("raised") ? [] : [nt("say.no-raised")]),
    groupText(route),
    ...(follows ? [nt("say.repeat", { every: spanText((repeatEveryMin ?? 0) * 60) })] : [nt("say.no-repeat")]),
    ...climbs.map(({ afterMin, to }) =>
      nt("say.escalate", { after: spanText(afterMin * 60), who: targetText(to, names) }),
    ),
    ...(kinds.includes("cleared") ? [nt("say.cleared")] : []),
    ...(quiet ? [nt("say.quiet", { from: quiet.from, to: quiet.to, priorities: priorityText(quiet.priorities) })] : []),
    ...(goOn ? [nt("say.go-on")] : []),
  ];
}

/** People and calendars in words. */
function targetText({ recipientIds, scheduleIds }: Target, names: PlanNames): string {
  const people = recipientIds.map(names.recipient);
  const calendars = scheduleIds.map((id) => nt("say.on-call", { name: names.schedule(id) }));
  return joined([...calendars, ...people], nt("say.and"));
}

function alarmsText({ match }: Route, names: PlanNames): string {
  const { priorities, regions, zones, siteIds, segmentIds, ruleIds, hours, weekdays } = match;
  const limits = [
    regions && nt("say.regions", { names: few(regions) }),
    zones && nt("say.zones", { names: few(zones) }),
    siteIds && nt("say.sites", { names: few(siteIds.map(names.site)) }),
    segmentIds && nt("say.segments", { names: few(segmentIds) }),
    ruleIds && nt("say.rules", { names: few(ruleIds.map(names.rule)) }),
    hours && nt("say.hours", { from: hours.from, to: hours.to }),
    weekdays && nt("say.weekdays", { days: weekdays.map((day) => nt(`weekday.${day as 1}`)).join(nt("say.comma")) }),
  ].filter((part) => part !== undefined);
  const isAll = priorities === undefined || priorities.length === PRIORITIES.length;
  const what = isAll ? nt("say.every-alarm") : nt("say.alarms", { priorities: priorityText(priorities) });
  return limits.length === 0 ? what : nt("say.limited", { what, limits: limits.join(nt("say.comma")) });
}

function groupText({ groupBy, waitS, intervalS }: Route): string {
  const how = nt(`say.group.${groupBy}`);
  const interval = spanText(intervalS);
  return waitS === 0
    ? nt("say.group-at-once", { how, interval })
    : nt("say.group-wait", { how, wait: spanText(waitS), interval });
}

function priorityText(priorities: readonly string[]): string {
  const known = PRIORITIES.filter((one) => priorities.includes(one));
  return joined(
    known.map((one) => nt(`priority.${one}`)),
    nt("say.and"),
  );
}

function few(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(nt("say.comma"));
  return names.length > MOST_NAMED ? nt("say.more", { names: shown, n: names.length - MOST_NAMED }) : shown;
}

/** a, b and c. */
function joined(parts: readonly string[], last: string): string {
  if (parts.length < 2) return parts[0] ?? "";
  return `${parts.slice(0, -1).join(nt("say.comma"))}${last}${parts.at(-1)}`;
}
