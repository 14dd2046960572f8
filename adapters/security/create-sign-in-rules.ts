import { needsTotp, type TotpDuty } from "../../domain/access/totp-duty.ts";
import { beginAttempt, forgetAttempts, takeBackAttempt } from "./lock-out.ts";
import type { SecondFactor } from "./second-factor.ts";
import type { AccountDatabase } from "./session-store.ts";
import type { SignInRules } from "./sign-in-rules.ts";

export type SignInRulesOptions = {
  readonly database: AccountDatabase;
  readonly secondFactor: SecondFactor;
  /** From the settings, as they are now. */
  readonly requireTotpFor: () => TotpDuty;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
};

/** What `createClientAddress` answers when a socket has no address any more: it is nobody's. */
const NO_ADDRESS = ["", "unknown"];

/** Lock-out and second factor, as the sign-in asks them. Every call but `needsTotp` rejects while the database is away. */
export function createSignInRules(options: SignInRulesOptions): SignInRules {
  const { database, secondFactor, requireTotpFor, clock } = options;
  return {
    async beginAttempt(account, { address }) {
      if (account === null) return { isOpen: true, lockedUntil: null, lockedBefore: null };
      return beginAttempt(database, account.id, NO_ADDRESS.includes(address) ? null : address, clock());
    },
    takeBack: (account, attempt) => takeBackAttempt(database, account.id, attempt),
    verifySecondFactor: (account, code) => secondFactor.verify(account.id, code),
    afterSuccess: (account) => forgetAttempts(database, account.id),
    needsTotp: (person) => needsTotp(person, requireTotpFor()),
  };
}
