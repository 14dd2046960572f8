import { z } from "zod";
import { Priority } from "../../domain/alarms/alarm.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../../domain/notification/channel.ts";
import { DeliveryState, type NoticeDelivery } from "../../domain/notification/delivery.ts";
import { NOTICE_KINDS, type Notice } from "../../domain/notification/notice.ts";
import { type Addresses, maskAddress } from "../../domain/notification/recipient.ts";
import type { NotificationDatabase } from "./notification-database.ts";

/** Which messages; null = all. */
export type DeliveryFilter = {
  readonly state: DeliveryState | null;
  readonly channel: ChannelKind | null;
  readonly recipientId: string | null;
  readonly alarmId: string | null;
};

/** Why one change of an alarm was told or not, by route; `""` stands for all routes. */
export type NoticeReasons = {
  readonly alarmId: string;
  readonly revision: number;
  readonly takenAt: string;
  readonly decidedAt: string | null;
  readonly reasons: Readonly<Record<string, string>>;
};

/** A message as its acknowledge link shows it. */
export type Acknowledgeable = {
  readonly notice: Notice;
  readonly createdAt: string;
  readonly acknowledgedAt: string | null;
};

/** What was sent, and why. Every call rejects while the database is away. */
export interface DeliveryLog {
  /** Newest first; addresses are masked. @param before id of the last item of the page before */
  deliveries(
    filter: DeliveryFilter,
    limit: number,
    before: string | null,
  ): Promise<{ readonly items: NoticeDelivery[]; readonly total: number }>;
  /** Newest first, a hundred at most. @param alarmId null = of all */
  reasons(alarmId: string | null): Promise<NoticeReasons[]>;
  /** @returns null when there is no such message */
  byKey(key: string): Promise<Acknowledgeable | null>;
  /** Uses the acknowledge link up. @returns false when that was done before */
  useLink(key: string): Promise<boolean>;
  /** Lets it be used again: nothing was acknowledged. */
  releaseLink(key: string): Promise<void>;
  /** Forgets what is older than 30 days. */
  tidy(): Promise<void>;
}

const KEPT_DAYS = 30;
const MOST_REASONS = 100;
const RANKS = Priority.options;
const Kind = z.enum(NOTICE_KINDS);
const ChannelName = z.enum(CHANNEL_KINDS);

const WHERE = `($1::text is null or state = $1) and ($2::text is null or channel = $2)
  and ($3::uuid is null or recipient_id = $3::uuid)
  and ($4::text is null or document -> 'alarms' @> jsonb_build_array(jsonb_build_object('alarmId', $4::text)))`;
const LIST = `
  select id::text as id, key, subject, transition, channel, recipient_id::text as recipient_id, priority, document, state,
    attempts, created_at, next_try_at, last_try_at, settled_at, reason, acknowledged_at
  from notification_delivery where ${WHERE} and ($5::bigint is null or id < $5::bigint) order by id desc limit $6::int`;
const REASONS = `
  select alarm_id, revision, taken_at, decided_at, reasons from notification_intake
  where ($1::text is null or alarm_id = $1) order by taken_at desc, alarm_id, revision desc limit ${MOST_REASONS}`;

/** @param addressesOf of everybody who is set up, by id */
export function createDeliveryLog(
  database: NotificationDatabase,
  addressesOf: () => Promise<ReadonlyMap<string, Addresses>>,
): DeliveryLog {
  return {
    async deliveries({ state, channel, recipientId, alarmId }, limit, before) {
      const filter = [state, channel, recipientId, alarmId];
      const [rows, [counted], addresses] = await Promise.all([
        database.query(LIST, [...filter, before, limit]),
        database.query(`select count(*)::int as total from notification_delivery where ${WHERE}`, filter),
        addressesOf(),
      ]);
      return { items: rows.map((row) => deliveryFrom(row, addresses)), total: Number(counted?.["total"] ?? 0) };
    },
    async reasons(alarmId) {
      return (await database.query(REASONS, [alarmId])).map((row) => ({
        alarmId: String(row["alarm_id"]),
        revision: Number(row["revision"]),
        takenAt: time(row["taken_at"]) ?? "",
        decidedAt: time(row["decided_at"]),
        reasons: row["reasons"] as Record<string, string>,
      }));
    },
    async byKey(key) {
      const [row] = await database.query(
        "select document, created_at, acknowledged_at from notification_delivery where key = $1",
        [key],
      );
      if (row === undefined) return null;
      return {
        notice: row["document"] as Notice,
        createdAt: time(row["created_at"]) ?? "",
        acknowledgedAt: time(row["acknowledged_at"]),
      };
    },
    async useLink(key) {
      const rows = await database.query(
        `update notification_delivery set acknowledged_at = clock_timestamp() where key = $1 and acknowledged_at is null
         returning id`,
        [key],
      );
      return rows.length > 0;
    },
    async releaseLink(key) {
      await database.query("update notification_delivery set acknowledged_at = null where key = $1", [key]);
    },
    async tidy() {
      const old = `clock_timestamp() - interval '${KEPT_DAYS} days'`;
      await database.query(`delete from notification_delivery where created_at < ${old}`);
      await database.query(`delete from notification_intake where taken_at < ${old}`);
    },
  };
}

function deliveryFrom(row: Record<string, unknown>, addresses: ReadonlyMap<string, Addresses>): NoticeDelivery {
  const notice = row["document"] as Notice;
  const channel = ChannelName.parse(row["channel"]);
  const recipientId = String(row["recipient_id"]);
  const address = addresses.get(recipientId)?.[channel];
  const state = DeliveryState.parse(row["state"]);
  return {
    id: String(row["id"]),
    key: String(row["key"]),
    subject: String(row["subject"]),
    transition: String(row["transition"]),
    kind: Kind.parse(notice.kind),
    priority: RANKS[Number(row["priority"]) - 1] ?? "low",
    routeId: notice.routeId,
    channel,
    recipientId,
    recipientName: notice.recipientName,
    address: address === undefined ? null : maskAddress(channel, address),
    title: notice.title,
    alarmIds: notice.alarms.map(({ alarmId }) => alarmId),
    state,
    attempts: Number(row["attempts"]),
    createdAt: time(row["created_at"]) ?? "",
    lastTryAt: time(row["last_try_at"]),
    nextTryAt: state === "waiting" ? time(row["next_try_at"]) : null,
    settledAt: time(row["settled_at"]),
    reason: row["reason"] === null ? null : String(row["reason"]),
    acknowledgedAt: time(row["acknowledged_at"]),
  };
}

function time(value: unknown): string | null {
  return value instanceof Date ? value.toISOString() : null;
}
