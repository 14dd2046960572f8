import { randomUUID } from "node:crypto";
import type { Log } from "../../domain/log.ts";
import type { ChannelKind } from "../../domain/notification/channel.ts";
import type { Directory } from "../../domain/notification/directory.ts";
import { testNotice } from "../../domain/notification/notice-text.ts";
import { onCallAt } from "../../domain/notification/on-call.ts";
import type { NotificationPlan } from "../../domain/notification/plan.ts";
import type { Addresses, Recipient } from "../../domain/notification/recipient.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import { type AcknowledgeLinks, createAcknowledgeLinks } from "./acknowledge-link.ts";
import { type ChannelKit, type ChannelStore, createChannelStore } from "./channel-store.ts";
import { type Decider, startDecider } from "./decider.ts";
import { createDecisionStore } from "./decision-store.ts";
import { createDeliveryLog, type DeliveryLog } from "./delivery-log.ts";
import type { NotificationDatabase, NotificationLease, NotificationSealers } from "./notification-database.ts";
import { createOutbox } from "./outbox.ts";
import { createPlanStore, type PlanStore } from "./plan-store.ts";
import { createRecipientStore, type RecipientStore } from "./recipient-store.ts";
import { startSender } from "./sender.ts";
import { createTrendPng, type ReadTrend } from "./trend-png.ts";

/** Who is on call now. */
export type OnCall = { readonly scheduleId: string; readonly name: string; readonly recipients: readonly string[] };

/** Telling people of alarms: set up in every process, decided and sent by the one that holds the lease. */
export interface Notifications
  extends RecipientStore,
    Pick<ChannelStore, "channels" | "setChannel" | "removeChannel">,
    PlanStore,
    Omit<DeliveryLog, "tidy">,
    Pick<Decider, "take" | "attach" | "stats"> {
  readonly kit: ChannelKit["definitions"];
  readonly links: Pick<AcknowledgeLinks, "read">;
  onCall(): Promise<readonly OnCall[]>;
  /** Channels that did not get through when this was looked up last, some seconds ago. */
  failing(): readonly ChannelKind[];
  /** Queues a message that only shows that the way is open. @returns its key; null for an unknown recipient */
  test(recipientId: string, channel: ChannelKind): Promise<string | null>;
  close(): Promise<void>;
}

export type NotificationsOptions = {
  readonly database: NotificationDatabase;
  readonly lease: NotificationLease;
  readonly sealers: NotificationSealers;
  readonly channels: ChannelKit;
  /** Key of the signatures of links, 32 bytes. */
  readonly linkKey: Uint8Array;
  /** Where people find the platform. */
  readonly publicUrl: string;
  readonly timeZone: string;
  readonly siteOf: Directory["siteOf"];
  readonly ruleOf: Directory["ruleOf"];
  /** History of a site's point. */
  readonly readTrend: ReadTrend;
  /** True in the process that judges the alarm rules. */
  readonly isJudging: () => boolean;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Tell of changes of alarms to be decided on, and of messages to be sent. */
  readonly work: { readonly decisions: WorkSignal; readonly deliveries: WorkSignal };
  readonly log: Pick<Log, "info" | "warn">;
  /** For tests: how often it sees to what was told, and how long one try may take. */
  readonly lookMs?: number;
  readonly timeLimitMs?: number;
};

/** What another process has changed is noticed within this time. */
const REMEMBERED_MS = 5_000;
const TIDY_EVERY_MS = 3_600_000;

export function createNotifications(options: NotificationsOptions): Notifications {
  const { database, lease, sealers, channels, linkKey, timeZone, siteOf, ruleOf, isJudging, clock, work, log } =
    options;
  const publicUrl = options.publicUrl.replace(/\/+$/, "");
  let memory: { readonly untilMs: number; readonly known: Promise<Known> } | null = null;
  const forget = () => {
    memory = null;
  };
  const recipients = createRecipientStore(database, sealers.addresses, forget);
  const channelStore = createChannelStore(database, sealers.settings, channels, forget);
  const plans = createPlanStore(database, forget);
  const outbox = createOutbox(database);
  const links = createAcknowledgeLinks(linkKey, publicUrl, clock);
  const deliveryLog = createDeliveryLog(database, async () => addressBook(await recipients.recipients()));

  async function readKnown(): Promise<Known> {
    const [all, { plan }, ready] = await Promise.all([recipients.recipients(), plans.plan(), channelStore.ready()]);
    return { recipients: all, plan, ready };
  }

  function known(): Promise<Known> {
    const nowMs = performance.now();
    if (memory === null || memory.untilMs < nowMs) {
      const made = { untilMs: nowMs + REMEMBERED_MS, known: readKnown() };
      memory = made;
      made.known.catch(() => {
        if (memory === made) memory = null;
      });
    }
    return memory.known;
  }

  const sender = startSender({
    outbox,
    definitions: channels.definitions,
    open: channelStore.open,
    addressesOf: async (id) => (await known()).recipients.find((one) => one.id === id)?.addresses ?? null,
    acknowledgeUrlOf: links.urlOf,
    trendPng: createTrendPng(options.readTrend, timeZone),
    lease,
    work: work.deliveries,
    log,
    ...(options.timeLimitMs === undefined ? {} : { timeLimitMs: options.timeLimitMs }),
  });
  const decider = startDecider({
    store: createDecisionStore(database),
    lease,
    plan: async () => (await known()).plan,
    async directory({ schedules }) {
      const { recipients: all, ready } = await known();
      return {
        recipients: new Map(all.map((one) => [one.id, one])),
        schedules: new Map(schedules.map((one) => [one.id, one])),
        channels: ready,
        siteOf,
        ruleOf,
        publicUrl,
        timeZone,
      };
    },
    isJudging,
    clock,
    log,
    onNotices: sender.wake,
    work: work.decisions,
    ...(options.lookMs === undefined ? {} : { lookMs: options.lookMs }),
  });
  let failing: readonly ChannelKind[] = [];
  let failingUntilMs = Number.NEGATIVE_INFINITY;
  function readFailing(): void {
    const nowMs = performance.now();
    if (nowMs < failingUntilMs) return;
    failingUntilMs = nowMs + REMEMBERED_MS;
    // While the database is away nobody knows better than before.
    void channelStore.failing().then(
      (found) => {
        failing = found;
      },
      () => undefined,
    );
  }

  const tidying = setInterval(() => {
    if (lease.token() !== null) void deliveryLog.tidy().catch(() => undefined);
  }, TIDY_EVERY_MS);
  tidying.unref();

  const { tidy: _tidy, ...log30Days } = deliveryLog;
  const { channels: listChannels, setChannel, removeChannel } = channelStore;
  return {
    ...recipients,
    ...plans,
    ...log30Days,
    channels: listChannels,
    setChannel,
    removeChannel,
    kit: channels.definitions,
    links,
    take: decider.take,
    attach: decider.attach,
    stats: decider.stats,
    failing() {
      readFailing();
      return failing;
    },
    async onCall() {
      const { plan, recipients: all } = await known();
      return plan.schedules.map((schedule) => ({
        scheduleId: schedule.id,
        name: schedule.name,
        recipients: onCallAt(schedule, clock(), timeZone).flatMap((id) => all.find((one) => one.id === id)?.name ?? []),
      }));
    },
    async test(recipientId, channel) {
      const recipient = (await recipients.recipients()).find(({ id }) => id === recipientId);
      if (recipient === undefined) return null;
      const { language, name: recipientName } = recipient;
      const key = await outbox.put({
        subject: `test/${randomUUID()}`,
        transition: "test-1",
        channel,
        fallbacks: [],
        recipientId,
        recipientName,
        routeId: null,
        kind: "test",
        language,
        priority: "low",
        ...testNotice(language),
        url: publicUrl,
        alarms: [],
      });
      sender.wake();
      return key;
    },
    async close() {
      clearInterval(tidying);
      await decider.stop();
      await sender.stop();
    },
  };
}

type Known = {
  readonly recipients: readonly Recipient[];
  readonly plan: NotificationPlan;
  readonly ready: ReadonlySet<ChannelKind>;
};

function addressBook(all: readonly Recipient[]): ReadonlyMap<string, Addresses> {
  return new Map(all.map(({ id, addresses }) => [id, addresses]));
}
