import type { Permission } from "../../domain/access/permissions.ts";
import { GRANTABLE_PERMISSIONS, type NewServiceToken, type ServiceToken } from "../../domain/access/service-token.ts";
import { AppError } from "../../domain/errors.ts";
import { isoOf } from "../../domain/iso-of.ts";
import { scopeFrom } from "./read-scope.ts";
import type { AccountDatabase } from "./session-store.ts";

/** A token as it is checked: by the SHA-256 of what was shown. */
export type StoredToken = ServiceToken & { readonly tokenHash: string };

const TIMEOUT_MS = 3_000;
const CHECK_TIMEOUT_MS = 900;
const FIELDS = `id::text as id, name, permissions, scope, created_by, created_at, expires_at, last_used_at, revoked_at,
  encode(token_hash, 'hex') as token_hash`;

/** @throws {AppError} `token.name-taken`: a living token has that name */
export async function insertToken(
  database: AccountDatabase,
  token: NewServiceToken & { id: string; tokenHash: Uint8Array; createdBy: string; nowMs: number; expiresAtMs: number },
): Promise<StoredToken> {
  const text = `
    insert into service_token (id, name, token_hash, permissions, scope, created_by, created_at, expires_at)
    values ($1::uuid, $2, $3::bytea, string_to_array($4, ','), $5::jsonb, $6, $7::timestamptz, $8::timestamptz)
    on conflict do nothing returning ${FIELDS}`;
  const [row] = await database.query(
    text,
    [
      token.id,
      token.name,
      token.tokenHash,
      token.permissions.join(","),
      token.scope === null ? null : JSON.stringify(token.scope),
      token.createdBy,
      isoOf(token.nowMs),
      isoOf(token.expiresAtMs),
    ],
    { timeoutMs: TIMEOUT_MS },
  );
  if (row) return tokenFrom(row);
  throw new AppError("token.name-taken", `a living token has the name ${token.name}`, {
    context: { name: token.name },
  });
}

/** Lets the name of a token that has run out be used again. */
export async function freeName(database: AccountDatabase, name: string, nowMs: number): Promise<void> {
  const text = `update service_token set revoked_at = expires_at
    where name = $1 and revoked_at is null and expires_at <= $2::timestamptz`;
  await database.query(text, [name, isoOf(nowMs)], { timeoutMs: TIMEOUT_MS });
}

/** @returns null when there is none, or it was revoked */
export async function findLiveToken(database: AccountDatabase, id: string): Promise<StoredToken | null> {
  const text = `select ${FIELDS} from service_token where id = $1::uuid and revoked_at is null`;
  const [row] = await database.query(text, [id], { timeoutMs: TIMEOUT_MS });
  return row ? tokenFrom(row) : null;
}

export async function revokeToken(database: AccountDatabase, id: string, nowMs: number): Promise<void> {
  const text = "update service_token set revoked_at = $2::timestamptz where id = $1::uuid and revoked_at is null";
  await database.query(text, [id, isoOf(nowMs)], { timeoutMs: TIMEOUT_MS });
}

/** All that can be used now. */
export async function readLiveTokens(database: AccountDatabase, nowMs: number): Promise<StoredToken[]> {
  const text = `select ${FIELDS} from service_token where revoked_at is null and expires_at > $1::timestamptz`;
  const rows = await database.query(text, [isoOf(nowMs)], { timeoutMs: CHECK_TIMEOUT_MS });
  return rows.map(tokenFrom);
}

/** Newest first. @param after id of the last one of the page before */
export async function listTokens(
  database: AccountDatabase,
  limit: number,
  after: string | null,
): Promise<{ items: StoredToken[]; total: number }> {
  const text = `
    select ${FIELDS}, (select count(*) from service_token)::int as total from service_token t
    where $2::uuid is null or (t.created_at, t.id) < (select a.created_at, a.id from service_token a where a.id = $2::uuid)
    order by t.created_at desc, t.id desc limit $1::int`;
  const rows = await database.query(text, [limit, after], { timeoutMs: TIMEOUT_MS });
  return { items: rows.map(tokenFrom), total: Number(rows[0]?.["total"] ?? 0) };
}

/** Everybody who has ever made a token of that name. */
export async function readMakers(database: AccountDatabase, name: string): Promise<string[]> {
  const text = "select distinct created_by from service_token where name = $1";
  return (await database.query(text, [name], { timeoutMs: TIMEOUT_MS })).map((row) => String(row["created_by"]));
}

/** @param usedAtMs by the token's id: milliseconds since the Unix epoch */
export async function noteUses(database: AccountDatabase, usedAtMs: ReadonlyMap<string, number>): Promise<void> {
  const text = `
    update service_token t set last_used_at = greatest(t.last_used_at, u.at::timestamptz)
    from unnest(string_to_array($1, ','), string_to_array($2, ',')) as u (id, at) where t.id = u.id::uuid`;
  const ids = [...usedAtMs.keys()].join(",");
  const times = [...usedAtMs.values()].map(isoOf).join(",");
  await database.query(text, [ids, times], { timeoutMs: CHECK_TIMEOUT_MS });
}

function tokenFrom(row: Record<string, unknown>): StoredToken {
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    permissions: listFrom(row["permissions"]),
    scope: scopeFrom(row["scope"]),
    createdBy: String(row["created_by"]),
    createdAt: isoFrom(row["created_at"]) ?? "",
    expiresAt: isoFrom(row["expires_at"]) ?? "",
    lastUsedAt: isoFrom(row["last_used_at"]),
    revokedAt: isoFrom(row["revoked_at"]),
    tokenHash: String(row["token_hash"]),
  };
}

/** What may no longer be granted is not granted, whatever was stored. */
function listFrom(value: unknown): Permission[] {
  const stored: unknown[] = Array.isArray(value) ? value : [];
  return GRANTABLE_PERMISSIONS.filter((permission) => stored.includes(permission));
}

function isoFrom(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return (value instanceof Date ? value : new Date(String(value))).toISOString();
}
