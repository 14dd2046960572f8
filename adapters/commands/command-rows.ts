import type { Command, CommandArgs, CommandEvent, CommandState } from "../../domain/commands/command.ts";

/** The part of the database that commands need. Rows as objects, `int8` as text, `jsonb` parsed, `timestamptz` as Date. */
export interface CommandDatabase {
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** What a change is based on: findings, an answer, what was read back. May come from a controller: nothing is trusted. */
export type Evidence = Readonly<Record<string, unknown>>;

/** Made by the platform itself. */
export const SYSTEM = "system";

/** Of a command `c` and its site `s`, without what its last change was based on. */
export const FACTS = `c.id::text as id, s.code as site_id, c.kind, c.args, c.state, c.state_reason, c.requested_by, c.reason,
  c.approved_by, to_jsonb(c.overrides) as overrides, c.created_at, c.expires_at, c.sent_at, c.verify_by, c.ended_at,
  c.effect_after_s, c.seq::text as seq`;
export const COLUMNS = `${FACTS}, c.evidence`;

/** The whole answer of a statement whose part `moved` holds the changed rows of `command`. */
export const SELECT_MOVED = `select ${COLUMNS} from moved c join site s on s.id = c.site_id order by c.seq`;

/** Writes the event of each row of `moved`, in the same statement. @param by an SQL expression */
export function told(by: string): string {
  return `told as (
    insert into command_event (command_id, state, made_by, reason, evidence)
    select id, state, ${by}, state_reason, evidence from moved order by seq)`;
}

/** A longer one is shortened: no controller fills the database, or makes the note of its answer fail. */
const MOST_EVIDENCE_CHARS = 32_000;
const KEPT_CHARS = 2_000;

/** Escapes in JSON text; NUL, and half of a surrogate pair, which JavaScript writes as escapes, have more than one character. */
const ESCAPE = /\\(u0000|ud[89a-f][\da-f]{2}|.)/g;

/** Evidence as text for `jsonb`, which refuses NUL and halves of surrogate pairs. */
export function evidenceText(evidence: Evidence | null): string | null {
  if (evidence === null) return null;
  const text = JSON.stringify(evidence).replace(ESCAPE, (whole, escaped: string) =>
    escaped.length > 1 ? "\\ufffd" : whole,
  );
  if (text.length <= MOST_EVIDENCE_CHARS) return text;
  return JSON.stringify({ shortened: true, chars: text.length, beginning: text.slice(0, KEPT_CHARS).toWellFormed() });
}

export function commandFrom(row: Record<string, unknown>): Command {
  return {
    id: String(row["id"]),
    siteId: String(row["site_id"]),
    kind: String(row["kind"]),
    args: row["args"] as CommandArgs,
    state: row["state"] as CommandState,
    stateReason: textOf(row["state_reason"]),
    requestedBy: String(row["requested_by"]),
    reason: textOf(row["reason"]),
    approvedBy: textOf(row["approved_by"]),
    overrides: row["overrides"] as string[],
    createdAt: timeOf(row["created_at"]) ?? "",
    expiresAt: timeOf(row["expires_at"]) ?? "",
    sentAt: timeOf(row["sent_at"]),
    verifyBy: timeOf(row["verify_by"]),
    endedAt: timeOf(row["ended_at"]),
    effectAfterS: row["effect_after_s"] === null ? null : Number(row["effect_after_s"]),
    evidence: row["evidence"] as Record<string, unknown> | null,
  };
}

export function eventFrom(row: Record<string, unknown>): CommandEvent {
  return {
    at: timeOf(row["at"]) ?? "",
    state: row["state"] as CommandState,
    by: String(row["made_by"]),
    reason: textOf(row["reason"]),
    evidence: row["evidence"] as Record<string, unknown> | null,
  };
}

export type Page = { readonly limit: number; readonly cursor: string | null };

/**
 * A page of a list, the newest first, and how long the whole list is. A cursor that nobody was given starts from the beginning.
 *
 * @param list takes the filter, the `seq` to go on after and how many rows; its rows have their `seq` as text
 * @param count takes the filter and gives `n`
 */
export async function readPage<Item>(
  database: CommandDatabase,
  { list, count, filter }: { readonly list: string; readonly count: string; readonly filter: readonly unknown[] },
  { limit, cursor }: Page,
  itemFrom: (row: Record<string, unknown>) => Item,
): Promise<{ readonly items: readonly Item[]; readonly total: number; readonly nextCursor: string | null }> {
  const after = cursor !== null && /^\d{1,18}$/.test(cursor) ? cursor : null;
  const [rows, [counted]] = await Promise.all([
    database.query(list, [...filter, after, limit + 1]),
    database.query(count, filter),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = last && rows.length > limit ? String(last["seq"]) : null;
  return { items: page.map(itemFrom), total: Number(counted?.["n"]), nextCursor };
}

export function timeOf(value: unknown): string | null {
  return value instanceof Date ? value.toISOString() : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
