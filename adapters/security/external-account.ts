import { Role } from "../../domain/access/session-user.ts";
import type { SiteScope } from "../../domain/access/site-scope.ts";
import { AppError } from "../../domain/errors.ts";
import { scopeFrom } from "./read-scope.ts";
import type { AccountDatabase } from "./session-store.ts";

/** Somebody an identity provider vouches for, with what they may do here by its word. */
export type ExternalIdentity = {
  /** Issuer and subject: the only thing that a person is known again by. */
  readonly subject: string;
  /** What the account may be called, best first; used at the first sign-in only. */
  readonly usernames: readonly string[];
  readonly role: Role;
  /** null = the whole fleet. */
  readonly scope: SiteScope | null;
};

const TIMEOUT_MS = 3_000;
/** In place of a hash; no password fits it. */
const NO_PASSWORD = "!";

const FIND = "select username, role, scope, disabled from user_account where external_subject = $1";
const UPDATE = `
  update user_account set role = $2, scope = $3::jsonb, updated_at = now()
  where external_subject = $1 and not disabled`;
/** A name that only differs in case from another one would be taken for it. */
const INSERT = `
  insert into user_account (username, password_hash, role, scope, is_external, external_subject)
  select $2, '${NO_PASSWORD}', $3, $4::jsonb, true, $1
  where not exists (select from user_account where lower(username) = lower($2))
  on conflict do nothing
  returning username`;

type Rights = Pick<ExternalIdentity, "role" | "scope">;
/** `before`: null when the account was made just now. */
export type TakenAccount = { readonly username: string; readonly before: Rights | null };

/**
 * The account of an external person, with role and scope as the provider says today; made at the first sign-in. An
 * account of another origin is never touched, whatever its name.
 *
 * @throws {AppError} `auth.account-disabled`, `auth.name-taken`; errors of the database as they are
 */
export async function takeExternalAccount(
  database: AccountDatabase,
  identity: ExternalIdentity,
): Promise<TakenAccount> {
  const found = await updateAccount(database, identity);
  if (found !== null) return found;
  const { subject, usernames, role, scope } = identity;
  for (const username of usernames) {
    const [made] = await database.query(INSERT, [subject, username, role, jsonOf(scope)], { timeoutMs: TIMEOUT_MS });
    if (made) return { username: String(made["username"]), before: null };
    // Perhaps the same person, in another window, at the same time.
    const other = await updateAccount(database, identity);
    if (other !== null) return other;
  }
  throw new AppError("auth.name-taken", "another account has the name that the identity provider gives");
}

/** @returns null when there is no such account */
async function updateAccount(
  database: AccountDatabase,
  { subject, role, scope }: ExternalIdentity,
): Promise<TakenAccount | null> {
  const [account] = await database.query(FIND, [subject], { timeoutMs: TIMEOUT_MS });
  if (!account) return null;
  if (account["disabled"] === true) throw new AppError("auth.account-disabled", "this account is disabled here");
  const before = { role: Role.parse(account["role"]), scope: scopeFrom(account["scope"]) };
  if (before.role !== role || jsonOf(before.scope) !== jsonOf(scope)) {
    await database.query(UPDATE, [subject, role, jsonOf(scope)], { timeoutMs: TIMEOUT_MS });
  }
  return { username: String(account["username"]), before };
}

/** With one order of names: equal scopes give equal texts. */
function jsonOf(scope: SiteScope | null): string | null {
  return scope && JSON.stringify({ regions: scope.regions, zones: scope.zones, sites: scope.sites });
}

const LONGEST_NAME = 64;
const NAME_CLAIMS = ["preferred_username", "email", "sub"] as const;

/**
 * Names for a new account: what the provider calls the person, and the same with the provider's host, for when an account
 * of ours has that name already.
 */
export function usernamesFrom(claims: Readonly<Record<string, unknown>>, issuer: string): string[] {
  const given = NAME_CLAIMS.map((name) => claims[name]).find(
    (value) => typeof value === "string" && value.trim() !== "",
  );
  const name = String(given ?? "")
    .normalize("NFKC")
    .trim()
    .replace(/[^\p{L}\p{N}._@+-]+/gu, "-")
    .slice(0, LONGEST_NAME);
  const host = `@${new URL(issuer).hostname.replace(/[^\w.-]/g, "")}`;
  const withHost = name.slice(0, Math.max(1, LONGEST_NAME - host.length)) + host;
  return /[\p{L}\p{N}]/u.test(name) ? [name, withHost.slice(0, LONGEST_NAME)] : [];
}
