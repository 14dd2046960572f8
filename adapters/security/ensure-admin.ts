import { randomBytes } from "node:crypto";
import { FIRST_PASSWORD_DAYS } from "../../domain/access/first-password.ts";
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
 * A generated one has 128 random bits and is for the first sign-in only, where it has to be replaced; when nobody has signed
 * in with it before it ran out, the next start makes another one. A given one is the owner's own and may stay, unless it is
 * one that attackers try early, such as `admin-2026`.
 *
 * @param password null = make one
 * @returns the generated password, to be shown once; null when one was given or the account exists. `isChosen`: the
 *   account has a password that its owner chose, and what was shown once is worth nothing any more
 */
export async function ensureAdmin(
  database: AccountDatabase,
  password: string | null,
): Promise<{ generatedPassword: string | null; isChosen: boolean }> {
  const [existing] = await database.query("select must_change from user_account where username = $1", [ADMIN]);
  if (existing) {
    const generatedPassword = password === null ? await replaceUnused(database) : null;
    return { generatedPassword, isChosen: existing["must_change"] !== true };
  }
  const chosen = password ?? makePassword();
  const passwords = createPasswords();
  const judge = createPasswordJudge(passwords, () => ({ minLength: LEAST_LENGTH }));
  const mustChange = password === null || judge.judge(password, ADMIN).length > 0;
  const inserted = await database.query(
    `insert into user_account (username, password_hash, role, must_change, password_changed_at)
     values ($1, $2, 'admin', $3::boolean, now()) on conflict (username) do nothing returning username`,
    [ADMIN, await passwords.hash(chosen), mustChange],
  );
  return { generatedPassword: inserted.length > 0 && password === null ? chosen : null, isChosen: !mustChange };
}

/** @returns a password in place of one that ran out before anybody used it; null where there is nothing to replace */
async function replaceUnused(database: AccountDatabase): Promise<string | null> {
  const password = makePassword();
  const replaced = await database.query(
    `update user_account set password_hash = $2, password_changed_at = now()
     where username = $1 and must_change and last_sign_in_at is null
       and password_changed_at < now() - interval '${FIRST_PASSWORD_DAYS} days' returning username`,
    [ADMIN, await createPasswords().hash(password)],
  );
  return replaced.length > 0 ? password : null;
}

/**
 * For when no administrator can sign in any more: the account `admin`, made if need be, gets a fresh password and charge of
 * the whole fleet; its second factor, its lock and its sessions are gone. The password has to be replaced at the next sign-in.
 *
 * @returns the password, to be shown once
 */
export async function resetAdmin(database: AccountDatabase): Promise<string> {
  const password = makePassword();
  await database.query(
    `with ended as (
       update session s set revoked_at = now(), ended_reason = 'password-changed' from user_account u
       where u.id = s.user_id and u.username = $1 and s.revoked_at is null)
     insert into user_account (username, password_hash, role, must_change, password_changed_at)
     values ($1, $2, 'admin', true, now())
     on conflict (username) do update set
       password_hash = excluded.password_hash, password_changed_at = now(), role = 'admin', scope = null,
       disabled = false, must_change = true, is_external = false, external_subject = null, previous_hashes = '{}',
       totp_secret = null, totp_confirmed_at = null, totp_last_step = null, recovery_hashes = '{}',
       failed_attempts = 0, locked_until = null, updated_at = now()`,
    [ADMIN, await createPasswords().hash(password)],
  );
  return password;
}

/** 128 random bits. */
function makePassword(): string {
  return randomBytes(16).toString("base64url");
}
