import {
  type Alarm,
  type AlarmState,
  type AlarmTransition,
  PRIORITY_RANK,
  type Priority,
} from "../../domain/alarms/alarm.ts";
import type { AlarmDatabase, SiteNumbers } from "./alarm-database.ts";

/** Which alarms; absent or null = all. */
export type AlarmFilter = {
  /** Sites that the asker may see; null = all, and then also alarms of segments and of the fleet. */
  readonly siteIds: readonly string[] | null;
  /** These and no others. */
  readonly alarmIds?: readonly string[] | null;
  readonly states?: readonly AlarmState[] | null;
  /** The condition holds now. */
  readonly isActive?: boolean | null;
  /** True: everything but what is over and seen (`normal`). */
  readonly isPresent?: boolean | null;
  readonly priorities?: readonly Priority[] | null;
  readonly ruleIds?: readonly string[] | null;
  /** Children of this alarm or cause. */
  readonly suppressedBy?: string | null;
  /** What a search has found: alarms of one of these rules or of one of these sites. */
  readonly found?: { readonly ruleIds: readonly string[]; readonly siteIds: readonly string[] } | null;
};

export type AlarmPage = { readonly limit: number; readonly cursor: string | null };
/** `children`: active alarms that it suppresses, at any depth. */
export type ListedAlarm = { readonly alarm: Alarm; readonly children: number };
export type AlarmListing = {
  readonly items: readonly ListedAlarm[];
  readonly total: number;
  readonly nextCursor: string | null;
};
/** `unacknowledged`: ask for somebody. Both of what is neither hidden nor over. */
export type AlarmCounts = Readonly<Record<Priority, { readonly present: number; readonly unacknowledged: number }>>;
export type SiteAlarmCount = {
  readonly siteId: string;
  readonly worst: Priority;
  readonly present: number;
  readonly unacknowledged: number;
};

/** For whoever watches the platform from outside. */
export type StateAlarmCount = { readonly priority: Priority; readonly state: AlarmState; readonly count: number };

/** Conditions that hold now, seen or unseen. */
export type RuleAlarmCount = { readonly ruleId: string; readonly active: number };

export type TransitionFilter = {
  readonly siteIds: readonly string[] | null;
  readonly alarmId?: string | null;
  readonly ruleIds?: readonly string[] | null;
  readonly kinds?: readonly AlarmTransition["kind"][] | null;
  /** `[fromMs, toMs)`, milliseconds since the Unix epoch. */
  readonly fromMs?: number | null;
  readonly toMs?: number | null;
};

const WHERE = `($1::int[] is null or site_id = any($1)) and ($2::text[] is null or state = any($2))
  and ($3::boolean is null or is_active = $3) and ($4::boolean is null or (state <> 'normal') = $4)
  and ($5::smallint[] is null or priority = any($5)) and ($6::text[] is null or rule_id = any($6))
  and ($7::text is null or suppressed_by = $7) and ($8::text[] is null or id = any($8))
  and ($9::text[] is null or rule_id = any($9) or site_id = any($10::int[]))`;

function valuesOf(filter: AlarmFilter, sites: SiteNumbers): unknown[] {
  return [
    numbersOf(filter.siteIds, sites),
    filter.states ?? null,
    filter.isActive ?? null,
    filter.isPresent ?? null,
    filter.priorities?.map((priority) => PRIORITY_RANK[priority]) ?? null,
    filter.ruleIds ?? null,
    filter.suppressedBy ?? null,
    filter.alarmIds ?? null,
    filter.found?.ruleIds ?? null,
    numbersOf(filter.found?.siteIds ?? null, sites),
  ];
}

function numbersOf(siteIds: readonly string[] | null, { numberOf }: SiteNumbers): number[] | null {
  return siteIds?.flatMap((id) => numberOf(id) ?? []) ?? null;
}

// The page first, its children after it: walking down from every alarm would cost more than the page.
const LIST = `
  with recursive page as (
    select id, priority, urgency, raised_at, document from alarm
    where ${WHERE} and ($11::smallint is null or (priority, urgency) > ($11, $12::smallint)
      or (priority, urgency) = ($11, $12) and (raised_at < $13::timestamptz or raised_at = $13 and id > $14::text))
    order by priority, urgency, raised_at desc, id limit $15::int
  ), below as (
    select p.id as root, c.id from page p join alarm c on c.suppressed_by = p.id and c.is_active
    union
    select b.root, c.id from below b join alarm c on c.suppressed_by = b.id and c.is_active
  )
  select p.*, (select count(*)::int from below b where b.root = p.id and b.id <> p.id) as children
  from page p order by priority, urgency, raised_at desc, id`;

/** A page of the list, worst first: by priority, then what asks for somebody, then the newest. @throws SqlError */
export async function listAlarms(
  database: AlarmDatabase,
  sites: SiteNumbers,
  filter: AlarmFilter,
  { limit, cursor }: AlarmPage,
): Promise<AlarmListing> {
  const given = valuesOf(filter, sites);
  const after = readCursor(cursor);
  const [rows, [counted]] = await Promise.all([
    database.query(LIST, [...given, after.priority, after.urgency, after.raisedAt, after.id, limit + 1]),
    database.query(`select count(*)::int as n from alarm where ${WHERE}`, given),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ alarm: row["document"] as Alarm, children: Number(row["children"]) })),
    total: Number(counted?.["n"]),
    nextCursor: last && rows.length > limit ? cursorOf(last) : null,
  };
}

type Cursor = { priority: number | null; urgency: number | null; raisedAt: string | null; id: string | null };
const START: Cursor = { priority: null, urgency: null, raisedAt: null, id: null };

/** A cursor that nobody was given starts from the beginning. */
function readCursor(text: string | null): Cursor {
  const [, priority, urgency, raisedMs, id] = /^([1-4])([1-5])-(\d{1,15})-(.{1,140})$/.exec(text ?? "") ?? [];
  if (id === undefined) return START;
  return {
    priority: Number(priority),
    urgency: Number(urgency),
    raisedAt: new Date(Number(raisedMs)).toISOString(),
    id,
  };
}

function cursorOf(row: Record<string, unknown>): string {
  return `${row["priority"]}${row["urgency"]}-${(row["raised_at"] as Date).getTime()}-${row["id"]}`;
}

/** @returns null when there is none, or the asker may not see it */
export async function readAlarm(
  database: AlarmDatabase,
  sites: SiteNumbers,
  siteIds: readonly string[] | null,
  alarmId: string,
): Promise<ListedAlarm | null> {
  const [row] = await database.query(
    `with recursive below as (
       select id from alarm where suppressed_by = $2::text and is_active
       union
       select c.id from below b join alarm c on c.suppressed_by = b.id and c.is_active)
     select document, (select count(*)::int from below where id <> $2) as children from alarm
     where id = $2 and ($1::int[] is null or site_id = any($1))`,
    [numbersOf(siteIds, sites), alarmId],
  );
  return row ? { alarm: row["document"] as Alarm, children: Number(row["children"]) } : null;
}

const VISIBLE = "state in ('unacknowledged', 'acknowledged', 'returned_unacknowledged', 'latched')";

/** How many there are for a heading, by priority. */
export async function countAlarms(
  database: AlarmDatabase,
  sites: SiteNumbers,
  siteIds: readonly string[] | null,
): Promise<AlarmCounts> {
  const rows = await database.query(
    `select priority, count(*)::int as present, count(*) filter (where urgency <= 2)::int as unacknowledged from alarm
     where ($1::int[] is null or site_id = any($1)) and ${VISIBLE} group by priority`,
    [numbersOf(siteIds, sites)],
  );
  const of = (priority: Priority) => {
    const row = rows.find((one) => one["priority"] === PRIORITY_RANK[priority]);
    return { present: Number(row?.["present"] ?? 0), unacknowledged: Number(row?.["unacknowledged"] ?? 0) };
  };
  return { critical: of("critical"), high: of("high"), medium: of("medium"), low: of("low") };
}

/** How many are in each state, of the whole platform; what is over and seen is left out. */
export async function countByState(database: AlarmDatabase): Promise<StateAlarmCount[]> {
  const rows = await database.query(
    "select priority, state, count(*)::int as count from alarm where state <> 'normal' group by 1, 2 order by 1, 2",
  );
  const ranks = Object.entries(PRIORITY_RANK) as [Priority, number][];
  return rows.flatMap(({ priority: rank, state, count }) => {
    const priority = ranks.find(([, place]) => place === rank)?.[0];
    return priority === undefined ? [] : [{ priority, state: state as AlarmState, count: Number(count) }];
  });
}

/** The same by site, for tiles and tables; sites without any are left out. */
export async function countBySite(
  database: AlarmDatabase,
  sites: SiteNumbers,
  siteIds: readonly string[] | null,
): Promise<SiteAlarmCount[]> {
  const rows = await database.query(
    `select document->>'siteId' as site, min(priority) as worst, count(*)::int as present,
       count(*) filter (where urgency <= 2)::int as unacknowledged
     from alarm where site_id is not null and ($1::int[] is null or site_id = any($1)) and ${VISIBLE} group by 1 order by 1`,
    [numbersOf(siteIds, sites)],
  );
  const priorities = Object.keys(PRIORITY_RANK) as Priority[];
  return rows.map((row) => ({
    siteId: String(row["site"]),
    worst: priorities[Number(row["worst"]) - 1] ?? "low",
    present: Number(row["present"]),
    unacknowledged: Number(row["unacknowledged"]),
  }));
}

/** The same by rule; rules without any are left out. */
export async function countByRule(
  database: AlarmDatabase,
  sites: SiteNumbers,
  siteIds: readonly string[] | null,
): Promise<RuleAlarmCount[]> {
  const rows = await database.query(
    `select rule_id, count(*)::int as active from alarm
     where is_active and ($1::int[] is null or site_id = any($1)) group by rule_id order by rule_id`,
    [numbersOf(siteIds, sites)],
  );
  return rows.map((row) => ({ ruleId: String(row["rule_id"]), active: Number(row["active"]) }));
}

/** A number that every change of an alarm makes another one, whichever process has made it. */
export async function countChanges(database: AlarmDatabase): Promise<number> {
  const [row] = await database.query("select coalesce(sum(revision), 0) as n from alarm");
  return Number(row?.["n"]);
}

/** The history, newest first. */
export async function listTransitions(
  database: AlarmDatabase,
  sites: SiteNumbers,
  filter: TransitionFilter,
  { limit, cursor }: AlarmPage,
): Promise<{ readonly items: readonly AlarmTransition[]; readonly nextCursor: string | null }> {
  const [, ms, revision, id] = /^(\d{1,15})-(\d{1,9})-(.{1,140})$/.exec(cursor ?? "") ?? [];
  const iso = (value: number | null | undefined) => (value == null ? null : new Date(value).toISOString());
  const rows = await database.query(
    `select alarm_id, revision, at, document from alarm_transition
     where ($1::int[] is null or site_id = any($1)) and ($2::text is null or alarm_id = $2)
       and ($3::text[] is null or rule_id = any($3)) and ($4::timestamptz is null or at >= $4)
       and ($5::timestamptz is null or at < $5)
       and ($6::timestamptz is null or at < $6 or at = $6 and (alarm_id, -revision) > ($7::text, -$8::int))
       and ($10::text[] is null or kind = any($10))
     order by at desc, alarm_id, revision desc limit $9::int`,
    [
      numbersOf(filter.siteIds, sites),
      filter.alarmId ?? null,
      filter.ruleIds ?? null,
      iso(filter.fromMs),
      iso(filter.toMs),
      iso(ms === undefined ? null : Number(ms)),
      id ?? null,
      revision === undefined ? null : Number(revision),
      limit + 1,
      filter.kinds ?? null,
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = last && `${(last["at"] as Date).getTime()}-${last["revision"]}-${last["alarm_id"]}`;
  return {
    items: page.map((row) => row["document"] as AlarmTransition),
    nextCursor: next !== undefined && rows.length > limit ? next : null,
  };
}
