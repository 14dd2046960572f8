import type { ChannelKind, Delivery } from "../../domain/notification/channel.ts";
import { type DeliveryState, TRIES_BEFORE_FALLBACK, waitAfterFailure } from "../../domain/notification/delivery.ts";
import type { Notice } from "../../domain/notification/notice.ts";
import { deliveryKey, deliveryRow } from "./decision-store.ts";
import type { NotificationDatabase, NotificationLease } from "./notification-database.ts";

/** A message that is being sent. */
export type ClaimedNotice = {
  readonly id: string;
  readonly key: string;
  readonly channel: ChannelKind;
  readonly recipientId: string;
  /** Channels that are left. */
  readonly fallbacks: readonly ChannelKind[];
  /** This try included. */
  readonly attempts: number;
  readonly ageMs: number;
  readonly notice: Notice;
};

/** Messages that are to be sent, and how it went. Every call rejects while the database is away. */
export interface Outbox {
  /** Puts one message in beside any decision. @returns its key */
  put(notice: Notice): Promise<string>;
  /** Channels that have something to send now. */
  due(): Promise<readonly ChannelKind[]>;
  /**
   * The most urgent message of a channel.
   *
   * @param forMs how long the try may take at most: after that it counts as abandoned
   * @returns null when none is due, or the lease is not held with that token
   */
  claim(kind: ChannelKind, forMs: number, lease: NotificationLease, token: number): Promise<ClaimedNotice | null>;
  /** Notes how a try went, and lets the next channel try where this one does not get through. */
  settle(claimed: ClaimedNotice, delivery: Delivery, honoursKey: boolean): Promise<DeliveryState>;
  /**
   * What was under way in a process that has ended. Where the receiver tells repetitions it is sent again with its key;
   * elsewhere nobody knows whether it has arrived, and it is not sent again.
   *
   * @param honouring channels whose receivers tell repetitions
   * @returns how many
   */
  recover(honouring: readonly ChannelKind[]): Promise<number>;
  /** Lets the next channel try everything that waits for this one, which does not work now. */
  spill(kind: ChannelKind): Promise<void>;
  /** Gives back what this process has claimed and not begun to send. */
  release(claimed: ClaimedNotice): Promise<void>;
}

const PUT = `
  insert into notification_delivery (key, subject, transition, channel, recipient_id, priority, fallbacks, document)
  select n.key, n.subject, n.transition, n.channel, n.recipient_id, n.priority,
    array(select jsonb_array_elements_text(n.fallbacks)), n.document
  from jsonb_to_record($1::text::jsonb) as n (key text, subject text, transition text, channel text, recipient_id uuid,
    priority smallint, fallbacks jsonb, document jsonb)
  on conflict do nothing`;

const DUE = `
  select distinct channel from notification_delivery where state = 'waiting' and next_try_at <= clock_timestamp()`;

const claimSql = (fenceSql: string) => `
  with ${fenceSql},
  pick as (
    select id from notification_delivery
    where channel = $4::text and state = 'waiting' and next_try_at <= clock_timestamp()
    order by priority, next_try_at, id limit 1 for update skip locked)
  update notification_delivery d set state = 'delivering', attempts = d.attempts + 1, last_try_at = clock_timestamp(),
    next_try_at = clock_timestamp() + $5::float8 * interval '1 ms'
  from fence, pick where d.id = pick.id
  returning d.id::text as id, d.key, d.channel, d.recipient_id::text as recipient_id, to_jsonb(d.fallbacks) as fallbacks,
    d.attempts, extract(epoch from clock_timestamp() - d.created_at)::float8 * 1000 as age_ms, d.document`;

/** The next channel for what has not got through: the same message under a key of its own. */
const NEXT = `
  insert into notification_delivery (key, subject, transition, channel, recipient_id, priority, fallbacks, document)
  select $1::text, subject, transition, $2::text, recipient_id, priority, fallbacks[2:], document
  from settled where $2::text is not null and fallbacks[1] = $2::text
  on conflict do nothing`;

const SETTLE = `
  with told as (
    -- While it was tried here another channel may have told it.
    select case when $5::text = 'waiting' then (
      select o.channel from notification_delivery m join notification_delivery o using (subject, transition, recipient_id)
      where m.id = $3::bigint and o.id <> m.id and o.state = 'delivered' limit 1) end as channel
  ), settled as (
    update notification_delivery d set
      state = case when told.channel is null then $5::text else 'expired' end,
      reason = case when told.channel is null then $6::text else 'told-by ' || told.channel end,
      provider_id = coalesce($7::text, d.provider_id),
      next_try_at = case when told.channel is null then clock_timestamp() + $8::float8 * interval '1 ms' end,
      settled_at = case when told.channel is not null or $8::float8 is null then clock_timestamp() end
    from told where d.id = $3::bigint and d.attempts = $4::int and d.state = 'delivering' returning d.*
  ), next as (${NEXT}), elsewhere as (
    update notification_delivery o set state = 'expired', next_try_at = null, settled_at = clock_timestamp(),
      reason = 'told-by ' || s.channel
    from settled s where s.state = 'delivered' and o.subject = s.subject and o.transition = s.transition
      and o.recipient_id = s.recipient_id and o.id <> s.id and o.state = 'waiting'
  )
  update notification_channel c set
    failures = case when s.state = 'delivered' then 0 else c.failures + 1 end,
    last_ok_at = case when s.state = 'delivered' then clock_timestamp() else c.last_ok_at end,
    last_failed_at = case when s.state = 'delivered' then c.last_failed_at else clock_timestamp() end,
    last_reason = case when s.state = 'delivered' then null else $6::text end
  from settled s where c.kind = s.channel`;

const ABANDONED = `
  select id::text as id, channel, recipient_id::text as recipient_id, to_jsonb(fallbacks) as fallbacks, subject, transition
  from notification_delivery where state = 'delivering' and next_try_at < clock_timestamp() limit 500`;
const RECOVER = `
  with settled as (
    update notification_delivery d set reason = 'abandoned',
      state = case when $4::boolean then 'waiting' else 'possibly_delivered' end,
      next_try_at = case when $4::boolean then clock_timestamp() end,
      settled_at = case when $4::boolean then null else clock_timestamp() end
    where d.id = $3::bigint and d.state = 'delivering' and d.next_try_at < clock_timestamp() returning d.*
  ), next as (${NEXT}) select 1 from settled`;

const SPILLABLE = `
  select d.id::text as id, d.subject, d.transition, d.recipient_id::text as recipient_id, d.fallbacks[1] as next
  from notification_delivery d where d.channel = $1 and d.state = 'waiting' and cardinality(d.fallbacks) > 0
    and not exists (select from notification_delivery o where o.subject = d.subject and o.transition = d.transition
      and o.recipient_id = d.recipient_id and o.channel = d.fallbacks[1])
  order by d.priority, d.id limit 500`;
const SPILL = `
  with settled as (select * from notification_delivery where id = $3::bigint and state = 'waiting') ${NEXT}`;

const RELEASE = `
  update notification_delivery set state = 'waiting', attempts = attempts - 1, next_try_at = clock_timestamp()
  where id = $1::bigint and attempts = $2::int and state = 'delivering'`;

export function createOutbox(database: NotificationDatabase): Outbox {
  return {
    async put(notice) {
      const row = deliveryRow(notice);
      await database.query(PUT, [JSON.stringify(row)]);
      return row.key;
    },

    async due() {
      return (await database.query(DUE)).map((row) => row["channel"] as ChannelKind);
    },

    async claim(kind, forMs, lease, token) {
      const given = [lease.name, lease.holder, token, kind, forMs];
      const [row] = await database.query(claimSql(lease.fenceSql), given);
      return row ? claimedFrom(row) : null;
    },

    async settle(claimed, delivery, honoursKey) {
      const { state, waitMs } = outcomeOf(claimed, delivery, honoursKey);
      const [fallback = null] = isTimeForNext(claimed, state) ? claimed.fallbacks : [];
      await database.query(SETTLE, [
        fallback === null ? null : keyOn(claimed, fallback),
        fallback,
        claimed.id,
        claimed.attempts,
        state,
        delivery.ok ? null : delivery.reason.slice(0, 500),
        delivery.ok ? (delivery.providerId?.slice(0, 200) ?? null) : null,
        waitMs,
      ]);
      return state;
    },

    async recover(honouring) {
      const rows = await database.query(ABANDONED);
      for (const row of rows) {
        const isHonoured = honouring.includes(row["channel"] as ChannelKind);
        const [first = null] = isHonoured ? [] : (row["fallbacks"] as string[]);
        const key =
          first && deliveryKey(String(row["subject"]), String(row["transition"]), first, String(row["recipient_id"]));
        await database.query(RECOVER, [key, first, row["id"], isHonoured]);
      }
      return rows.length;
    },

    async spill(kind) {
      for (const row of await database.query(SPILLABLE, [kind])) {
        const [subject, transition, recipientId, next] = [
          row["subject"],
          row["transition"],
          row["recipient_id"],
          row["next"],
        ];
        const key = deliveryKey(String(subject), String(transition), String(next), String(recipientId));
        await database.query(SPILL, [key, next, row["id"]]);
      }
    },

    async release({ id, attempts }) {
      await database.query(RELEASE, [id, attempts]);
    },
  };
}

function outcomeOf(
  { attempts, ageMs, notice }: ClaimedNotice,
  delivery: Delivery,
  honoursKey: boolean,
): { readonly state: DeliveryState; readonly waitMs: number | null } {
  if (delivery.ok) return { state: "delivered", waitMs: null };
  if (delivery.mayHaveArrived && !honoursKey) return { state: "possibly_delivered", waitMs: null };
  if (!delivery.retryable) return { state: "failed", waitMs: null };
  const waitMs = waitAfterFailure(attempts, ageMs, notice.priority, delivery.retryAfterMs ?? null);
  return { state: waitMs === null ? "expired" : "waiting", waitMs };
}

function isTimeForNext({ attempts }: ClaimedNotice, state: DeliveryState): boolean {
  return state === "waiting" ? attempts >= TRIES_BEFORE_FALLBACK : state !== "delivered";
}

function keyOn({ notice, recipientId }: ClaimedNotice, channel: ChannelKind): string {
  return deliveryKey(notice.subject, notice.transition, channel, recipientId);
}

function claimedFrom(row: Record<string, unknown>): ClaimedNotice {
  return {
    id: String(row["id"]),
    key: String(row["key"]),
    channel: row["channel"] as ChannelKind,
    recipientId: String(row["recipient_id"]),
    fallbacks: row["fallbacks"] as ChannelKind[],
    attempts: Number(row["attempts"]),
    ageMs: Number(row["age_ms"]),
    notice: row["document"] as Notice,
  };
}
