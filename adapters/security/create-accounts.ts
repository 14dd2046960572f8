import type { AuditTrail } from "../../domain/access/audit-entry.ts";
import type { PasswordPolicy } from "../../domain/access/password-policy.ts";
import type { Log } from "../../domain/log.ts";
import { createBreachedPasswords, type IsBreached } from "./breached-passwords.ts";
import { createOwnAccount, type OwnAccount } from "./own-account.ts";
import { createPasswordJudge } from "./password-judge.ts";
import { createPasswords } from "./passwords.ts";
import { createPeople, type People } from "./people.ts";
import type { SecondFactor } from "./second-factor.ts";
import type { AccountDatabase } from "./session-store.ts";

export type AccountsOptions = {
  readonly database: AccountDatabase;
  readonly audit: AuditTrail;
  readonly secondFactor: SecondFactor;
  /** From the settings, as they are now. */
  readonly passwordPolicy: () => PasswordPolicy;
  /** BREACHED_PASSWORDS_FILE; absent or null: only the commonest ones are refused. */
  readonly breachedPasswordsFile?: string | null;
  readonly log?: Log;
  readonly usernamesOnline: () => ReadonlySet<string>;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Told when somebody has chosen a password of their own. */
  readonly onPasswordReplaced?: (username: string) => void;
};

/** Accounts as administrators see them, and as their owners do. */
export function createAccounts(options: AccountsOptions): { readonly people: People; readonly ownAccount: OwnAccount } {
  const passwords = createPasswords();
  const judge = createPasswordJudge(passwords, options.passwordPolicy, breachedIn(options));
  return {
    people: createPeople({ ...options, passwords, judge }),
    ownAccount: createOwnAccount({ ...options, passwords, judge }),
  };
}

function breachedIn({ breachedPasswordsFile: file = null, log }: AccountsOptions): IsBreached {
  if (file === null) return () => false;
  const text = "the list of breached passwords cannot be read: a new password was not looked up";
  return createBreachedPasswords(file, (reason) => log?.warn({ reason }, text));
}
