import { type Examples, pageOf, SLOT } from "./example.ts";

const ID = "3f6c1a52-7a0e-4a57-9b0c-5f0d0c1b7e11";
const SECOND = "8d2f4b60-1c3e-4f7a-8a55-0b9c6d7e2f33";
const ALARM = "north-101-a.supply-temp-too-high";
const KEY = "Zk3v9QmTq1x8Yw2bNc5dLr7h";

const ENTRY = {
  name: "Li Wei",
  language: "zh-CN",
  addresses: { email: "li.wei@example.org", sms: "13800000000" },
  isEnabled: true,
};
const RECIPIENT = { id: ID, ...ENTRY };

const CHANNEL = {
  kind: "webhook",
  label: { "zh-CN": "Webhook 接口", en: "Webhook" },
  addressLabel: { "zh-CN": "接收人", en: "Recipient" },
  addressHelp: { "zh-CN": "原样写入消息的 recipient 字段", en: "Goes into the message as recipient, as it stands" },
  fields: [
    {
      key: "url",
      label: { "zh-CN": "接收地址", en: "Address of the receiver" },
      isSecret: true,
      input: { type: "text", options: [], isRequired: true, standard: null, least: null, most: 2000 },
    },
  ],
  limits: { perMinute: 600, perSecond: null, longest: { count: 16_000, unit: "bytes" } },
  honoursKey: true,
  isSetUp: true,
  isEnabled: true,
  settings: {},
  secretsSet: ["secret", "url"],
  failures: 0,
  lastOkAt: SLOT,
  lastFailedAt: null,
  lastReason: null,
};

const PLAN = {
  routes: [
    {
      id: "urgent",
      name: "Urgent, to whoever is on call",
      isEnabled: true,
      match: { priorities: ["critical", "high"] },
      kinds: ["raised", "cleared", "escalated"],
      to: { recipientIds: [], scheduleIds: ["night-and-day"] },
      channels: ["sms", "email"],
      groupBy: "cause",
      waitS: 10,
      intervalS: 300,
      repeatEveryMin: 30,
      escalations: [{ afterMin: 15, to: { recipientIds: [SECOND], scheduleIds: [] } }],
      goOn: false,
    },
    {
      id: "others",
      name: "Everything else, in the daytime",
      isEnabled: true,
      match: {},
      kinds: ["raised", "cleared"],
      to: { recipientIds: [ID], scheduleIds: [] },
      channels: ["email"],
      groupBy: "priority",
      waitS: 60,
      intervalS: 900,
      repeatEveryMin: null,
      escalations: [],
      quiet: { from: "22:00", to: "07:00", priorities: ["medium", "low"] },
      goOn: false,
    },
  ],
  schedules: [
    {
      id: "night-and-day",
      name: "Night and day",
      shifts: [
        { hours: { from: "08:00", to: "20:00" }, rotation: [ID, SECOND], everyDays: 7, startsOn: "2026-11-23" },
        { hours: { from: "20:00", to: "08:00" }, rotation: [SECOND, ID], everyDays: 7, startsOn: "2026-11-23" },
      ],
      overrides: [],
    },
  ],
};

const DELIVERY = {
  id: "97",
  key: KEY,
  subject: `urgent/${ALARM}@9/1795420800000`,
  transition: "raised-1",
  kind: "raised",
  priority: "critical",
  routeId: "urgent",
  channel: "sms",
  recipientId: ID,
  recipientName: "Li Wei",
  address: "…0000",
  title: "【紧急】供液温度过高：北区 101-A",
  alarmIds: [ALARM],
  state: "delivered",
  attempts: 1,
  createdAt: SLOT,
  lastTryAt: SLOT,
  nextTryAt: null,
  settledAt: SLOT,
  reason: null,
  acknowledgedAt: null,
};

/** Who is told of alarms, how, and what was sent. */
export const NOTIFICATION_EXAMPLES: Examples = {
  "GET /api/v1/notifications/deliveries": { answer: pageOf(DELIVERY) },
  "GET /api/v1/notifications/reasons": {
    answer: pageOf({
      alarmId: ALARM,
      revision: 9,
      takenAt: SLOT,
      decidedAt: SLOT,
      reasons: { urgent: "told", others: "taken-before" },
    }),
  },
  "GET /api/v1/notifications/on-call": {
    answer: pageOf({ scheduleId: "night-and-day", name: "Night and day", recipients: ["Li Wei"] }),
  },
  "GET /api/v1/notifications/recipients": { answer: pageOf(RECIPIENT) },
  "POST /api/v1/notifications/recipients": { body: ENTRY, answer: RECIPIENT },
  "PUT /api/v1/notifications/recipients/{id}": { body: ENTRY, answer: RECIPIENT },
  "POST /api/v1/notifications/recipients/{id}/test": { body: { channel: "sms" }, answer: { key: KEY } },
  "GET /api/v1/notifications/channels": { answer: pageOf(CHANNEL) },
  "PUT /api/v1/notifications/channels/{kind}": {
    body: { isEnabled: true, settings: { url: "https://hooks.example.com/antbox" } },
    answer: CHANNEL,
  },
  "GET /api/v1/notifications/plan": { answer: PLAN },
  "PUT /api/v1/notifications/plan": { body: PLAN, answer: PLAN },
};
