import { Role } from "../../domain/access/session-user.ts";
import type { SiteScope } from "../../domain/access/site-scope.ts";
import { isoOf } from "../../domain/iso-of.ts";
import { scopeFrom } from "./read-scope.ts";

/** The part of the database that accounts and sessions need. Rows as objects, `timestamptz` as Date. */
export interface AccountDatabase {
  query<T extends Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    options?: { timeoutMs?: number },
  ): Promise<T[]>;
}

/** The person behind a session, as the database says now. */
export type SessionPerson = {
  readonly username: string;
  readonly role: Role;
  readonly scope: SiteScope | null;
  readonly mustChangePassword: boolean;
  readonly hasTotp: boolean;
  readonly isExternal: boolean;
};

/** One session as the database says now. `isAlive`: not revoked, not run out, and its account is not disabled. */
export type SessionRecord = SessionPerson & {
  readonly sessionId: string;
  readonly isAlive: boolean;
  /** When the browser last renewed its access token, milliseconds since the Unix epoch. */
  readonly renewedAtMs: number;
  /** SHA-256 of the newest refresh token and of the one before, in hex. */
  readonly refreshHash: string;
  readonly previousHash: string | null;
  /** When the one before was first used, milliseconds since the Unix epoch. */
  readonly rotatedAtMs: number | null;
  /** When its person last proved who they are, milliseconds since the Unix epoch; null = not known. */
  readonly provenAtMs: number | null;
};

/** Why a session was ended before its time. */
export type EndReason = "signed-out" | "replaced" | "ended" | "reuse" | "password-changed" | "disabled" | "unaudited";

/** No session lives longer than this, however often it is renewed (ASVS 7.3.2). */
const LONGEST_DAYS = 30;
const LOGIN_TIMEOUT_MS = 3_000;
const CHECK_TIMEOUT_MS = 900;
const USER_AGENT_LENGTH = 200;
const FIELDS = `s.id::text as session_id, u.username, u.role, u.scope, u.must_change, u.is_external, s.last_seen_at,
  (u.totp_secret is not null and u.totp_confirmed_at is not null) as has_totp,
  encode(s.refresh_hash, 'hex') as refresh_hash, encode(s.previous_hash, 'hex') as previous_hash, s.rotated_at, s.proven_at,
  (s.revoked_at is null and s.expires_at > $2::timestamptz and not u.disabled) as is_alive`;

export type NewSession = {
  readonly sessionId: string;
  readonly userId: number;
  /** SHA-256 of the refresh token. */
  readonly refreshHash: Uint8Array;
  readonly nowMs: number;
  readonly idleS: number;
  readonly address: string;
  readonly userAgent: string;
  readonly provenAtMs: number | null;
  /** Sessions that the same browser had. */
  readonly replaces: readonly string[];
};

/**
 * Opens a session, ends those that it takes the place of, notes the sign-in with its account, and clears away what ended
 * more than a week ago.
 */
export async function insertSession(database: AccountDatabase, session: NewSession): Promise<void> {
  const { sessionId, userId, refreshHash, nowMs, idleS, address, userAgent, provenAtMs, replaces } = session;
  const text = `
    with swept as (delete from session where expires_at < $4::timestamptz - interval '7 days'),
      seen as (update user_account set last_sign_in_at = $4::timestamptz where id = $2::int),
      replaced as (update session set revoked_at = $4::timestamptz, ended_reason = 'replaced'
        where id = any(string_to_array($9, ',')::uuid[]) and revoked_at is null and expires_at > $4::timestamptz)
    insert into session (id, user_id, refresh_hash, created_at, last_seen_at, expires_at, address, user_agent, proven_at)
    values ($1::uuid, $2::int, $3::bytea, $4::timestamptz, $4::timestamptz, $5::timestamptz, $6, $7, $8::timestamptz)`;
  const ends = isoOf(nowMs + idleS * 1000);
  const values = [sessionId, userId, refreshHash, isoOf(nowMs), ends, address, printable(userAgent)];
  const more = [provenAtMs === null ? null : isoOf(provenAtMs), replaces.join(",")];
  await database.query(text, [...values, ...more], { timeoutMs: LOGIN_TIMEOUT_MS });
}

/** Notes that the person of a session has just proved who they are. */
export async function proveSession(database: AccountDatabase, sessionId: string, nowMs: number): Promise<void> {
  const text = "update session set proven_at = $2::timestamptz where id = $1::uuid";
  await database.query(text, [sessionId, isoOf(nowMs)], { timeoutMs: LOGIN_TIMEOUT_MS });
}

export type Rotation = {
  readonly sessionId: string;
  /** SHA-256 of the token that was shown, and of its successor. */
  readonly hash: Uint8Array;
  readonly nextHash: Uint8Array;
  readonly nowMs: number;
  readonly idleS: number;
  /** A token that was first used at this time or later still gives its successor, milliseconds since the Unix epoch. */
  readonly graceFromMs: number;
};

/**
 * One use of a refresh token, decided and written by one statement, which the row's lock puts in line with others:
 *
 * - the newest token is replaced by its successor, and the session may be idle for `idleS` again
 * - the token before it, first used not long ago, changes nothing: its successor is the newest token
 * - any other token of ours was used before, by somebody: the session ends
 *
 * @returns the session after it; not alive when it has just ended. Null when there is none, or it had ended already
 */
export async function rotateSession(database: AccountDatabase, rotation: Rotation): Promise<SessionRecord | null> {
  const { sessionId, hash, nextHash, nowMs, idleS, graceFromMs } = rotation;
  const isNewest = "s.refresh_hash = $3::bytea";
  const isAgain = "coalesce(s.previous_hash = $3::bytea and s.rotated_at >= $6::timestamptz, false)";
  const text = `
    update session s set
      refresh_hash = case when ${isNewest} then $4::bytea else s.refresh_hash end,
      previous_hash = case when ${isNewest} then s.refresh_hash else s.previous_hash end,
      rotated_at = case when ${isNewest} then $2::timestamptz else s.rotated_at end,
      last_seen_at = $2::timestamptz,
      expires_at = least($5::timestamptz, s.created_at + interval '${LONGEST_DAYS} days'),
      revoked_at = case when ${isNewest} or ${isAgain} then null else $2::timestamptz end,
      ended_reason = case when ${isNewest} or ${isAgain} then null else 'reuse' end
    from user_account u
    where s.id = $1::uuid and u.id = s.user_id and not u.disabled
      and s.revoked_at is null and s.expires_at > $2::timestamptz
      and s.created_at > $2::timestamptz - interval '${LONGEST_DAYS} days'
    returning ${FIELDS}`;
  const values = [sessionId, isoOf(nowMs), hash, nextHash, isoOf(nowMs + idleS * 1000), isoOf(graceFromMs)];
  const [row] = await database.query(text, values, { timeoutMs: LOGIN_TIMEOUT_MS });
  return row ? recordFrom(row) : null;
}

/** Which sessions: one by its id, or all of a person, perhaps but one. */
export type WhichSessions =
  | { readonly sessionId: string }
  | { readonly username: string; readonly except: string | null };

/** @returns those that were alive */
export async function revokeSessions(
  database: AccountDatabase,
  which: WhichSessions,
  reason: EndReason,
  nowMs: number,
): Promise<{ sessionId: string; username: string }[]> {
  const isOne = "sessionId" in which;
  const text = `
    update session s set revoked_at = $1::timestamptz, ended_reason = $2
    from user_account u
    where u.id = s.user_id and s.revoked_at is null and s.expires_at > $1::timestamptz
      and ${isOne ? "s.id = $3::uuid" : "u.username = $3 and s.id is distinct from $4::uuid"}
    returning s.id::text as session_id, u.username`;
  const chosen = isOne ? [which.sessionId] : [which.username, which.except];
  const values = [isoOf(nowMs), reason, ...chosen];
  const rows = await database.query(text, values, { timeoutMs: LOGIN_TIMEOUT_MS });
  return rows.map((row) => ({ sessionId: String(row["session_id"]), username: String(row["username"]) }));
}

/** The sessions of these ids as they are now; those that no longer exist are left out. */
export async function readSessions(
  database: AccountDatabase,
  sessionIds: readonly string[],
  nowMs: number,
): Promise<SessionRecord[]> {
  const text = `
    select ${FIELDS} from session s join user_account u on u.id = s.user_id
    where s.id = any(string_to_array($1, ',')::uuid[])`;
  const rows = await database.query(text, [sessionIds.join(","), isoOf(nowMs)], { timeoutMs: CHECK_TIMEOUT_MS });
  return rows.map(recordFrom);
}

function recordFrom(row: Record<string, unknown>): SessionRecord {
  const previous = row["previous_hash"];
  return {
    sessionId: String(row["session_id"]),
    username: String(row["username"]),
    role: Role.parse(row["role"]),
    scope: scopeFrom(row["scope"]),
    mustChangePassword: row["must_change"] === true,
    hasTotp: row["has_totp"] === true,
    isExternal: row["is_external"] === true,
    isAlive: row["is_alive"] === true,
    renewedAtMs: msFrom(row["last_seen_at"]) ?? 0,
    refreshHash: String(row["refresh_hash"]),
    previousHash: typeof previous === "string" ? previous : null,
    rotatedAtMs: msFrom(row["rotated_at"]),
    provenAtMs: msFrom(row["proven_at"]),
  };
}

/** What a browser says of itself, short and on one line. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, USER_AGENT_LENGTH);
}

function msFrom(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  return value instanceof Date ? value.getTime() : Date.parse(String(value));
}
