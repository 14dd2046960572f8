import type { AlarmState, AlarmTransition, Priority } from "../alarms/alarm.ts";
import type { PointName } from "../points/catalogue.ts";
import type { ChannelKind, Locale } from "./channel.ts";
import type { RouteVerdict } from "./route.ts";

/** `repeated`: nobody has acknowledged; `escalated`: others are told, for that reason. */
export const NOTICE_KINDS = ["raised", "repeated", "escalated", "cleared", "test"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/**
 * One message to one recipient on one channel. `subject`, `transition`, `channel` and `recipientId` together are its key:
 * with the same key nothing is sent twice. Of a group, the group takes the alarm's place in it.
 */
export type Notice = {
  readonly subject: string;
  readonly transition: string;
  readonly channel: ChannelKind;
  /** Channels that are tried in this order when it cannot be delivered. */
  readonly fallbacks: readonly ChannelKind[];
  readonly recipientId: string;
  readonly recipientName: string;
  readonly routeId: string | null;
  readonly kind: NoticeKind;
  readonly language: Locale;
  readonly priority: Priority;
  readonly title: string;
  readonly text: string;
  readonly url: string | null;
  /** Whose trend it shows: of one alarm of a site that a measured point has decided. */
  readonly trend?: {
    readonly siteId: string;
    readonly point: PointName;
    readonly limit: number | null;
    readonly unit: string | null;
  };
  /** What it tells of. `isAsking`: it waits for somebody to acknowledge it. */
  readonly alarms: readonly { readonly alarmId: string; readonly isAsking: boolean }[];
};

/** Why something was told, or was not. */
export type NoticeReason = {
  readonly alarmId: string;
  readonly revision: number;
  readonly routeId: string | null;
  readonly reason:
    | RouteVerdict
    /** Nobody is to be told of this change: hidden by a cause, a flap, or what people have done themselves. */
    | "not-announced"
    /** It was decided on before. */
    | "known"
    | "no-route"
    /** It is told with others of its group, or not before so long after the notice before. */
    | "waits-for-group"
    | "held-in-quiet-hours"
    | "told"
    | "kind-not-wanted"
    | "nobody-to-tell"
    /** It was over, or seen by somebody, before its turn came. */
    | "over-before-told";
};

/** An alarm that people were told of, or are to be told of. */
export type TrackedAlarm = Pick<
  AlarmTransition,
  "siteId" | "segmentId" | "ruleId" | "point" | "value" | "limit" | "unit"
> & {
  readonly priority: Priority;
  readonly state: AlarmState;
  /** Newest change that is in here. */
  readonly revision: number;
  /** Newest change that people are to be told of. */
  readonly announcedRevision: number;
  /** When its condition began, as far as it is known here. ISO time. */
  readonly since: string;
  readonly isAcknowledged: boolean;
  readonly isChattering: boolean;
  /** Nothing of it waits to be told. */
  readonly isTold: boolean;
  /** It was told at least once. */
  readonly wasTold: boolean;
};

/** Alarms that are told together, from the first one until all of them are over. Times in ms since the epoch. */
export type NoticeGroup = {
  readonly id: string;
  readonly routeId: string;
  readonly key: string;
  readonly alarms: Readonly<Record<string, TrackedAlarm>>;
  /** Notices so far: numbers the next one. */
  readonly notices: number;
  readonly freshSinceMs: number | null;
  readonly toldMs: number | null;
  /** Since then it waits for somebody to acknowledge. */
  readonly askingSinceMs: number | null;
  readonly steps: number;
  readonly clearSinceMs: number | null;
  /** Everybody who was told, and is told of what follows. */
  readonly told: readonly string[];
};

/** What deciding remembers, as plain JSON: groups by `[route, key]`. */
export type NotificationState = { readonly groups: Readonly<Record<string, NoticeGroup>> };

export const NOTHING_TOLD: NotificationState = { groups: {} };
