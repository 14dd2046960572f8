import { randomBytes } from "node:crypto";
import { createPasswords } from "./passwords.ts";
import type { AccountDatabase } from "./session-store.ts";

const ADMIN = "admin";

/**
 * Makes the first account, `admin`, when there is no account with that name. Of several processes that start at once one
 * makes it, and only that one gets the password to print. A later start with another ADMIN_PASSWORD changes nothing.
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
  const chosen = password ?? randomBytes(15).toString("base64url");
  const inserted = await database.query(
    `insert into user_account (username, password_hash, role) values ($1, $2, 'admin')
     on conflict (username) do nothing returning username`,
    [ADMIN, await createPasswords().hash(chosen)],
  );
  return { generatedPassword: inserted.length > 0 && password === null ? chosen : null };
}
