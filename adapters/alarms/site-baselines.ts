import type { BaselineFinding, SiteBaseline } from "../../domain/alarms/baseline.ts";
import type { BaselineName, SiteFacts } from "../../domain/alarms/site-facts.ts";
import type { AlarmDatabase, SiteNumbers } from "./alarm-database.ts";
import { measureBaselines } from "./measure-baselines.ts";
import type { AlarmPage } from "./read-alarms.ts";
import type { HistoryDatabase } from "./read-history-slots.ts";

/** What is set at once for one site. Times: milliseconds since the Unix epoch. */
export type NewBaselines = {
  readonly siteId: string;
  readonly values: readonly (Pick<BaselineFinding, "quantity"> & {
    readonly value: number;
    readonly samples?: number | null;
    readonly spread?: number | null;
  })[];
  /** Null = entered by hand. */
  readonly stretch: { readonly fromMs: number; readonly toMs: number } | null;
  readonly note: string;
  readonly by: string;
  readonly nowMs: number;
};

type BaselineFilter = {
  readonly quantity?: BaselineName | null;
  /** Also those that are voided, or that a newer one has replaced. */
  readonly withPast: boolean;
};

/** What was measured at commissioning, by site. Each call rejects while the database is away. */
export interface SiteBaselines {
  /** All of them or none; none for a site that the database does not have. */
  add(baselines: NewBaselines): Promise<SiteBaseline[]>;
  /** The newest first. */
  list(
    siteId: string,
    filter: BaselineFilter,
    page: AlarmPage,
  ): Promise<{ items: SiteBaseline[]; nextCursor: string | null; total: number }>;
  /** One that is voided already stays as it is. @returns null when the site has no such baseline */
  void(siteId: string, id: number, by: string, nowMs: number): Promise<SiteBaseline | null>;
  /** What history says; nothing is kept. */
  measure(
    facts: Pick<SiteFacts, "siteId" | "intervalS" | "ratedPowerKw">,
    quantities: readonly BaselineName[],
    stretch: { readonly fromMs: number; readonly toMs: number },
  ): Promise<BaselineFinding[]>;
}

const IN_FORCE = `b.voided_at is null and not exists (
    select from site_baseline n
    where n.site_id = b.site_id and n.quantity = b.quantity and n.voided_at is null and n.id > b.id)`;
const COLUMNS = `b.id, s.code, b.quantity, b.value, b.taken_from, b.taken_to, b.samples, b.spread, b.note, b.set_by,
  b.set_at, b.voided_at, b.voided_by, (${IN_FORCE}) as is_in_force`;
const WHERE = `b.site_id = $1::int and ($2::text is null or b.quantity = $2) and ($3::boolean or ${IN_FORCE})`;
const LIST = `
  select ${COLUMNS} from site_baseline b join site s on s.id = b.site_id
  where ${WHERE} and ($4::bigint is null or b.id < $4) order by b.id desc limit $5::int`;
const COUNT = `select count(*)::int as n from site_baseline b where ${WHERE}`;
const ADD = `
  insert into site_baseline (site_id, quantity, value, samples, spread, taken_from, taken_to, note, set_by, set_at)
  select $1::int, g.quantity, g.value, g.samples, g.spread, $3::timestamptz, $4::timestamptz, $5, $6, $7::timestamptz
  from jsonb_to_recordset($2::text::jsonb) as g (quantity text, value float8, samples int, spread float8)
  where exists (select from site where id = $1::int) returning id`;
const VOID = `
  update site_baseline set voided_at = coalesce(voided_at, $4::timestamptz), voided_by = coalesce(voided_by, $3)
  where site_id = $1::int and id = $2::bigint returning id`;
const SOME = `
  select ${COLUMNS} from site_baseline b join site s on s.id = b.site_id where b.id = any($1::bigint[]) order by b.id`;

export function createSiteBaselines(options: {
  readonly database: AlarmDatabase & HistoryDatabase;
  readonly sites: SiteNumbers;
}): SiteBaselines {
  const { database, sites } = options;
  const numberOf = (siteId: string): number => sites.numberOf(siteId) ?? -1;
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  const some = async (ids: readonly number[]) => (await database.query(SOME, [ids])).map(baselineOf);

  return {
    async add({ siteId, values, stretch, note, by, nowMs }) {
      const given = values.map(({ quantity, value, samples, spread }) => ({ quantity, value, samples, spread }));
      const period = [iso(stretch?.fromMs), iso(stretch?.toMs)];
      const rows = await database.query(ADD, [
        numberOf(siteId),
        JSON.stringify(given),
        ...period,
        note,
        by,
        iso(nowMs),
      ]);
      return some(rows.map((row) => Number(row["id"])));
    },

    async list(siteId, { quantity = null, withPast }, { limit, cursor }) {
      const filter = [numberOf(siteId), quantity, withPast];
      const [rows, [counted]] = await Promise.all([
        database.query(LIST, [...filter, cursor, limit + 1]),
        database.query(COUNT, filter),
      ]);
      const items = rows.slice(0, limit).map(baselineOf);
      const last = items.at(-1);
      return {
        items,
        nextCursor: last && rows.length > limit ? String(last.id) : null,
        total: Number(counted?.["n"]),
      };
    },

    async void(siteId, id, by, nowMs) {
      const [row] = await database.query(VOID, [numberOf(siteId), id, by, iso(nowMs)]);
      if (row === undefined) return null;
      const [voided = null] = await some([Number(row["id"])]);
      return voided;
    },

    measure: (facts, quantities, stretch) => measureBaselines(database, facts, quantities, stretch),
  };
}

function baselineOf(row: Record<string, unknown>): SiteBaseline {
  const time = (name: string) => (row[name] === null ? null : (row[name] as Date).toISOString());
  const number = (name: string) => (row[name] === null ? null : Number(row[name]));
  return {
    id: Number(row["id"]),
    siteId: String(row["code"]),
    quantity: row["quantity"] as BaselineName,
    value: Number(row["value"]),
    from: time("taken_from"),
    to: time("taken_to"),
    samples: number("samples"),
    spread: number("spread"),
    note: String(row["note"]),
    setBy: String(row["set_by"]),
    setAt: (row["set_at"] as Date).toISOString(),
    voidedAt: time("voided_at"),
    voidedBy: row["voided_by"] === null ? null : String(row["voided_by"]),
    isInForce: row["is_in_force"] === true,
  };
}
