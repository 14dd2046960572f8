import { randomBytes } from "node:crypto";
import { createPasswordJudge } from "./password-judge.ts";
import { createPasswords } from "./passwords.ts";
import type { AccountDatabase } from "./session-store.ts";

const ADMIN = "admin";
/** As the configuration asks for it. */
const LEAST_LENGTH = 10;

/**
 * Makes the first account, `admin`, when there is no account with that name. Of several processes that start at once one
 * makes it, and only that one gets the password to print. A later start with another ADMIN_PASSWORD changes nothing.
 *
 * Neither has to be replaced: a generated one has 120 random bits, and only the owner of the machine sees it; a given one
 * is the owner's own. Only a given one that attackers try early, such as `admin-2026`, opens nothing but its replacement.
 *
 * @param password null = make one
 * @returns the generated password, to be shown once; null when one was given or the account exists
 */
export async function ensureAdmin(
  database: AccountDatabase,
  password: string | null,
): Promise<{ generatedPassword: string | null }> {
  const existing = await database.query("select 1 as found from user_account where username = $1", [ADMIN]);
  if (existing.length > 0) return { generatedPassword: null };
  const chosen = password ?? makePassword();
  const passwords = createPasswords();
  const judge = createPasswordJudge(passwords, () => ({ minLength: LEAST_LENGTH }));
  const mustChange = password !== null && judge.judge(password, ADMIN).length > 0;
  const inserted = await database.query(
    `insert into user_account (username, password_hash, role, must_change, password_changed_at)
     values ($1, $2, 'admin', $3::boolean, now()) on conflict (username) do nothing returning username`,
    [ADMIN, await passwords.hash(chosen), mustChange],
  );
  return { generatedPassword: inserted.length > 0 && password === null ? chosen : null };
}

/**
 * For when no administrator can sign in any more: the account `admin`, made if need be, gets a fresh password and charge of
 * the whole fleet; its second factor, its lock and its sessions are gone.
 *
 * @returns the password, to be shown once
 */
export async function resetAdmin(database: AccountDatabase): Promise<string> {
  const password = makePassword();
  await database.query(
    `with ended as (
       update session s set revoked_at = now(), ended_reason = 'password-changed' from user_account u
       where u.id = s.user_id and u.username = $1 and s.revoked_at is null)
     insert into user_account (username, password_hash, role, password_changed_at) values ($1, $2, 'admin', now())
     on conflict (username) do update set
       password_hash = excluded.password_hash, password_changed_at = now(), role = 'admin', scope = null,
       disabled = false, must_change = false, is_external = false, external_subject = null, previous_hashes = '{}',
       totp_secret = null, totp_confirmed_at = null, totp_last_step = null, recovery_hashes = '{}',
       failed_attempts = 0, locked_until = null, updated_at = now()`,
    [ADMIN, await createPasswords().hash(password)],
  );
  return password;
}

/** 120 random bits. */
function makePassword(): string {
  return randomBytes(15).toString("base64url");
}
