import { createHash } from "node:crypto";
import { type AlarmTransition, PRIORITY_RANK } from "../../domain/alarms/alarm.ts";
import type { Decision } from "../../domain/notification/decide-notices.ts";
import { NOTHING_TOLD, type Notice, type NotificationState } from "../../domain/notification/notice.ts";
import type { NotificationDatabase, NotificationLease } from "./notification-database.ts";

export type StoredState = { readonly state: NotificationState; readonly revision: string };

/** What is to be decided, and what was. Every call rejects while the database is away. */
export interface DecisionStore {
  /** Takes changes of alarms that people are to be told of, each once. */
  take(transitions: readonly AlarmTransition[]): Promise<void>;
  /**
   * Takes what was stored as an alarm, and was not handed over, because its process ended in between.
   *
   * @param withinMs not older than that: what is older nobody was told in time anyway
   */
  takeMissed(withinMs: number): Promise<number>;
  read(): Promise<StoredState>;
  /** What was taken and is not decided yet, and what has become since of alarms that are told or to be told of. */
  changes(state: NotificationState): Promise<readonly AlarmTransition[]>;
  /**
   * Stores a decision with its messages: all of it or nothing.
   *
   * @returns false when the lease is somebody else's, or somebody else has decided meanwhile: nothing was written
   */
  write(
    decision: Decision,
    decided: readonly AlarmTransition[],
    from: string,
    lease: NotificationLease,
    token: number,
  ): Promise<boolean>;
}

/** Changes that are decided on at once. */
const MOST_CHANGES = 2_000;

const TAKE = `
  insert into notification_intake (alarm_id, revision, document)
  select g.alarm_id, g.revision, g.document
  from jsonb_to_recordset($1::text::jsonb) as g (alarm_id text, revision int, document jsonb)
  on conflict (alarm_id, revision) do nothing`;

const TAKE_MISSED = `
  insert into notification_intake (alarm_id, revision, document)
  select t.alarm_id, t.revision, t.document from alarm_transition t join alarm a on a.id = t.alarm_id
  where t.at > clock_timestamp() - $1::float8 * interval '1 ms' and (t.document ->> 'isAnnounced')::boolean
    and a.is_active and a.suppressed_by is null
  on conflict (alarm_id, revision) do nothing returning alarm_id`;

// What follows is read from the alarms themselves, so that it does not hang on who has changed them, in which process.
const CHANGES = `
  with fresh as (
    select alarm_id, revision, document from notification_intake where decided_at is null
    order by taken_at, alarm_id, revision limit ${MOST_CHANGES}
  ), known as (
    select alarm_id, max(revision) as revision from (
      select alarm_id, revision from fresh
      union all select k.alarm_id, k.revision from jsonb_to_recordset($1::text::jsonb) as k (alarm_id text, revision int)
    ) as all_known group by alarm_id
  )
  select document, true as is_fresh from fresh
  union all
  select t.document, false from known k join alarm_transition t on t.alarm_id = k.alarm_id and t.revision > k.revision`;

const writeSql = (fenceSql: string) => `
  with ${fenceSql},
  saved as (
    update notification_state set state = $4::text::jsonb, revision = revision + 1, saved_at = clock_timestamp()
    from fence where notification_state.name = 'groups' and notification_state.revision = $5::bigint returning 1
  ), put as (
    insert into notification_delivery (key, subject, transition, channel, recipient_id, priority, fallbacks, document)
    select n.key, n.subject, n.transition, n.channel, n.recipient_id, n.priority,
      array(select jsonb_array_elements_text(n.fallbacks)), n.document
    from saved cross join jsonb_to_recordset($6::text::jsonb) as n (key text, subject text, transition text, channel text,
      recipient_id uuid, priority smallint, fallbacks jsonb, document jsonb)
    on conflict do nothing
  ), decided as (
    update notification_intake i set decided_at = coalesce(i.decided_at, clock_timestamp()), reasons = i.reasons || g.reasons
    from saved cross join jsonb_to_recordset($7::text::jsonb) as g (alarm_id text, revision int, reasons jsonb)
    where i.alarm_id = g.alarm_id and i.revision = g.revision
  )
  select 1 from saved`;

export function createDecisionStore(database: NotificationDatabase): DecisionStore {
  return {
    async take(transitions) {
      const rows = transitions.map((document) => ({
        alarm_id: document.alarmId,
        revision: document.revision,
        document,
      }));
      await database.query(TAKE, [JSON.stringify(rows)]);
    },
    async takeMissed(withinMs) {
      return (await database.query(TAKE_MISSED, [withinMs])).length;
    },
    async read() {
      const [row] = await database.query("select state, revision from notification_state where name = 'groups'");
      return {
        state: (row?.["state"] as NotificationState | undefined) ?? NOTHING_TOLD,
        revision: String(row?.["revision"]),
      };
    },
    async changes(state) {
      const known = Object.values(state.groups).flatMap(({ alarms }) =>
        Object.entries(alarms).map(([alarm_id, { revision }]) => ({ alarm_id, revision })),
      );
      const rows = await database.query(CHANGES, [JSON.stringify(known)]);
      return rows.map((row) => {
        const document = row["document"] as AlarmTransition;
        // A raise that came by no flow is followed, and tells nobody.
        return row["is_fresh"] === true ? document : { ...document, isAnnounced: false };
      });
    },
    async write({ state, notices, reasons }, decided, from, lease, token) {
      const byChange = new Map<string, { alarm_id: string; revision: number; reasons: Record<string, string> }>();
      const place = (alarm_id: string, revision: number) => {
        const key = `${alarm_id}@${revision}`;
        const found = byChange.get(key) ?? { alarm_id, revision, reasons: {} };
        byChange.set(key, found);
        return found;
      };
      for (const { alarmId, revision } of decided) place(alarmId, revision);
      for (const { alarmId, revision, routeId, reason } of reasons) {
        place(alarmId, revision).reasons[routeId ?? ""] = reason;
      }
      const rows = await database.query(writeSql(lease.fenceSql), [
        ...[lease.name, lease.holder, token],
        JSON.stringify(state),
        from,
        JSON.stringify(notices.map(deliveryRow)),
        JSON.stringify([...byChange.values()]),
      ]);
      return rows.length > 0;
    },
  };
}

/** Short enough for every vendor's limits, and the same wherever it is made. */
export function deliveryKey(subject: string, transition: string, channel: string, recipientId: string): string {
  const text = JSON.stringify([subject, transition, channel, recipientId]);
  return createHash("sha256").update(text).digest("base64url").slice(0, 24);
}

/** A message as a row of the outbox. */
export function deliveryRow(notice: Notice) {
  const { subject, transition, channel, recipientId, fallbacks, priority } = notice;
  return {
    key: deliveryKey(subject, transition, channel, recipientId),
    subject,
    transition,
    channel,
    recipient_id: recipientId,
    priority: PRIORITY_RANK[priority],
    fallbacks,
    document: notice,
  };
}
