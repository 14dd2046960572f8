import { type Alarm, type AlarmTransition, alarmIdOf, PRIORITY_RANK } from "../../domain/alarms/alarm.ts";
import type { Refusal } from "../../domain/alarms/alarm-change.ts";
import type { ConditionEvent, OperatorEvent } from "../../domain/alarms/alarm-event.ts";
import { applyAlarmEvent } from "../../domain/alarms/life-cycle.ts";
import type { AlarmDatabase, SiteNumbers } from "./alarm-database.ts";

/** What a person wants of one alarm. */
export type AlarmAct = { readonly alarmId: string; readonly event: OperatorEvent };
/** What became of an event, in the order of the events. */
export type AlarmOutcome = {
  readonly alarmId: string;
  readonly transition: AlarmTransition | null;
  readonly refused: Refusal | null;
};

/** The right to act for the platform: name, holder and token of a lease, checked within the statement that writes. */
export type Fence = { readonly name: string; readonly holder: string; readonly token: number };

export type WriteAlarmsOptions = {
  readonly database: AlarmDatabase;
  readonly sites: SiteNumbers;
  /** `fence as materialized (…)` with the parameters $1 to $3. */
  readonly fenceSql: string;
};

/** Somebody else changed an alarm between our reading and our writing; each time one of us has got on. */
const MOST_TRIES = 20;

/**
 * Applies events to the stored alarms, each alarm with its transitions at once. An alarm that somebody else has changed
 * meanwhile is read and applied again, so nothing is lost and nothing is written twice.
 *
 * @param fence null for what people do, which does not depend on who holds a lease
 * @returns an outcome per event, in order; the transitions that are in it are stored
 * @throws when the database is away: what was written before stays, and giving the same events again repeats nothing
 */
export async function writeAlarms(
  options: WriteAlarmsOptions,
  events: readonly (ConditionEvent | AlarmAct)[],
  fence: Fence | null,
): Promise<AlarmOutcome[]> {
  const outcomes = new Array<AlarmOutcome>(events.length);
  let pending = Map.groupBy(
    events.map((event, place) => ({ event, place })),
    ({ event }) => idOf(event),
  );
  for (let tries = 1; pending.size > 0; tries += 1) {
    if (tries > MOST_TRIES) throw new Error(`alarms ${[...pending.keys()].slice(0, 3).join(", ")} change too often`);
    const stored = await readDocuments(options.database, [...pending.keys()]);
    const attempts = [...pending].map(([alarmId, given]) => attempt(alarmId, stored.get(alarmId) ?? null, given));
    const changed = attempts.filter(({ transitions }) => transitions.length > 0);
    const written = changed.length === 0 ? new Set() : await write(options, changed, fence);
    for (const { alarmId, transitions, outcomes: own } of attempts) {
      if (transitions.length > 0 && !written.has(alarmId)) continue;
      for (const { place, outcome } of own) outcomes[place] = outcome;
      pending.delete(alarmId);
    }
    pending = new Map(pending);
  }
  return outcomes;
}

type Given = { readonly event: ConditionEvent | AlarmAct; readonly place: number };
type Attempt = {
  readonly alarmId: string;
  /** Revision that was read; 0 = there was none. */
  readonly expected: number;
  readonly alarm: Alarm | null;
  readonly transitions: readonly AlarmTransition[];
  readonly outcomes: readonly { readonly place: number; readonly outcome: AlarmOutcome }[];
};

function attempt(alarmId: string, stored: Alarm | null, given: readonly Given[]): Attempt {
  let alarm = stored;
  const transitions: AlarmTransition[] = [];
  const outcomes = given.map(({ event, place }) => {
    const result = applyAlarmEvent(alarm, "alarmId" in event ? event.event : event);
    alarm = result.alarm;
    if (result.transition) transitions.push(result.transition);
    return { place, outcome: { alarmId, transition: result.transition, refused: result.refused } };
  });
  return { alarmId, expected: stored?.revision ?? 0, alarm, transitions, outcomes };
}

function idOf(event: ConditionEvent | AlarmAct): string {
  return "alarmId" in event ? event.alarmId : alarmIdOf(event, event.ruleId);
}

async function readDocuments(database: AlarmDatabase, ids: readonly string[]): Promise<Map<string, Alarm>> {
  const rows = await database.query("select id, document from alarm where id = any($1::text[])", [ids]);
  return new Map(rows.map((row) => [String(row["id"]), row["document"] as Alarm]));
}

const NO_FENCE = "fence as (select $1::text, $2::text, $3::bigint)";
const WRITE = `
, given as (
  select * from jsonb_to_recordset($4::text::jsonb) as g (id text, expected int, site_id int, rule_id text, state text,
    priority smallint, is_active boolean, raised_at timestamptz, last_change_at timestamptz, suppressed_by text,
    shelved_until timestamptz, revision int, document jsonb)
), written as (
  insert into alarm as a (id, site_id, rule_id, state, priority, is_active, raised_at, last_change_at, suppressed_by,
    shelved_until, revision, document)
  select g.id, g.site_id, g.rule_id, g.state, g.priority, g.is_active, g.raised_at, g.last_change_at, g.suppressed_by,
    g.shelved_until, g.revision, g.document
  from given g cross join fence order by g.id
  on conflict (id) do update set state = excluded.state, priority = excluded.priority, is_active = excluded.is_active,
    raised_at = excluded.raised_at, last_change_at = excluded.last_change_at, suppressed_by = excluded.suppressed_by,
    shelved_until = excluded.shelved_until, revision = excluded.revision, document = excluded.document
    where a.revision = (select expected from given where given.id = excluded.id)
  returning id, site_id
), told as (
  insert into alarm_transition (alarm_id, revision, site_id, rule_id, kind, at, document)
  select w.id, t.revision, w.site_id, t.rule_id, t.kind, t.at, t.document
  from jsonb_to_recordset($5::text::jsonb) as t (alarm_id text, revision int, rule_id text, kind text, at timestamptz, document jsonb)
  join written w on w.id = t.alarm_id
)
select id from written`;

/** @returns ids of the alarms that were written */
async function write(
  { database, sites, fenceSql }: WriteAlarmsOptions,
  attempts: readonly Attempt[],
  fence: Fence | null,
): Promise<Set<unknown>> {
  const rows = attempts.map(({ alarm, expected }) => (alarm === null ? null : rowOf(alarm, expected, sites)));
  const told = attempts.flatMap(({ transitions }) =>
    transitions.map((document) => ({
      alarm_id: document.alarmId,
      revision: document.revision,
      rule_id: document.ruleId,
      kind: document.kind,
      at: document.at,
      document,
    })),
  );
  const given = [
    fence?.name ?? null,
    fence?.holder ?? null,
    fence?.token ?? null,
    JSON.stringify(rows),
    JSON.stringify(told),
  ];
  const written = await database.query(`with ${fence ? fenceSql : NO_FENCE}${WRITE}`, given);
  if (fence && written.length === 0 && !(await holds(database, fenceSql, fence))) {
    throw new LostLeaseError(fence.name);
  }
  return new Set(written.map((row) => row["id"]));
}

/** The lease that an effect needs is somebody else's by now: nothing was written. */
export class LostLeaseError extends Error {
  override readonly name = "LostLeaseError";
  constructor(lease: string) {
    super(`the lease "${lease}" is held by another process`);
  }
}

async function holds(database: AlarmDatabase, fenceSql: string, { name, holder, token }: Fence): Promise<boolean> {
  return (await database.query(`with ${fenceSql} select 1 from fence`, [name, holder, token])).length > 0;
}

function rowOf(alarm: Alarm, expected: number, sites: SiteNumbers) {
  const number = alarm.siteId === null ? null : sites.numberOf(alarm.siteId);
  if (number === undefined) throw new Error(`site ${alarm.siteId} is not in the database yet`);
  return {
    id: alarm.id,
    expected,
    site_id: number,
    rule_id: alarm.ruleId,
    state: alarm.state,
    priority: PRIORITY_RANK[alarm.priority],
    is_active: alarm.active,
    raised_at: alarm.raisedAt,
    last_change_at: alarm.lastChangeAt,
    suppressed_by: alarm.suppressedBy,
    shelved_until: alarm.shelved?.until ?? null,
    revision: alarm.revision,
    document: alarm,
  };
}
