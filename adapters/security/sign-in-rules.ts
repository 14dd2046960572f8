import { Role } from "../../domain/access/session-user.ts";
import type { SiteScope } from "../../domain/access/site-scope.ts";
import { scopeFrom } from "./read-scope.ts";
import type { AccountDatabase } from "./session-store.ts";

/** An account as a sign-in reads it. */
export type SignInAccount = {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly scope: SiteScope | null;
  /** PHC form; null when somebody else vouches for this person. */
  readonly passwordHash: string | null;
  readonly mustChangePassword: boolean;
  /** Milliseconds since the Unix epoch; null when somebody else vouches for this person. */
  readonly passwordGivenAtMs: number | null;
  readonly isExternal: boolean;
  /** Sealed. */
  readonly totpSecret: string | null;
  /** A second factor is set up and was tried: sign-ins need it. */
  readonly hasTotp: boolean;
  readonly totpLastStep: number | null;
  readonly recoveryHashes: readonly string[];
  readonly failedAttempts: number;
  /** Milliseconds since the Unix epoch. */
  readonly lockedUntilMs: number | null;
};

/** Where a sign-in comes from. */
export type SignInClient = { readonly address: string; readonly userAgent: string };

/** What was counted when a sign-in began. */
export type Attempt = {
  /** False: the account is locked for this client. The try is then refused like a wrong password, after the same time. */
  readonly isOpen: boolean;
  /** ISO times: the lock that this try set, and the one before it. */
  readonly lockedUntil: string | null;
  readonly lockedBefore: string | null;
};

/**
 * What stands between a right password and a session. Made by `createSignInRules`.
 *
 * A locked account answers as an unknown one does, so that nobody learns from a lock that the account exists.
 */
export interface SignInRules {
  /**
   * Before the password is looked at: counts the try as a failure at once, so that a hundred parallel ones do not all
   * pass, and locks the account when there were too many.
   *
   * @param account null = there is none, or it is disabled
   */
  beginAttempt(account: SignInAccount | null, client: SignInClient): Promise<Attempt>;
  /** The password was right and the code is yet to come: this try is no failure. */
  takeBack(account: SignInAccount, attempt: Attempt): Promise<void>;
  /** Takes a code of the authenticator, or a recovery code; each counts once. A wrong one stays counted as a failure. */
  verifySecondFactor(account: SignInAccount, code: string): Promise<boolean>;
  /** Password and code were right: before the session is opened. The time of the sign-in is written with the session. */
  afterSuccess(account: SignInAccount): Promise<void>;
  /** True: the settings ask for a second factor that this person has not set up yet. */
  needsTotp(person: { readonly role: Role; readonly hasTotp: boolean; readonly isExternal: boolean }): boolean;
}

const TIMEOUT_MS = 3_000;

/** @returns null for an unknown or disabled account */
export async function findAccount(database: AccountDatabase, username: string): Promise<SignInAccount | null> {
  const text = `
    select id, username, role, scope, password_hash, must_change, is_external, totp_secret,
      (totp_secret is not null and totp_confirmed_at is not null) as has_totp, totp_last_step::text as totp_last_step,
      recovery_hashes, failed_attempts, locked_until, coalesce(password_changed_at, created_at) as password_given_at
    from user_account where username = $1 and not disabled`;
  const [row] = await database.query(text, [username], { timeoutMs: TIMEOUT_MS });
  return row ? accountFrom(row) : null;
}

function accountFrom(row: Record<string, unknown>): SignInAccount {
  const isExternal = row["is_external"] === true;
  const lockedUntil = row["locked_until"];
  const givenAt = row["password_given_at"];
  const lastStep = row["totp_last_step"];
  const recovery = row["recovery_hashes"];
  return {
    id: Number(row["id"]),
    username: String(row["username"]),
    role: Role.parse(row["role"]),
    scope: scopeFrom(row["scope"]),
    passwordHash: isExternal ? null : String(row["password_hash"]),
    mustChangePassword: row["must_change"] === true,
    passwordGivenAtMs: !isExternal && givenAt instanceof Date ? givenAt.getTime() : null,
    isExternal,
    totpSecret: typeof row["totp_secret"] === "string" ? row["totp_secret"] : null,
    hasTotp: row["has_totp"] === true,
    totpLastStep: typeof lastStep === "string" ? Number(lastStep) : null,
    recoveryHashes: Array.isArray(recovery) ? recovery.map(String) : [],
    failedAttempts: Number(row["failed_attempts"]),
    lockedUntilMs: lockedUntil instanceof Date ? lockedUntil.getTime() : null,
  };
}
