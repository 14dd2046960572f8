import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { type AlarmStore, createAlarmStore } from "../../../adapters/alarms/create-alarm-store.ts";
import { CHANNELS } from "../../../adapters/channels/index.ts";
import type { Database } from "../../../adapters/database/database.ts";
import { FENCE_SQL, takeLease } from "../../../adapters/leases/lease-store.ts";
import {
  createNotifications,
  type Notifications,
  type NotificationsOptions,
} from "../../../adapters/notification/create-notifications.ts";
import { boxFor, SEALED_COLUMNS } from "../../../adapters/security/sealed-columns.ts";
import { createSecretBox } from "../../../adapters/security/secret-box.ts";
import { createWorkWatch, type WorkWatch } from "../../../adapters/work-watch/create-work-watch.ts";
import type { AlarmTransition } from "../../../domain/alarms/alarm.ts";
import type { ConditionEvent } from "../../../domain/alarms/alarm-event.ts";
import { STARTER_RULES } from "../../../domain/alarms/starter-rules/index.ts";
import type { NoticeDelivery } from "../../../domain/notification/delivery.ts";
import { Route, type RouteInput } from "../../../domain/notification/route.ts";
import { recordedLog } from "../../services/recorded-log.ts";
import type { ENGINES, OpenedEngine } from "../database/engines.ts";
import { addSites } from "../database/snapshots.ts";
import { type Received, type Receiver, startReceiver } from "../webhooks/receiver.ts";
import { httpChannel } from "./told-channels.ts";

export const LEASE = "scheduler";
export const PATIENCE = { timeout: 30_000, interval: 25 };
export const SITES = 30;
const siteId = (number: number) => `site-${String(number).padStart(3, "0")}`;
const ALL = { state: null, channel: null, recipientId: null, alarmId: null };

/** Numbers of the first sites. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
export const keysOf = (received: readonly Received[]) => received.map(({ headers }) => headers["idempotency-key"]);

/**
 * Notification on a real database, with two channels that post to receivers: `hook` honours keys, `chat` does not. Both are
 * new, and the tables empty, before each test. To be called inside of `describe`.
 */
export function notificationsUnderTest({ isMissing, open }: (typeof ENGINES)[number]) {
  const key = randomBytes(32);
  const running: Notifications[] = [];
  let opened: OpenedEngine;
  let database: Database;
  let work: WorkWatch;
  let alarms: AlarmStore;
  /** Honours keys. */
  let hook: Receiver;
  /** Does not. */
  let chat: Receiver;
  let li = "";

  beforeAll(async () => {
    if (isMissing) return;
    opened = await open();
    database = opened.database;
    await addSites(database, SITES);
    work = createWorkWatch({ database, lookMs: 50 });
    const sites = { numberOf: (id: string) => Number(id.slice(5)) || undefined };
    alarms = createAlarmStore({ database, sites, fenceSql: FENCE_SQL });
  }, 60_000);
  afterAll(async () => {
    work?.close();
    await opened?.dispose();
  });
  beforeEach(async () => {
    if (isMissing) return;
    await database.query(
      "truncate alarm, alarm_transition, notification_recipient, notification_channel, notification_intake, notification_delivery",
    );
    await database.query(`update notification_state set state = '{"groups": {}}', revision = 0`);
    await database.query(`update notification_plan set document = '{"routes": [], "schedules": []}', revision = 0`);
    hook = await startReceiver();
    chat = await startReceiver();
  });
  afterEach(async () => {
    for (const notifications of running.splice(0)) await notifications.close();
    await hook?.close();
    await chat?.close();
  });

  /** A process; the newest one that is started with the lease has it. */
  async function start(holder: string, own: Partial<NotificationsOptions> & { holdsLease?: boolean } = {}) {
    const { holdsLease = true, ...options } = own;
    let token: number | null = null;
    if (holdsLease) {
      await database.query("update lease set expires_at = clock_timestamp() where name = $1", [LEASE]);
      token = await takeLease(database, LEASE, holder, 600_000);
      expect(token).not.toBeNull();
    }
    const box = createSecretBox(key, null);
    const notifications = createNotifications({
      database,
      lease: { name: LEASE, holder, fenceSql: FENCE_SQL, token: () => token },
      sealers: {
        addresses: boxFor(box, SEALED_COLUMNS.notificationAddresses),
        settings: boxFor(box, SEALED_COLUMNS.notificationSettings),
      },
      channels: {
        definitions: {
          ...CHANNELS,
          webhook: httpChannel("webhook", () => hook.url, true),
          telegram: httpChannel("telegram", () => chat.url, false),
        },
        parts: {
          send: async () => ({ kind: "fault", fault: "connection", wasSent: false }),
          resolve: async () => "dns",
          sign: () => ({}),
        },
      },
      linkKey: key,
      publicUrl: "https://antbox.example.org/",
      timeZone: "Asia/Shanghai",
      siteOf: (id) => ({ name: id, region: "north", zone: "a" }),
      ruleOf: (id) => STARTER_RULES.find((rule) => rule.id === id),
      readTrend: async () => ({ timesMs: [], values: [] }),
      isJudging: () => false,
      clock: Date.now,
      work: { decisions: work.of("decisions"), deliveries: work.of("deliveries") },
      log: recordedLog(),
      lookMs: 50,
      // A try that a busy machine cannot end in time is made again, and received twice.
      timeLimitMs: 10_000,
      ...options,
    });
    running.push(notifications);
    return notifications;
  }

  /** Both channels and one recipient, who is told of everything at once, by these channels in this order. */
  async function setUp(notifications: Notifications, more: Partial<RouteInput> = {}) {
    for (const kind of ["webhook", "telegram"] as const) {
      expect(await notifications.setChannel(kind, { secret: "canary-secret" }, true, "admin")).toBeNull();
    }
    const entry = {
      name: "Li",
      language: "en",
      addresses: { webhook: "li", telegram: "li-chat" },
      isEnabled: true,
    } as const;
    const made = await notifications.addRecipient(entry, "admin");
    if (typeof made === "string") throw new Error(made);
    li = made.id;
    const route = Route.parse({
      id: "all",
      name: "All",
      to: { recipientIds: [li] },
      channels: ["webhook"],
      groupBy: "alarm",
      waitS: 0,
      ...more,
    });
    const { revision } = await notifications.plan();
    expect(await notifications.setPlan({ routes: [route], schedules: [] }, revision, "admin")).toBe(true);
  }

  const raised = (site: number, ruleId = "leak", at = Date.now()): ConditionEvent => ({
    type: "raised",
    siteId: siteId(site),
    segmentId: null,
    ruleId,
    at: new Date(at).toISOString(),
    priority: "critical",
    sources: ["platform"],
    point: "leak_detected",
    value: true,
    limit: null,
    unit: null,
    latching: false,
    suppressedBy: null,
  });
  const raise = (sites: readonly number[]): Promise<readonly AlarmTransition[]> =>
    alarms.applyConditions(
      sites.map((site) => raised(site)),
      null,
    );
  const list = async (notifications: Notifications) => (await notifications.deliveries(ALL, 500, null)).items;
  const states = async (notifications: Notifications) =>
    Object.groupBy(await list(notifications), ({ state }) => state) as Partial<Record<string, NoticeDelivery[]>>;
  const soon = () =>
    database.query("update notification_delivery set next_try_at = clock_timestamp() where state = 'waiting'");
  const allAre = (notifications: Notifications, state: string, count: number) =>
    vi.waitFor(async () => {
      await soon();
      expect((await states(notifications))[state]?.length).toBe(count);
    }, PATIENCE);

  return {
    key,
    running,
    start,
    setUp,
    raised,
    raise,
    list,
    states,
    soon,
    allAre,
    database: () => database,
    alarms: () => alarms,
    hook: () => hook,
    chat: () => chat,
    /** The id of the recipient. */
    li: () => li,
  };
}
