import { Role } from "../../domain/access/session-user.ts";

/** The part of the database that accounts and sessions need. Rows as objects, `timestamptz` as Date. */
export interface AccountDatabase {
  query<T extends Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    options?: { timeoutMs?: number },
  ): Promise<T[]>;
}

export type Account = {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly passwordHash: string;
};

/** One session as the database says now. `isAlive`: not revoked, not run out, and its account is not disabled. */
export type SessionRecord = {
  readonly sessionId: string;
  readonly username: string;
  readonly role: Role;
  readonly isAlive: boolean;
  /** When the browser last renewed its access token, milliseconds since the Unix epoch. */
  readonly renewedAtMs: number;
};

/** No session lives longer than this, however often it is renewed (ASVS 7.3.2). */
const LONGEST_DAYS = 30;
const LOGIN_TIMEOUT_MS = 3_000;
const CHECK_TIMEOUT_MS = 900;
const FIELDS = `s.id::text as session_id, u.username, u.role, s.last_seen_at,
  (s.revoked_at is null and s.expires_at > $2::timestamptz and not u.disabled) as is_alive`;

/** @returns null for an unknown or disabled account */
export async function findAccount(database: AccountDatabase, username: string): Promise<Account | null> {
  const text = `select id, username, role, password_hash from user_account where username = $1 and not disabled`;
  const [row] = await database.query(text, [username], { timeoutMs: LOGIN_TIMEOUT_MS });
  if (!row) return null;
  const { id, role, password_hash: passwordHash } = row;
  return {
    id: Number(id),
    username: String(row["username"]),
    role: Role.parse(role),
    passwordHash: String(passwordHash),
  };
}

/** Opens a session, and clears away what ended more than a week ago. @param refreshHash SHA-256 of the refresh token */
export async function insertSession(
  database: AccountDatabase,
  session: { sessionId: string; userId: number; refreshHash: Uint8Array; nowMs: number; idleS: number },
): Promise<void> {
  const { sessionId, userId, refreshHash, nowMs, idleS } = session;
  const text = `
    with swept as (delete from session where expires_at < $4::timestamptz - interval '7 days')
    insert into session (id, user_id, refresh_hash, created_at, last_seen_at, expires_at)
    values ($1::uuid, $2::int, $3::bytea, $4::timestamptz, $4::timestamptz, $5::timestamptz)`;
  const values = [sessionId, userId, refreshHash, isoAt(nowMs), isoAt(nowMs + idleS * 1000)];
  await database.query(text, values, { timeoutMs: LOGIN_TIMEOUT_MS });
}

/**
 * Renews the session that a refresh token belongs to: it may be idle for `idleS` again.
 *
 * @returns null when there is none, or it has ended
 */
export async function renewSession(
  database: AccountDatabase,
  refreshHash: Uint8Array,
  nowMs: number,
  idleS: number,
): Promise<SessionRecord | null> {
  const text = `
    update session s set last_seen_at = $2::timestamptz,
      expires_at = least($3::timestamptz, s.created_at + interval '${LONGEST_DAYS} days')
    from user_account u
    where s.refresh_hash = $1::bytea and u.id = s.user_id and not u.disabled
      and s.revoked_at is null and s.expires_at > $2::timestamptz
    returning ${FIELDS}`;
  const values = [refreshHash, isoAt(nowMs), isoAt(nowMs + idleS * 1000)];
  const [row] = await database.query(text, values, { timeoutMs: LOGIN_TIMEOUT_MS });
  return row ? recordFrom(row) : null;
}

/** Ends sessions by id or by refresh token. @returns the ids of those that were alive */
export async function revokeSession(
  database: AccountDatabase,
  which: { sessionId: string | null; refreshHash: Uint8Array | null },
  nowMs: number,
): Promise<string[]> {
  const text = `
    update session set revoked_at = $3::timestamptz
    where (id = $1::uuid or refresh_hash = $2::bytea) and revoked_at is null
    returning id::text as session_id`;
  const values = [which.sessionId, which.refreshHash, isoAt(nowMs)];
  const rows = await database.query(text, values, { timeoutMs: LOGIN_TIMEOUT_MS });
  return rows.map((row) => String(row["session_id"]));
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
  const rows = await database.query(text, [sessionIds.join(","), isoAt(nowMs)], { timeoutMs: CHECK_TIMEOUT_MS });
  return rows.map(recordFrom);
}

function recordFrom(row: Record<string, unknown>): SessionRecord {
  const seenAt = row["last_seen_at"];
  return {
    sessionId: String(row["session_id"]),
    username: String(row["username"]),
    role: Role.parse(row["role"]),
    isAlive: row["is_alive"] === true,
    renewedAtMs: seenAt instanceof Date ? seenAt.getTime() : Date.parse(String(seenAt)),
  };
}

function isoAt(ms: number): string {
  return new Date(ms).toISOString();
}
