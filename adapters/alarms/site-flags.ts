import { randomUUID } from "node:crypto";
import type { FlagKind, SiteFlag } from "../../domain/alarms/site-flag.ts";
import type { AlarmDatabase, SiteNumbers } from "./alarm-database.ts";
import type { AlarmPage } from "./read-alarms.ts";

/** What is set for some sites at once. Times: milliseconds since the Unix epoch. */
export type NewFlags = {
  readonly kind: FlagKind;
  readonly siteIds: readonly string[];
  readonly beginsAtMs: number;
  readonly endsAtMs: number;
  readonly reason: string;
  readonly by: string;
  readonly nowMs: number;
};

export type FlagFilter = {
  /** Null = all. */
  readonly siteIds: readonly string[] | null;
  readonly kind?: FlagKind | null;
  /** Only those that hold now or are to come. */
  readonly openAtMs?: number | null;
};

/** Sites under maintenance or curtailed. Each call rejects with a `SqlError` while the database is away. */
export interface SiteFlags {
  /** All of them or none. Sites that the database does not have are left out. */
  set(flags: NewFlags): Promise<SiteFlag[]>;
  /** The newest first. */
  list(filter: FlagFilter, page: AlarmPage): Promise<{ items: SiteFlag[]; nextCursor: string | null; total: number }>;
  /** @returns null when there is none, or it is of a site that is not among these */
  get(id: string, siteIds: readonly string[] | null): Promise<SiteFlag | null>;
  /** @returns null when it is over already */
  end(id: string, by: string, nowMs: number): Promise<SiteFlag | null>;
}

const COLUMNS = "f.id, f.kind, s.code, f.begins_at, f.ends_at, f.reason, f.set_by, f.set_at, f.ended_at, f.ended_by";
const WHERE = `($1::int[] is null or f.site_id = any($1)) and ($2::text is null or f.kind = $2)
  and ($3::timestamptz is null or f.ended_at is null and f.ends_at > $3)`;
const LIST = `
  select ${COLUMNS} from site_flag f join site s on s.id = f.site_id
  where ${WHERE} and ($4::timestamptz is null or f.begins_at < $4 or f.begins_at = $4 and f.id > $5::uuid)
  order by f.begins_at desc, f.id limit $6::int`;
const SET = `
  with f as (
    insert into site_flag (id, kind, site_id, begins_at, ends_at, reason, set_by, set_at)
    select g.id, $2, g.site_id, $3::timestamptz, $4::timestamptz, $5, $6, $7::timestamptz
    from jsonb_to_recordset($1::text::jsonb) as g (id uuid, site_id int) returning *)
  select ${COLUMNS} from f join site s on s.id = f.site_id order by s.code`;
const END = `
  with f as (
    update site_flag set ended_at = $3::timestamptz, ended_by = $2
    where id = $1::uuid and ended_at is null and ends_at > $3::timestamptz returning *)
  select ${COLUMNS} from f join site s on s.id = f.site_id`;

export function createSiteFlags(options: { readonly database: AlarmDatabase; readonly sites: SiteNumbers }): SiteFlags {
  const { database, sites } = options;
  const iso = (ms: number) => new Date(ms).toISOString();
  const numbersOf = (siteIds: readonly string[] | null) => siteIds?.flatMap((id) => sites.numberOf(id) ?? []) ?? null;

  return {
    async set({ kind, siteIds, beginsAtMs, endsAtMs, reason, by, nowMs }) {
      const given = numbersOf(siteIds)?.map((site_id) => ({ id: randomUUID(), site_id })) ?? [];
      const values = [JSON.stringify(given), kind, iso(beginsAtMs), iso(endsAtMs), reason, by, iso(nowMs)];
      return (await database.query(SET, values)).map(flagOf);
    },

    async list({ siteIds, kind = null, openAtMs = null }, { limit, cursor }) {
      const filter = [numbersOf(siteIds), kind, openAtMs === null ? null : iso(openAtMs)];
      const [, ms, id] = /^(\d{1,15})-([0-9a-f-]{36})$/.exec(cursor ?? "") ?? [];
      const after = [ms === undefined ? null : iso(Number(ms)), id ?? null];
      const [rows, [counted]] = await Promise.all([
        database.query(LIST, [...filter, ...after, limit + 1]),
        database.query(`select count(*)::int as n from site_flag f where ${WHERE}`, filter),
      ]);
      const items = rows.slice(0, limit).map(flagOf);
      const last = items.at(-1);
      const nextCursor = last && rows.length > limit ? `${Date.parse(last.beginsAt)}-${last.id}` : null;
      return { items, nextCursor, total: Number(counted?.["n"]) };
    },

    async get(id, siteIds) {
      const [row] = await database.query(
        `select ${COLUMNS} from site_flag f join site s on s.id = f.site_id
         where f.id = $1::uuid and ($2::int[] is null or f.site_id = any($2))`,
        [id, numbersOf(siteIds)],
      );
      return row ? flagOf(row) : null;
    },

    async end(id, by, nowMs) {
      const [row] = await database.query(END, [id, by, iso(nowMs)]);
      return row ? flagOf(row) : null;
    },
  };
}

function flagOf(row: Record<string, unknown>): SiteFlag {
  const time = (name: string) => (row[name] as Date).toISOString();
  return {
    id: String(row["id"]),
    kind: row["kind"] as FlagKind,
    siteId: String(row["code"]),
    beginsAt: time("begins_at"),
    endsAt: time("ends_at"),
    reason: String(row["reason"]),
    setBy: String(row["set_by"]),
    setAt: time("set_at"),
    endedAt: row["ended_at"] === null ? null : time("ended_at"),
    endedBy: row["ended_by"] === null ? null : String(row["ended_by"]),
  };
}
