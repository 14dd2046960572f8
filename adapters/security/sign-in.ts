import { randomUUID } from "node:crypto";
import type { AuditEntry, AuditTrail } from "../../domain/access/audit-entry.ts";
import { FIRST_PASSWORD_DAYS, isFirstPasswordOver } from "../../domain/access/first-password.ts";
import { AppError, type ErrorCode } from "../../domain/errors.ts";
import type { AuthLog } from "./auth-log.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import type { Passwords } from "./passwords.ts";
import { reachable } from "./reachable.ts";
import type { RefreshToken, RefreshTokens } from "./refresh-token.ts";
import { type AccountDatabase, insertSession, revokeSessions, type SessionRecord } from "./session-store.ts";
import { findAccount, type SignInAccount, type SignInClient, type SignInRules } from "./sign-in-rules.ts";

export type Credentials = SignInClient & {
  readonly username: string;
  readonly password: string;
  /** Of the second factor. */
  readonly code?: string | undefined;
};

/** What a new session takes over from the browser that it is opened in. */
export type SessionStart = SignInClient & {
  /** Sessions that the browser had: they end. */
  readonly replaces: readonly string[];
  /** When the person proved who they are, milliseconds since the Unix epoch; null = nobody has said. */
  readonly provenAtMs: number | null;
};

/** A session that has just begun. */
export type OpenedSession = { readonly record: SessionRecord; readonly refreshToken: RefreshToken };

export type SignInOptions = {
  readonly database: AccountDatabase;
  readonly throttle: LoginThrottle;
  readonly passwords: Passwords;
  readonly rules: SignInRules;
  readonly refreshTokens: RefreshTokens;
  readonly audit: AuditTrail;
  readonly idleS: () => number;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly log: AuthLog | undefined;
};

type Refused = { readonly code: ErrorCode; readonly text: string; readonly reason: string };
const BAD_CREDENTIALS = {
  code: "auth.bad-credentials",
  text: "the user name or the password is wrong, or the account is locked for a while",
} as const;
/** Said to whoever has the right password only: it opens nothing any more. */
const FIRST_PASSWORD_OVER = {
  code: "auth.first-password-over",
  text: `a first password lasts ${FIRST_PASSWORD_DAYS} days: an administrator has to give another one`,
} as const;

/** From a user name and a password, and a code where there is a second factor, to a session. */
export function createSignIn(options: SignInOptions) {
  const { database, throttle, passwords, rules, refreshTokens, audit, idleS, clock, log } = options;

  /** In the trail stands no name that is not an account's: people type their password into the wrong field. */
  function refuse({ code, text, reason }: Refused, account: SignInAccount | null, { address }: SignInClient): never {
    audit.note({ ...entryOf(account?.username ?? "", address), outcome: "refused", detail: { reason } });
    log?.warn({ username: account?.username ?? "", address, reason }, "sign-in refused");
    throw new AppError(code, text);
  }

  async function checkPassword(account: SignInAccount | null, password: string, client: SignInClient) {
    // Together, so that the time of the answer is that of a hash, whether or not there is an account to count at. Unknown,
    // disabled, external and locked accounts take as long as a wrong password.
    const [attempt, isRight] = await Promise.all([
      reachable(() => rules.beginAttempt(account, client)),
      passwords.verify(account?.passwordHash ?? null, password),
    ]);
    if (account && attempt.isOpen && isRight) return { account, attempt };
    const reason = !account ? "unknown-account" : attempt.isOpen ? "password" : "locked";
    return refuse({ ...BAD_CREDENTIALS, reason }, account, client);
  }

  async function open(account: SignInAccount, start: SessionStart): Promise<OpenedSession> {
    const sessionId = randomUUID();
    const refreshToken = refreshTokens.first(sessionId);
    const nowMs = clock();
    const row = { sessionId, userId: account.id, refreshHash: refreshToken.hash, nowMs, idleS: idleS(), ...start };
    await reachable(() => insertSession(database, row));
    const { username, role, scope, mustChangePassword, hasTotp, isExternal } = account;
    const record: SessionRecord = {
      ...{ sessionId, username, role, scope, mustChangePassword, hasTotp, isExternal },
      isAlive: true,
      renewedAtMs: nowMs,
      refreshHash: refreshToken.hash.toString("hex"),
      previousHash: null,
      rotatedAtMs: null,
      provenAtMs: start.provenAtMs,
    };
    return { record, refreshToken };
  }

  return {
    /** @throws {AppError} as `Auth.login` says */
    async withPassword(credentials: Credentials, replaces: readonly string[]): Promise<OpenedSession> {
      const { username, password, code, ...client } = credentials;
      const succeed = throttle.begin(username, client.address);
      const found = await reachable(() => findAccount(database, username));
      const { account, attempt } = await checkPassword(found, password, client);
      if (isFirstPasswordOver(account.mustChangePassword, account.passwordGivenAtMs, clock())) {
        refuse({ ...FIRST_PASSWORD_OVER, reason: "first-password-over" }, account, client);
      }
      if (account.hasTotp) {
        if (code === undefined) {
          await reachable(() => rules.takeBack(account, attempt));
          throw new AppError("auth.code-required", "the code of the second factor is needed, too");
        }
        if (!(await reachable(() => rules.verifySecondFactor(account, code)))) {
          refuse(
            { code: "auth.bad-code", text: "the code is wrong, or was used before", reason: "code" },
            account,
            client,
          );
        }
      }
      await reachable(() => rules.afterSuccess(account));
      succeed();
      const opened = await open(account, { ...client, replaces, provenAtMs: clock() });
      const { sessionId, role } = opened.record;
      const method = account.hasTotp ? "password and code" : "password";
      const detail = { method, role, sessionId, ...(replaces.length > 0 ? { replaces } : {}) };
      // A sign-in that cannot be audited has not happened; nobody has seen its tokens yet.
      await audit
        .record({ ...entryOf(account.username, client.address), outcome: "done", detail })
        .catch(async (error: unknown) => {
          await reachable(() => revokeSessions(database, { sessionId }, "unaudited", clock()));
          throw error;
        });
      log?.info({ username: account.username, address: client.address, sessionId }, "signed in");
      return opened;
    },

    /** For a person whom somebody else has vouched for. @throws {AppError} `auth.bad-credentials`, `storage.unavailable` */
    async withoutPassword(username: string, start: SessionStart): Promise<OpenedSession> {
      const account = await reachable(() => findAccount(database, username));
      if (!account) throw new AppError(BAD_CREDENTIALS.code, "there is no such account, or it is disabled");
      return open(account, start);
    },
  };
}

function entryOf(username: string, address: string): Omit<AuditEntry, "outcome"> {
  return {
    actorKind: username ? "user" : "anonymous",
    actor: username,
    action: "session:sign-in",
    target: username,
    address,
  };
}
