import type { AuditRow } from "../../domain/access/audit-chain.ts";
import type { AuditFilter } from "../../domain/access/audit-report.ts";
import type { AuditDatabase } from "./audit-database.ts";
import type { TrailState } from "./verify-trail.ts";

const AT = `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const COLUMNS = `seq, ${AT} as at, actor_kind, actor, action, outcome, target, address, detail,
  encode(prev, 'hex') as prev, encode(hash, 'hex') as hash`;
// One statement is one snapshot: an append in between cannot make them differ.
const STATE = `
  select seq, encode(hash, 'hex') as hash, first_seq, encode(first_prev, 'hex') as first_prev, cut_signed_at, cut_signature,
    (select count(*) from audit.entry) as count, (select coalesce(max(seq), 0) from audit.entry) as newest
  from audit.head`;
const PAGE = `select ${COLUMNS} from audit.entry where seq > $1::bigint and seq <= $2::bigint order by seq limit $3::int`;
const MATCHES = `($1::text is null or actor = $1) and ($2::text is null or action = $2 or starts_with(action, $2 || ':'))
  and ($3::text is null or outcome = $3) and ($4::text is null or target = $4)
  and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)`;
const LIST = `select ${COLUMNS} from audit.entry where ${MATCHES} and seq < $7::bigint order by seq desc limit $8::int`;
const COUNT = `select count(*) as count from audit.entry where ${MATCHES}`;
const COUNT_ALL = "select seq - first_seq + 1 as count from audit.head";
const EXPORT = `select ${COLUMNS} from audit.entry where ${MATCHES} and seq > $7::bigint order by seq limit $8::int`;
const EXPORT_PAGE = 1_000;
const SLOW_MS = 30_000;

/** What the head and the table say at one moment. @throws when the database is away */
export async function readTrailState(database: AuditDatabase): Promise<TrailState> {
  const [row = {}] = await database.query(STATE, [], { timeoutMs: SLOW_MS });
  const signedAt = row["cut_signed_at"];
  const signature = row["cut_signature"];
  return {
    head: { seq: Number(row["seq"]), hash: String(row["hash"]) },
    first: { seq: Number(row["first_seq"]), prev: String(row["first_prev"]) },
    cut: typeof signedAt === "string" && typeof signature === "string" ? { signedAt, signature } : null,
    count: Number(row["count"]),
    newest: Number(row["newest"]),
  };
}

/**
 * Rows in the order of the chain.
 *
 * @param after the row before the first
 * @param to the last row
 */
export async function* readChain(
  database: AuditDatabase,
  { after, to, pageRows }: { readonly after: number; readonly to: number; readonly pageRows: number },
): AsyncGenerator<readonly AuditRow[]> {
  for (let last = after; last < to; ) {
    const rows = await database.query(PAGE, [last, to, pageRows], { name: "audit-page", timeoutMs: SLOW_MS });
    if (rows.length === 0) return;
    const page = rows.map(rowFrom);
    yield page;
    last = page.at(-1)?.seq ?? to;
  }
}

/** Newest first, `before` a row's number (null = from the newest), and how many match. */
export async function listEntries(
  database: AuditDatabase,
  filter: AuditFilter,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<{ readonly items: readonly AuditRow[]; readonly total: number }> {
  const values = valuesOf(filter);
  const isAll = values.every((value) => value === null);
  const [rows, [count = {}]] = await Promise.all([
    database.query(LIST, [...values, before ?? Number.MAX_SAFE_INTEGER, limit]),
    isAll ? database.query(COUNT_ALL) : database.query(COUNT, values),
  ]);
  return { items: rows.map(rowFrom), total: Number(count["count"]) };
}

/** All that match, oldest first, page by page. */
export async function* exportEntries(
  database: AuditDatabase,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditRow[]> {
  const values = valuesOf(filter);
  for (let last = 0; ; ) {
    const rows = await database.query(EXPORT, [...values, last, EXPORT_PAGE], { timeoutMs: SLOW_MS });
    const page = rows.map(rowFrom);
    if (page.length > 0) yield page;
    if (page.length < EXPORT_PAGE) return;
    last = page.at(-1)?.seq ?? last;
  }
}

function valuesOf({ actor, action, outcome, target, from, to }: AuditFilter): (string | null)[] {
  return [actor, action, outcome, target, from, to].map((value) => value ?? null);
}

function rowFrom(row: Record<string, unknown>): AuditRow {
  return {
    seq: Number(row["seq"]),
    at: String(row["at"]),
    actorKind: String(row["actor_kind"]),
    actor: String(row["actor"]),
    action: String(row["action"]),
    outcome: String(row["outcome"]),
    target: String(row["target"]),
    address: String(row["address"]),
    detail: String(row["detail"]),
    prev: String(row["prev"]),
    hash: String(row["hash"]),
  };
}
