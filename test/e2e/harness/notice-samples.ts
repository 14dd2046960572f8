import type { NoticeDelivery } from "../../../domain/notification/delivery.ts";
import { NotificationPlan } from "../../../domain/notification/plan.ts";
import type { Recipient } from "../../../domain/notification/recipient.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LI = "3f6c1a52-7a0e-4a57-9b0c-5f0d0c1b7e11";
const WANG = "8d2f4b60-1c3e-4f7a-8a55-0b9c6d7e2f33";
const ZHAO = "c7f6f0f4-9a3b-4a55-8a55-1d2e3f4a5b6c";
const GROUP = "5b8a9c1d-2e3f-4a5b-8c6d-7e8f9a0b1c2d";

/** Reached in every way there is: several channels, a group, another language, paused. */
export function fakeRecipients(): Recipient[] {
  const person = (id: string, name: string, own: Partial<Recipient>): Recipient => ({
    ...{ id, name, language: "zh-CN", addresses: {}, isEnabled: true },
    ...own,
  });
  return [
    person(LI, "Li Wei 李伟", { addresses: { email: "li.wei@example.org", sms: "13800004821" } }),
    person(WANG, "Wang Fang 王芳", { addresses: { email: "wang.fang@example.org", sms: "13900001177" } }),
    person(ZHAO, "Tom Miller", { language: "en", addresses: { telegram: "-1002003004" }, isEnabled: false }),
    person(GROUP, "运维群 Operations", { addresses: { wecom: "all" } }),
  ];
}

/** Three routes, one of them off, and a calendar with an exception, which leaves the Saturday nights free. */
export function fakePlan(nowMs: number): NotificationPlan {
  const day = (offset: number): string => new Date(nowMs + offset * DAY_MS).toISOString().slice(0, 10);
  return NotificationPlan.parse({
    routes: [
      {
        ...{
          id: "urgent",
          name: "Urgent 紧急",
          match: { priorities: ["critical", "high"] },
          waitS: 10,
          repeatEveryMin: 30,
        },
        ...{ to: { recipientIds: [], scheduleIds: ["night-and-day"] }, channels: ["sms", "email", "wecom"] },
        escalations: [{ afterMin: 15, to: { recipientIds: [GROUP], scheduleIds: [] } }],
        goOn: true,
      },
      {
        ...{
          id: "north",
          name: "North by day 北区白班",
          groupBy: "site",
          waitS: 60,
          intervalS: 900,
          repeatEveryMin: null,
        },
        match: {
          regions: ["North"],
          ruleIds: ["leak", "pump-fault"],
          hours: { from: "08:00", to: "20:00" },
          weekdays: [1, 2, 3, 4, 5],
        },
        ...{
          kinds: ["raised"],
          to: { recipientIds: [ZHAO], scheduleIds: [] },
          channels: ["telegram"],
          isEnabled: false,
        },
      },
      {
        ...{
          id: "others",
          name: "Everything else 其余",
          groupBy: "priority",
          waitS: 60,
          intervalS: 900,
          repeatEveryMin: null,
        },
        ...{ to: { recipientIds: [GROUP], scheduleIds: [] }, channels: ["wecom"] },
        quiet: { from: "22:00", to: "07:00", priorities: ["medium", "low"] },
      },
    ],
    schedules: [
      {
        id: "night-and-day",
        name: "Night and day 昼夜值班",
        shifts: [
          { hours: { from: "08:00", to: "20:00" }, rotation: [LI, WANG], everyDays: 7, startsOn: day(-3) },
          {
            hours: { from: "20:00", to: "08:00" },
            weekdays: [1, 2, 3, 4, 5, 7],
            rotation: [WANG, LI],
            everyDays: 7,
            startsOn: day(-3),
          },
        ],
        overrides: [{ from: `${day(4)}T04:00:00Z`, to: `${day(5)}T04:00:00Z`, recipientId: ZHAO }],
      },
    ],
  });
}

/** A message in every state, the newest first. */
export function fakeDeliveries(nowMs: number): NoticeDelivery[] {
  const iso = (ageMs: number): string => new Date(nowMs - ageMs).toISOString();
  const delivery = (n: number, own: Partial<NoticeDelivery>): NoticeDelivery => ({
    ...{
      id: String(100 - n),
      key: `key-${n}`,
      subject: `urgent/${n}`,
      transition: "raised-1",
      kind: "raised",
      priority: "critical",
    },
    ...{
      routeId: "urgent",
      channel: "sms",
      recipientId: LI,
      recipientName: "Li Wei 李伟",
      address: "…4821",
      state: "delivered",
    },
    ...{ title: "【紧急】供液温度过高：站点 041", alarmIds: ["site-041.supply-temp-high"], attempts: 1, reason: null },
    ...{
      createdAt: iso(n * 3 * MINUTE_MS),
      lastTryAt: iso(n * 3 * MINUTE_MS),
      nextTryAt: null,
      settledAt: iso(n * 3 * MINUTE_MS),
    },
    acknowledgedAt: null,
    ...own,
  });
  const english = { recipientId: WANG, recipientName: "Wang Fang 王芳" } as const;
  return [
    delivery(1, {
      state: "waiting",
      attempts: 3,
      reason: "status 503",
      nextTryAt: iso(-25_000),
      settledAt: null,
      channel: "wecom",
      recipientId: GROUP,
      recipientName: "运维群 Operations",
      address: "…",
    }),
    delivery(2, { acknowledgedAt: iso(MINUTE_MS) }),
    delivery(3, {
      ...english,
      channel: "email",
      address: "w…@example.org",
      state: "failed",
      reason: "sign-in 535 authentication failed",
      priority: "high",
      title: "【严重】供液流量低：站点 006",
      alarmIds: ["site-006.flow-low"],
    }),
    delivery(4, {
      ...english,
      state: "expired",
      reason: "told-by email",
      address: "…1177",
      title: "【紧急】网段失联：zone-3",
      alarmIds: [
        "~zone-3.segment-down",
        "site-021.site-unreachable",
        "site-022.site-unreachable",
        "site-023.site-unreachable",
      ],
    }),
    delivery(5, { state: "possibly_delivered", reason: "timeout", attempts: 1 }),
    delivery(6, {
      kind: "cleared",
      transition: "cleared-3",
      title: "【已恢复 · 紧急】漏液：站点 012",
      alarmIds: ["site-012.leak"],
    }),
    delivery(7, {
      kind: "test",
      priority: "low",
      routeId: null,
      title: "AntBox Flow 测试消息",
      alarmIds: [],
      subject: "test/1",
    }),
    delivery(8, {
      kind: "escalated",
      channel: "wecom",
      recipientId: GROUP,
      recipientName: "运维群 Operations",
      address: "…",
      title: "【升级 · 紧急】循环泵故障：站点 012",
      alarmIds: ["site-012.pump-fault"],
    }),
  ];
}
