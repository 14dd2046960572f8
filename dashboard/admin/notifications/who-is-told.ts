import type { AlarmTransition, Priority } from "../../../domain/alarms/alarm.ts";
import { decideNotices } from "../../../domain/notification/decide-notices.ts";
import type { Directory } from "../../../domain/notification/directory.ts";
import { NOTHING_TOLD, type Notice, type NoticeReason } from "../../../domain/notification/notice.ts";
import type { Route } from "../../../domain/notification/route.ts";

/** An alarm that there might be. */
export type SupposedAlarm = {
  readonly siteId: string | null;
  readonly segmentId: string | null;
  readonly ruleId: string;
  readonly priority: Priority;
};

/** One message that would be sent if nobody acknowledged. */
export type ToldLine = Pick<Notice, "kind" | "recipientName" | "channel" | "fallbacks" | "routeId"> & {
  readonly afterMs: number;
};
export type WhoIsTold = {
  readonly lines: readonly ToldLine[];
  /** What each route makes of it, in the order of the plan; an empty id stands for all of them. */
  readonly verdicts: readonly { readonly routeId: string; readonly reason: NoticeReason["reason"] }[];
};

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Later ones only repeat. */
const FOLLOWED_MS = 4 * 60 * MINUTE_MS;
const MOST_LINES = 24;

/** Plays an alarm through the rule that decides whom to tell, while time goes by and nobody acknowledges. Nothing is sent. */
export function whoIsTold(
  routes: readonly Route[],
  directory: Directory,
  { siteId, segmentId, ruleId, priority }: SupposedAlarm,
  nowMs: number,
): WhoIsTold {
  const alarmId = `${siteId ?? `~${segmentId ?? ""}`}.${ruleId}`;
  const raised: AlarmTransition = {
    ...{
      alarmId,
      revision: 1,
      siteId,
      segmentId,
      ruleId,
      priority,
      kind: "raised",
      from: "normal",
      to: "unacknowledged",
    },
    ...{
      at: new Date(nowMs).toISOString(),
      isAnnounced: true,
      sources: ["platform"],
      point: null,
      value: null,
      limit: null,
    },
    ...{ unit: null, suppressedBy: null, by: null, note: null, until: null, occurrences: 1, flaps: 0 },
  };
  const lines: ToldLine[] = [];
  const reasons = new Map<string, NoticeReason["reason"]>();
  let state = NOTHING_TOLD;
  for (let afterMs = 0; afterMs <= DAY_MS; afterMs += afterMs < FOLLOWED_MS ? 5_000 : MINUTE_MS) {
    const decision = decideNotices(routes, directory, state, afterMs === 0 ? [raised] : [], nowMs + afterMs);
    state = decision.state;
    for (const { routeId, reason } of decision.reasons) reasons.set(routeId ?? "", reason);
    lines.push(...decision.notices.map((notice) => lineOf(notice, afterMs)));
    const isToldEnough = lines.length > 0 && afterMs >= FOLLOWED_MS;
    if (isToldEnough || lines.length >= MOST_LINES || Object.keys(state.groups).length === 0) break;
  }
  const order = ["", ...routes.map(({ id }) => id)];
  const verdicts = order.flatMap((routeId) => {
    const reason = reasons.get(routeId);
    return reason === undefined ? [] : [{ routeId, reason }];
  });
  return { lines: lines.slice(0, MOST_LINES), verdicts };
}

function lineOf({ kind, recipientName, channel, fallbacks, routeId }: Notice, afterMs: number): ToldLine {
  return { kind, recipientName, channel, fallbacks, routeId, afterMs };
}
