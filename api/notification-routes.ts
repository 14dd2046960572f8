import { z } from "zod";
import { AlarmId } from "../domain/alarms/alarm.ts";
import { CHANNEL_KINDS } from "../domain/notification/channel.ts";
import { DeliveryState, NoticeDelivery } from "../domain/notification/delivery.ts";
import { RecipientId } from "../domain/notification/recipient.ts";
import { limitUpTo, listOf } from "./lists.ts";
import { NOTIFICATION_CHANNEL_ROUTES } from "./notification-channel-routes.ts";
import { NOTIFICATION_PLAN_ROUTES } from "./notification-plan-routes.ts";
import { NOTIFICATION_RECIPIENT_ROUTES } from "./notification-recipient-routes.ts";
import { defineRoute, type Route } from "./route.ts";
import { stored } from "./stored.ts";

const tag = "Notification";
const access = "notifications:read";

const DeliveryQuery = z.strictObject({
  state: DeliveryState.optional(),
  channel: z.enum(CHANNEL_KINDS).optional(),
  recipientId: RecipientId.optional(),
  alarmId: AlarmId.optional().describe("Messages that tell of this alarm"),
  limit: limitUpTo(500, 50),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

const Reasons = z
  .strictObject({
    alarmId: AlarmId,
    revision: z.int(),
    takenAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
    reasons: z.record(z.string(), z.string()).describe("By route; an empty name stands for all routes"),
  })
  .meta({ id: "NoticeReasons" });
const OnCall = z
  .strictObject({
    scheduleId: z.string(),
    name: z.string(),
    recipients: z.array(z.string()).describe("Names; none while no shift has these hours"),
  })
  .meta({ id: "OnCallNow" });

export const NOTIFICATION_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/api/v1/notifications/deliveries",
    access,
    tag,
    summary: {
      "zh-CN": "通知投递记录，新的在前",
      en: "Messages about alarms, to whom and how each went, the newest first; kept for 30 days",
    },
    query: DeliveryQuery,
    answer: {
      status: 200,
      description: "One item per message, recipient and channel; addresses are masked",
      schema: listOf(NoticeDelivery, "NoticeDeliveryList"),
    },
    refusals: [500, 503],
    async handle({ query }, { context }) {
      const { limit, cursor = null, state = null, channel = null, recipientId = null, alarmId = null } = query;
      const filter = { state, channel, recipientId, alarmId };
      const { items, total } = await stored(context.notifications.deliveries(filter, limit + 1, cursor));
      const page = items.slice(0, limit);
      const nextCursor = items.length > limit ? (page.at(-1)?.id ?? null) : null;
      return { kind: "json", body: { items: page, nextCursor, total } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/notifications/reasons",
    access,
    tag,
    summary: {
      "zh-CN": "为何通知或未通知",
      en: "Why people were told of a change of an alarm, or not: by route, the newest first",
    },
    query: z.strictObject({ alarmId: AlarmId.optional() }),
    answer: { status: 200, description: "A hundred at most", schema: listOf(Reasons, "NoticeReasonsList") },
    refusals: [503],
    async handle({ query: { alarmId = null } }, { context }) {
      const items = await stored(context.notifications.reasons(alarmId));
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/notifications/on-call",
    access,
    tag,
    summary: { "zh-CN": "当前值班人员", en: "Who is on call now, by calendar" },
    answer: { status: 200, description: "In the order of the plan", schema: listOf(OnCall, "OnCallNowList") },
    refusals: [500, 503],
    async handle(_request, { context }) {
      const items = await stored(context.notifications.onCall());
      return { kind: "json", body: { items, nextCursor: null, total: items.length } };
    },
  }),
  ...NOTIFICATION_RECIPIENT_ROUTES,
  ...NOTIFICATION_CHANNEL_ROUTES,
  ...NOTIFICATION_PLAN_ROUTES,
];
