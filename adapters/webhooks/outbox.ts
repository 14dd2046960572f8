import { randomUUID } from "node:crypto";
import { EVENT_ACTIONS, eventFrom, type WebhookEvent } from "../../domain/webhooks/event-kinds.ts";
import { GIVE_UP_AFTER_MS, waitAfter } from "../../domain/webhooks/retry-schedule.ts";
import { TryOutcome, WebhookDelivery } from "../../domain/webhooks/webhook.ts";
import type { Sent } from "./send-once.ts";
import type { WebhookDatabase } from "./webhook-store.ts";

/** Makes one process the only one that sends. */
export interface SenderLease {
  readonly name: string;
  readonly holder: string;
  /** Makes a row set `fence` from $1 name, $2 holder, $3 token: no row when the lease is not held. */
  readonly fenceSql: string;
  /** Fencing token while the lease is held; null otherwise. */
  token(): number | null;
}

/** An event that is being sent to one webhook. */
export type Claimed = {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly body: string;
  /** This try included. */
  readonly attempts: number;
  readonly ageMs: number;
  /** Both sealed. */
  readonly url: string;
  readonly secret: string;
};

/** What is to be told to whom, and how it went. Every call rejects while the database is away. */
export interface Outbox {
  /** Puts an event into the queue of one webhook, whatever it is subscribed to. @returns the id of the event; null for an unknown webhook */
  put(event: WebhookEvent, webhookId: string): Promise<string | null>;
  /** Takes the events that the audit trail has got since the last call, once for all processes. @returns true when there may be more */
  takeFromAudit(lease: SenderLease, token: number): Promise<boolean>;
  /** Webhooks that have something to be sent now. */
  due(): Promise<readonly string[]>;
  /** The event of a webhook that has waited longest. @returns null when none is due, or the lease is not held with that token */
  claim(webhookId: string, lease: SenderLease, token: number): Promise<Claimed | null>;
  /** Notes how a try went. No effect when somebody else has tried meanwhile. */
  settle(claimed: Claimed, sent: Sent): Promise<void>;
  /** Newest first. @param before id of the last item of the page before */
  log(webhookId: string, limit: number, before: string | null): Promise<{ items: WebhookDelivery[]; total: number }>;
  /** Gives up what is too old, also of webhooks that are switched off, and forgets what is older than 30 days. */
  tidy(): Promise<void>;
}

/** Actions of the audit trail that are looked through at once. */
const MOST_ROWS = 500;
/** A receiver that is away for long gets no more than so many events afterwards: it has to ask the API anyway. */
const MOST_WAITING = 10_000;
/** A try that nobody settles, because its process died, is made again after this: longer than any try takes. */
const ABANDONED_AFTER_S = 30;
const KEPT_DAYS = 30;

const PUT = `
  insert into webhook_delivery (webhook_id, event_id, event, body)
  select id, $2::uuid, $3::text, $4::text from webhook where id = $1::uuid returning id`;

const BEGIN_SOURCE = `
  update webhook_source set seq = head.seq from audit.head as head where name = 'audit' and webhook_source.seq is null`;

const READ_SOURCE = `
  select source.seq as from_seq, least(head.seq, source.seq + ${MOST_ROWS}) as to_seq, head.seq as head_seq,
    entry.at, entry.actor, entry.action, entry.target, entry.detail::jsonb as detail
  from webhook_source as source cross join audit.head as head
  left join audit.entry as entry on entry.seq > source.seq and entry.seq <= least(head.seq, source.seq + ${MOST_ROWS})
    and entry.outcome = 'done' and entry.action = any($1::text[])
  where source.name = 'audit' and source.seq is not null
  order by entry.seq`;

const takeSql = (fenceSql: string) => `
  with ${fenceSql},
  moved as (
    update webhook_source set seq = $5::bigint from fence
    where webhook_source.name = 'audit' and webhook_source.seq = $4::bigint returning 1)
  insert into webhook_delivery (webhook_id, event_id, event, body)
  select webhook.id, given.event_id, given.event, given.body
  from moved cross join unnest($6::uuid[], $7::text[], $8::text[]) with ordinality as given (event_id, event, body, place)
  join webhook on webhook.enabled and given.event = any(webhook.events)
  where (select count(*) from webhook_delivery d where d.webhook_id = webhook.id and d.state = 'waiting') < ${MOST_WAITING}
  order by given.place`;

const DUE = `
  select distinct webhook_id::text as id from webhook_delivery d join webhook on webhook.id = d.webhook_id
  where webhook.enabled and d.state = 'waiting' and d.next_try_at <= clock_timestamp()`;

const claimSql = (fenceSql: string) => `
  with ${fenceSql},
  pick as (
    select d.id, webhook.url, webhook.secret from webhook_delivery d join webhook on webhook.id = d.webhook_id
    where d.webhook_id = $4::uuid and webhook.enabled and d.state = 'waiting' and d.next_try_at <= clock_timestamp()
    order by d.next_try_at, d.id limit 1 for update of d skip locked)
  update webhook_delivery d set attempts = d.attempts + 1, last_try_at = clock_timestamp(),
    next_try_at = clock_timestamp() + interval '${ABANDONED_AFTER_S} s'
  from fence, pick where d.id = pick.id
  returning d.id::text as id, d.webhook_id::text as webhook_id, d.event_id::text as event_id, d.body, d.attempts,
    extract(epoch from clock_timestamp() - d.created_at)::float8 * 1000 as age_ms, pick.url, pick.secret`;

const SETTLE = `
  with settled as (
    update webhook_delivery set outcome = $3::text, status = $4::int, duration_ms = $5::int, state = $6::text,
      next_try_at = clock_timestamp() + $7::float8 * interval '1 ms'
    where id = $1::bigint and attempts = $2::int and state = 'waiting' returning webhook_id, last_try_at)
  update webhook set last_outcome = $3::text, last_status = $4::int, last_try_at = settled.last_try_at,
    failures = case when $6::text = 'delivered' then 0 else failures + 1 end
  from settled where webhook.id = settled.webhook_id`;

const LOG = `
  select id::text as id, event_id::text as event_id, event, created_at, state, attempts, last_try_at, next_try_at, outcome,
    status, duration_ms
  from webhook_delivery where webhook_id = $1::uuid and ($2::bigint is null or id < $2::bigint)
  order by id desc limit $3::int`;

const EXPIRE = `
  update webhook_delivery set state = 'expired', next_try_at = null
  where state = 'waiting' and created_at < clock_timestamp() - ${GIVE_UP_AFTER_MS} * interval '1 ms'`;

const FORGET = `delete from webhook_delivery where created_at < clock_timestamp() - interval '${KEPT_DAYS} days'`;

export function createOutbox(database: WebhookDatabase): Outbox {
  return {
    async put(event, webhookId) {
      const eventId = randomUUID();
      const rows = await database.query(PUT, [webhookId, eventId, event.type, JSON.stringify(event)]);
      return rows.length > 0 ? eventId : null;
    },

    async takeFromAudit(lease, token) {
      const rows = await database.query(READ_SOURCE, [EVENT_ACTIONS]);
      const [first] = rows;
      if (!first) {
        await database.query(BEGIN_SOURCE);
        return false;
      }
      const { from_seq: from, to_seq: to, head_seq: head } = first;
      if (from === to) return false;
      const events = rows.flatMap((row) => eventOf(row) ?? []);
      await database.query(takeSql(lease.fenceSql), [
        ...[lease.name, lease.holder, token, from, to],
        events.map(() => randomUUID()),
        events.map(({ type }) => type),
        events.map((event) => JSON.stringify(event)),
      ]);
      return to !== head;
    },

    async due() {
      return (await database.query(DUE)).map((row) => String(row["id"]));
    },

    async claim(webhookId, lease, token) {
      const [row] = await database.query(claimSql(lease.fenceSql), [lease.name, lease.holder, token, webhookId]);
      return row ? claimedFrom(row) : null;
    },

    async settle({ id, attempts, ageMs }, { outcome, status, durationMs }) {
      const waitMs = outcome === "delivered" ? null : waitAfter(attempts, ageMs);
      const state = outcome === "delivered" ? "delivered" : waitMs === null ? "expired" : "waiting";
      await database.query(SETTLE, [id, attempts, outcome, status, durationMs, state, waitMs]);
    },

    async log(webhookId, limit, before) {
      const counting = "select count(*)::int as total from webhook_delivery where webhook_id = $1::uuid";
      const [rows, [counted]] = await Promise.all([
        database.query(LOG, [webhookId, before, limit]),
        database.query(counting, [webhookId]),
      ]);
      return { items: rows.map(deliveryFrom), total: Number(counted?.["total"] ?? 0) };
    },

    async tidy() {
      await database.query(EXPIRE);
      await database.query(FORGET);
    },
  };
}

function eventOf(row: Record<string, unknown>): WebhookEvent | null {
  const { at, actor, action, target, detail } = row;
  if (!(at instanceof Date)) return null;
  return eventFrom({
    actor: String(actor),
    action: String(action),
    target: String(target),
    detail: (detail ?? {}) as Record<string, unknown>,
    at: at.toISOString(),
  });
}

function claimedFrom(row: Record<string, unknown>): Claimed {
  return {
    id: String(row["id"]),
    webhookId: String(row["webhook_id"]),
    eventId: String(row["event_id"]),
    body: String(row["body"]),
    attempts: Number(row["attempts"]),
    ageMs: Number(row["age_ms"]),
    url: String(row["url"]),
    secret: String(row["secret"]),
  };
}

function deliveryFrom(row: Record<string, unknown>): WebhookDelivery {
  const time = (value: unknown) => (value instanceof Date ? value.toISOString() : null);
  const count = (value: unknown) => (value === null || value === undefined ? null : Number(value));
  return {
    id: String(row["id"]),
    eventId: String(row["event_id"]),
    event: String(row["event"]),
    createdAt: time(row["created_at"]) ?? "",
    state: WebhookDelivery.shape.state.parse(row["state"]),
    attempts: Number(row["attempts"]),
    lastTryAt: time(row["last_try_at"]),
    nextTryAt: time(row["next_try_at"]),
    outcome: TryOutcome.nullable().catch(null).parse(row["outcome"]),
    status: count(row["status"]),
    durationMs: count(row["duration_ms"]),
  };
}
