import { isPointName, POINTS } from "../points/catalogue.ts";
import { channelsOf } from "./channels-of.ts";
import type { Directory } from "./directory.ts";
import type { Notice, NoticeGroup } from "./notice.ts";
import { noticeText, noticeTitle } from "./notice-text.ts";
import type { Route } from "./route.ts";
import type { Round } from "./settle-group.ts";
import { isAsking, type Named } from "./track-alarm.ts";

/** Of a group more than these are counted, and not named. */
const MOST_ALARMS = 200;

/** A message for everybody of a round who is reached by a channel of the route, in their language. */
export function writeNotices(
  { kind, number, to, alarms }: Round,
  { id }: NoticeGroup,
  route: Route,
  directory: Directory,
): Notice[] {
  const [worst] = alarms;
  if (worst === undefined) return [];
  const [alarmId, { priority }] = worst;
  const page = alarms.length === 1 ? `/dashboard/alarms?alarm=${encodeURIComponent(alarmId)}` : "/dashboard/alarms";
  const trend = trendOf(alarms);
  return to.flatMap((recipientId): Notice[] => {
    const recipient = directory.recipients.get(recipientId);
    if (recipient === undefined) return [];
    const [channel, ...fallbacks] = channelsOf(recipient, route.channels, directory.channels);
    if (channel === undefined) return [];
    const { language, name } = recipient;
    return [
      {
        subject: id,
        transition: `${kind}-${number}`,
        channel,
        fallbacks,
        recipientId,
        recipientName: name,
        routeId: route.id,
        kind,
        language,
        priority,
        title: noticeTitle(kind, alarms, language, directory),
        text: noticeText(kind, alarms, language, directory),
        url: `${directory.publicUrl}${page}`,
        ...(trend === null ? {} : { trend }),
        alarms: alarms
          .slice(0, MOST_ALARMS)
          .map(([id, alarm]) => ({ alarmId: id, isAsking: kind !== "cleared" && isAsking(alarm) })),
      },
    ];
  });
}

/** Of several alarms no single trend would say what they have in common. */
function trendOf(alarms: readonly Named[]): NonNullable<Notice["trend"]> | null {
  const [first, ...more] = alarms;
  if (first === undefined || more.length > 0) return null;
  const [, { siteId, point, limit, unit }] = first;
  if (siteId === null || point === null || !isPointName(point) || POINTS[point].type !== "num") return null;
  return { siteId, point, limit, unit };
}
