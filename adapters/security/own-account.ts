import type { AuditEntry, AuditTrail } from "../../domain/access/audit-entry.ts";
import type { PasswordFault } from "../../domain/access/password-policy.ts";
import { AppError, type ErrorCode } from "../../domain/errors.ts";
import { type OwnRecord, readOwnAccount, replacePassword } from "./account-repository.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import type { PasswordJudge } from "./password-judge.ts";
import type { Passwords } from "./passwords.ts";
import { reachable } from "./reachable.ts";
import type { SecondFactor } from "./second-factor.ts";
import { type AccountDatabase, proveSession } from "./session-store.ts";

/** Somebody at their own account: the session that asks, and where it comes from. */
export type Owner = { readonly username: string; readonly sessionId: string; readonly address: string };

/** What somebody shows to be who they are: the password, or a code of the second factor. */
export type Proof = { readonly password: string } | { readonly code: string };

/**
 * What people change of their own account. Each asks for the present password again: a session that somebody else got
 * hold of is not enough (ASVS 7.5.1). Wrong ones are slowed down by session and by person, and never lock the account:
 * whoever is signed in can always go on.
 *
 * Every call throws `auth.not-signed-in` when the account is gone, `account.external` when somebody else keeps the
 * password, `storage.unavailable`, and what it needs the password for also `account.wrong-password` and
 * `auth.too-many-attempts`.
 */
export interface OwnAccount {
  /** From now on the session counts as proven for a while (ASVS 7.5.3). @throws {AppError} `account.wrong-code`, `account.totp-off` */
  prove(owner: Owner, given: Proof): Promise<void>;
  /** Ends the other sessions of the person. @returns what speaks against the new password; nothing when it is changed */
  changePassword(owner: Owner, passwords: { current: string; next: string }): Promise<readonly PasswordFault[]>;
  /** @returns a secret that counts once it is confirmed @throws {AppError} `account.totp-on` */
  addTotp(owner: Owner, password: string): Promise<{ secret: string; uri: string }>;
  /** @returns recovery codes, shown once @throws {AppError} `account.wrong-code`, `account.totp-off` */
  confirmTotp(owner: Owner, code: string): Promise<readonly string[]>;
  /** @throws {AppError} `account.wrong-code`, `account.totp-off` */
  removeTotp(owner: Owner, given: { password: string; code: string }): Promise<void>;
}

export type OwnAccountOptions = {
  readonly database: AccountDatabase;
  readonly audit: AuditTrail;
  readonly passwords: Passwords;
  readonly judge: PasswordJudge;
  readonly secondFactor: SecondFactor;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Told when somebody has chosen a password of their own. */
  readonly onPasswordReplaced?: (username: string) => void;
};

export function createOwnAccount(options: OwnAccountOptions): OwnAccount {
  const { database, audit, passwords, judge, secondFactor, clock, onPasswordReplaced = () => undefined } = options;
  const throttle = createLoginThrottle(clock);
  /** Its own count: a right password must not wipe wrong codes. */
  const codeThrottle = createLoginThrottle(clock);

  async function find(owner: Owner): Promise<OwnRecord> {
    const account = await reachable(() => readOwnAccount(database, owner.username));
    if (!account) throw new AppError("auth.not-signed-in", "this account is gone");
    if (account.isExternal) {
      throw new AppError("account.external", "password and second factor of this account are the identity provider's");
    }
    return account;
  }

  function refuse(owner: Owner, action: string, code: ErrorCode, message: string): AppError {
    audit.note({ ...entryOf(owner, action), outcome: "refused", detail: { code } });
    return new AppError(code, message);
  }

  /** The present password again. */
  async function askPassword(owner: Owner, action: string, password: string): Promise<OwnRecord> {
    const account = await find(owner);
    const succeed = throttle.begin(owner.username, owner.sessionId);
    if (!(await passwords.verify(account.passwordHash, password))) {
      throw refuse(owner, action, "account.wrong-password", "the present password is wrong");
    }
    succeed();
    return account;
  }

  async function askCode(owner: Owner, action: string, account: OwnRecord, code: string): Promise<void> {
    if (!account.hasTotp) throw refuse(owner, action, "account.totp-off", "no second factor is on");
    const succeed = codeThrottle.begin(owner.username, owner.sessionId);
    if (!(await reachable(() => secondFactor.verify(account.id, code)))) {
      throw refuse(owner, action, "account.wrong-code", "the code is wrong, has run out, or was used before");
    }
    succeed();
  }

  return {
    async prove(owner, given) {
      const action = "session:proof";
      if ("password" in given) await askPassword(owner, action, given.password);
      else await askCode(owner, action, await find(owner), given.code);
      await audit.record({ ...entryOf(owner, action), detail: { method: "password" in given ? "password" : "code" } });
      await reachable(() => proveSession(database, owner.sessionId, clock()));
    },

    async changePassword(owner, { current, next }) {
      const action = "password:change";
      const account = await askPassword(owner, action, current);
      const faults = judge.judge(next, owner.username);
      const former = [account.passwordHash, ...account.previousHashes];
      if (faults.length === 0 && (await judge.isFormer(next, former))) return [{ kind: "former" }];
      if (faults.length > 0) return faults;
      const to = await passwords.hash(next);
      await audit.record(entryOf(owner, action));
      const change = { userId: account.id, from: account.passwordHash, to, keepSessionId: owner.sessionId };
      if (await reachable(() => replacePassword(database, change, clock()))) {
        onPasswordReplaced(owner.username);
        return [];
      }
      throw refuse(owner, action, "account.wrong-password", "the password was changed by somebody else meanwhile");
    },

    async addTotp(owner, password) {
      const action = "totp:add";
      const account = await askPassword(owner, action, password);
      if (account.hasTotp) throw refuse(owner, action, "account.totp-on", "a second factor is on already");
      await audit.record(entryOf(owner, action));
      const made = await reachable(() => secondFactor.enrol(account));
      if (made) return made;
      throw refuse(owner, action, "account.totp-on", "a second factor is on already");
    },

    async confirmTotp(owner, code) {
      const action = "totp:confirm";
      const { id } = await find(owner);
      const first = await reachable(() => secondFactor.tryFirstCode(id, code));
      if (first === "wrong") throw refuse(owner, action, "account.wrong-code", "the code is wrong, or has run out");
      if (first === "off") throw refuse(owner, action, "account.totp-off", "no second factor waits for a code");
      await audit.record(entryOf(owner, action));
      const codes = await reachable(() => secondFactor.confirm(id, first));
      if (codes) return codes;
      throw refuse(owner, action, "account.totp-off", "no second factor waits for a code");
    },

    async removeTotp(owner, { password, code }) {
      const action = "totp:remove";
      const account = await askPassword(owner, action, password);
      await askCode(owner, action, account, code);
      await audit.record(entryOf(owner, action));
      await reachable(() => secondFactor.remove(account.id));
    },
  };
}

function entryOf({ username, address }: Owner, action: string): AuditEntry {
  return { actorKind: "user", actor: username, action, outcome: "done", target: username, address };
}
