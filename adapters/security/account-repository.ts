import { REMEMBERED_PASSWORDS } from "../../domain/access/password-policy.ts";
import type { Person } from "../../domain/access/person.ts";
import { Role } from "../../domain/access/session-user.ts";
import type { SiteScope } from "../../domain/access/site-scope.ts";
import { isoOf } from "../../domain/iso-of.ts";
import { scopeFrom } from "./read-scope.ts";
import type { AccountDatabase, EndReason } from "./session-store.ts";

/** A stored account. Whether somebody is on line, the processes know. */
export type Account = Omit<Person, "isOnline"> & { readonly id: number };

/** What the own account needs: its secrets as they are stored. */
export type OwnRecord = {
  readonly id: number;
  readonly username: string;
  readonly isExternal: boolean;
  readonly hasTotp: boolean;
  /** PHC form. */
  readonly passwordHash: string;
  /** Newest first; without the present one. */
  readonly previousHashes: readonly string[];
};

const TIMEOUT_MS = 3_000;
/** Beside the present one. */
const FORMER_HASHES = REMEMBERED_PASSWORDS - 1;
const PUSHED = `(array_prepend(u.password_hash, u.previous_hashes))[1:${FORMER_HASHES}]`;
const FIELDS = `u.id, u.username, u.role, u.scope, u.disabled, u.is_external, u.must_change, u.locked_until,
  u.last_sign_in_at, u.created_at, (u.totp_secret is not null and u.totp_confirmed_at is not null) as has_totp`;

export type AccountPage = {
  /** Part of the name, in any case; empty = everybody. */
  readonly search: string;
  /** Names behind this one; null = from the start. */
  readonly after: string | null;
  readonly limit: number;
};

/** In order of the names, byte by byte. `total`: all that are found, whatever the page. */
export async function listAccounts(
  database: AccountDatabase,
  { search, after, limit }: AccountPage,
  nowMs: number,
): Promise<{ items: Account[]; total: number }> {
  const found = "strpos(lower(u.username), lower($1::text)) > 0";
  const text = `
    select ${FIELDS}, (select count(*)::int from user_account u where ${found}) as total from user_account u
    where ${found} and ($2::text is null or u.username collate "C" > $2::text collate "C")
    order by u.username collate "C" limit $3::int`;
  const rows = await database.query(text, [search, after, limit], { timeoutMs: TIMEOUT_MS });
  if (rows.length > 0) return { items: rows.map((row) => accountFrom(row, nowMs)), total: Number(rows[0]?.["total"]) };
  const counted = `select count(*)::int as total from user_account u where ${found}`;
  const [none] = await database.query(counted, [search], { timeoutMs: TIMEOUT_MS });
  return { items: [], total: Number(none?.["total"] ?? 0) };
}

/** @returns null when there is no such account */
export async function readAccount(database: AccountDatabase, username: string, nowMs: number): Promise<Account | null> {
  const text = `select ${FIELDS} from user_account u where u.username = $1`;
  const [row] = await database.query(text, [username], { timeoutMs: TIMEOUT_MS });
  return row ? accountFrom(row, nowMs) : null;
}

/** @returns null when there is no such account */
export async function readOwnAccount(database: AccountDatabase, username: string): Promise<OwnRecord | null> {
  const text = `
    select id, username, is_external, password_hash, previous_hashes,
      (totp_secret is not null and totp_confirmed_at is not null) as has_totp
    from user_account where username = $1`;
  const [row] = await database.query(text, [username], { timeoutMs: TIMEOUT_MS });
  if (!row) return null;
  const previous = row["previous_hashes"];
  return {
    id: Number(row["id"]),
    username: String(row["username"]),
    isExternal: row["is_external"] === true,
    hasTotp: row["has_totp"] === true,
    passwordHash: String(row["password_hash"]),
    previousHashes: Array.isArray(previous) ? previous.map(String) : [],
  };
}

/** Somebody new, who has to replace the password. @returns null when there is such a name, also in other letters of case */
export async function insertAccount(
  database: AccountDatabase,
  account: { username: string; role: Role; scope: SiteScope | null; passwordHash: string },
  nowMs: number,
): Promise<Account | null> {
  const { username, role, scope, passwordHash } = account;
  const text = `
    insert into user_account as u (username, password_hash, role, scope, must_change, password_changed_at)
    select $1::text, $2::text, $3::text, $4::text::jsonb, true, $5::timestamptz
    where not exists (select from user_account where lower(username) = lower($1::text))
    on conflict (username) do nothing
    returning ${FIELDS}`;
  const values = [username, passwordHash, role, jsonOf(scope), isoOf(nowMs)];
  const [row] = await database.query(text, values, { timeoutMs: TIMEOUT_MS });
  return row ? accountFrom(row, nowMs) : null;
}

/** What an administrator changes; absent, null or false = stays. */
export type AccountChange = {
  readonly role?: Role;
  /** null = the whole fleet. */
  readonly scope?: SiteScope | null;
  readonly isDisabled?: boolean;
  /** Has to be replaced by its owner. */
  readonly passwordHash: string | null;
  readonly removeTotp: boolean;
  readonly unlock: boolean;
};

const isInCharge = (of: string) => `(${of}.role = 'admin' and not ${of}.disabled and ${of}.scope is null)`;

/** True when somebody else is left to see to people: an enabled administrator for the whole fleet. */
export async function hasOtherInCharge(database: AccountDatabase, username: string): Promise<boolean> {
  const text = `select 1 as found from user_account u where ${isInCharge("u")} and u.username <> $1 limit 1`;
  return (await database.query(text, [username], { timeoutMs: TIMEOUT_MS })).length > 0;
}

/**
 * Changes an account, and ends its sessions where they must not go on, in one statement. The administrators that are
 * left are locked while they are counted, so that of two who demote each other one is refused.
 *
 * @returns null when nobody would be left to see to people: an enabled administrator for the whole fleet; or when the
 *   account is gone
 */
export async function updateAccount(
  database: AccountDatabase,
  username: string,
  change: AccountChange,
  nowMs: number,
): Promise<Account | null> {
  const { role, scope, isDisabled, passwordHash, removeTotp, unlock } = change;
  const text = `
    with in_charge as materialized (
      select a.id from user_account a where ${isInCharge("a")} order by a.id for update
    ), changed as (
      update user_account u set
        role = coalesce($2::text, u.role),
        scope = case when $3::boolean then $4::text::jsonb else u.scope end,
        disabled = coalesce($5::boolean, u.disabled),
        password_hash = coalesce($6::text, u.password_hash),
        must_change = u.must_change or $6::text is not null,
        previous_hashes = case when $6::text is null then u.previous_hashes else ${PUSHED} end,
        password_changed_at = case when $6::text is null then u.password_changed_at else $9::timestamptz end,
        totp_secret = case when $7::boolean then null else u.totp_secret end,
        totp_confirmed_at = case when $7::boolean then null else u.totp_confirmed_at end,
        totp_last_step = case when $7::boolean then null else u.totp_last_step end,
        recovery_hashes = case when $7::boolean then '{}' else u.recovery_hashes end,
        failed_attempts = case when $8::boolean then 0 else u.failed_attempts end,
        locked_until = case when $8::boolean then null else u.locked_until end,
        updated_at = $9::timestamptz
      where u.username = $1 and (
        not ${isInCharge("u")}
        or (coalesce($2::text, u.role) = 'admin' and not coalesce($5::boolean, u.disabled)
          and not ($3::boolean and $4::text is not null))
        or exists (select from in_charge other where other.id <> u.id))
      returning ${FIELDS}
    ), ended as (
      update session s set revoked_at = $9::timestamptz, ended_reason = $10::text
      from changed where s.user_id = changed.id and s.revoked_at is null and $10::text is not null
    )
    select * from changed`;
  const endsBy = endReasonOf(change);
  const hasScope = scope !== undefined;
  const values = [username, role ?? null, hasScope, jsonOf(scope ?? null), isDisabled ?? null, passwordHash];
  const [row] = await database.query(text, [...values, removeTotp, unlock, isoOf(nowMs), endsBy], {
    timeoutMs: TIMEOUT_MS,
  });
  return row ? accountFrom(row, nowMs) : null;
}

/** Why the sessions end: whoever holds a lost authenticator, or knew the former password, may have one. Null = they go on. */
function endReasonOf({ isDisabled, passwordHash, removeTotp }: AccountChange): EndReason | null {
  if (isDisabled === true) return "disabled";
  if (passwordHash !== null) return "password-changed";
  return removeTotp ? "ended" : null;
}

/**
 * A person's own new password. Their other sessions end with it.
 *
 * @param from the hash that was checked: when another change came first, nothing is done
 * @returns whether it was changed
 */
export async function replacePassword(
  database: AccountDatabase,
  own: { userId: number; from: string; to: string; keepSessionId: string },
  nowMs: number,
): Promise<boolean> {
  const text = `
    with changed as (
      update user_account u set password_hash = $3, previous_hashes = ${PUSHED}, must_change = false,
        password_changed_at = $5::timestamptz, updated_at = $5::timestamptz
      where u.id = $1::int and u.password_hash = $2
      returning u.id
    ), ended as (
      update session s set revoked_at = $5::timestamptz, ended_reason = 'password-changed'
      from changed where s.user_id = changed.id and s.revoked_at is null and s.id <> $4::uuid
    )
    select id from changed`;
  const values = [own.userId, own.from, own.to, own.keepSessionId, isoOf(nowMs)];
  return (await database.query(text, values, { timeoutMs: TIMEOUT_MS })).length > 0;
}

function accountFrom(row: Record<string, unknown>, nowMs: number): Account {
  const lockedUntil = timeFrom(row["locked_until"]);
  return {
    id: Number(row["id"]),
    username: String(row["username"]),
    role: Role.parse(row["role"]),
    scope: scopeFrom(row["scope"]),
    isDisabled: row["disabled"] === true,
    isExternal: row["is_external"] === true,
    mustChangePassword: row["must_change"] === true,
    hasTotp: row["has_totp"] === true,
    lockedUntil: lockedUntil !== null && Date.parse(lockedUntil) > nowMs ? lockedUntil : null,
    lastSignInAt: timeFrom(row["last_sign_in_at"]),
    createdAt: timeFrom(row["created_at"]) ?? isoOf(0),
  };
}

function timeFrom(value: unknown): string | null {
  return value instanceof Date ? value.toISOString() : null;
}

function jsonOf(scope: SiteScope | null): string | null {
  return scope === null ? null : JSON.stringify(scope);
}
