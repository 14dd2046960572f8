import type { AuditTrail } from "../../domain/access/audit-entry.ts";
import type { PasswordPolicy } from "../../domain/access/password-policy.ts";
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
  readonly usernamesOnline: () => ReadonlySet<string>;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
};

/** Accounts as administrators see them, and as their owners do. */
export function createAccounts(options: AccountsOptions): { readonly people: People; readonly ownAccount: OwnAccount } {
  const passwords = createPasswords();
  const judge = createPasswordJudge(passwords, options.passwordPolicy);
  return {
    people: createPeople({ ...options, passwords, judge }),
    ownAccount: createOwnAccount({ ...options, passwords, judge }),
  };
}
