import { type Examples, pageOf, SLOT } from "./example.ts";

const ID = "6f1c2a54-3f0e-4b7a-9c61-2f5f0f6c9d11";
const ENTRY = {
  seq: 4711,
  at: "2026-11-23T08:00:00.123456Z",
  actorKind: "user",
  actor: "li.wei",
  action: "site:update",
  outcome: "done",
  target: "north-101-a",
  address: "192.0.2.77",
  detail: { before: { enabled: true }, after: { enabled: false } },
  hash: "2f9d6b1c7a50e84392b1d4c8f06e7a3b5c1d2e8f90a4b6c7d8e9f0a1b2c3d4e5",
};
const SETTINGS = {
  organisation: "Example Mining",
  notice: null,
  passwordMinLength: 12,
  sessionIdleH: 12,
  requireTotpFor: "engineer",
  auditRetentionDays: 400,
};
const WEBHOOK = {
  id: ID,
  name: "ERP",
  url: "https://hooks.example.com/antbox",
  events: ["site.changed"],
  isEnabled: true,
  createdAt: SLOT,
  lastOutcome: { at: SLOT, outcome: "delivered", status: 204 },
  waiting: 0,
  failuresInRow: 0,
};
const RUN = {
  id: 812,
  trigger: "schedule",
  requestedBy: null,
  attempt: 1,
  attempts: 1,
  startedAt: SLOT,
  endedAt: "2026-11-23T08:00:01.480Z",
  durationMs: 1480,
  outcome: "ok",
  error: null,
  detail: { rows: 1800 },
  progress: null,
  holder: "host-1-4f2a",
};

/** The platform itself: its state, jobs, settings, audit trail and webhooks. */
export const PLATFORM_EXAMPLES: Examples = {
  "GET /healthz": { answer: { status: "ok", loopLagMs: 3 } },
  "GET /readyz": { answer: { status: "ready", reasons: [] } },
  "GET /api/v1/about": {
    answer: { version: "0.1.0", node: "24.21.0", licences: [{ name: "zod", version: "4.6.7", licence: "MIT" }] },
  },
  "GET /api/v1/status": {
    answer: {
      engine: {
        kind: "postgres",
        serverVersion: 170006,
        timescale: "full",
        timescaleVersion: "2.23.0",
        ownPartitions: false,
      },
      isEvaluation: false,
      version: "0.1.0",
      startedAt: "2026-11-20T12:00:00.000Z",
      organisation: SETTINGS.organisation,
      roles: ["collector", "ui"],
      timeZone: "Asia/Dubai",
      pollIntervalS: 10,
      editor: "readonly",
      redis: "connected",
      journal: {
        rows: 0,
        bytes: 0,
        capBytes: 1073741824,
        oldestSlot: null,
        quarantined: 0,
        dropped: 0,
        isWritable: true,
      },
      writer: {
        written: 1296000,
        duplicates: 0,
        quarantined: 0,
        queued: 0,
        lagS: 0.2,
        state: "writing",
        lastError: null,
      },
      selfAlarms: [{ ruleId: "platform-round-late", priority: "medium", since: SLOT }],
    },
  },
  "GET /api/v1/jobs": {
    answer: {
      ...pageOf({
        name: "rollup",
        title: { "zh-CN": "汇总历史数据", en: "Roll up the history" },
        description: { "zh-CN": "计算 5 分钟、1 小时和 1 天汇总", en: "Makes the roll-ups of 5 min, 1 h and 1 d" },
        schedule: { every: "minute" },
        note: null,
        isRunning: false,
        nextRunAt: "2026-11-23T08:01:00.000Z",
        lastRuns: [RUN],
        lastSuccessAt: SLOT,
        lastFailure: null,
        failuresOfDay: 0,
        holder: "host-1-4f2a",
      }),
      holder: "host-1-4f2a",
      timeZone: "Asia/Dubai",
      at: "2026-11-23T08:00:07.000Z",
    },
  },
  "POST /api/v1/jobs/{name}/run": { answer: { state: "queued" } },
  "GET /api/v1/settings": { answer: SETTINGS },
  "PATCH /api/v1/settings": { body: { organisation: SETTINGS.organisation }, answer: SETTINGS },
  "GET /api/v1/audit": { answer: pageOf(ENTRY) },
  "GET /api/v1/audit/verify": {
    answer: {
      ok: true,
      rows: 4711,
      durationMs: 160,
      firstBad: null,
      checkpoint: { seq: 4700, at: SLOT, isGood: true },
      publicKey: "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
    },
  },
  "GET /api/v1/webhooks": {
    answer: {
      ...pageOf(WEBHOOK),
      kinds: [{ name: "site.changed", label: { "zh-CN": "站点变更", en: "A site was changed" } }],
    },
  },
  "POST /api/v1/webhooks": {
    body: { name: WEBHOOK.name, url: WEBHOOK.url, events: WEBHOOK.events },
    answer: { ...WEBHOOK, lastOutcome: null, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
  },
  "PATCH /api/v1/webhooks/{id}": { body: { isEnabled: false }, answer: { ...WEBHOOK, isEnabled: false } },
  "POST /api/v1/webhooks/{id}/test": { answer: { eventId: ID } },
  "GET /api/v1/webhooks/{id}/deliveries": {
    answer: pageOf({
      id: "97",
      eventId: ID,
      event: "site.changed",
      createdAt: SLOT,
      state: "delivered",
      attempts: 1,
      lastTryAt: SLOT,
      nextTryAt: null,
      outcome: "delivered",
      status: 204,
      durationMs: 96,
    }),
  },
};
