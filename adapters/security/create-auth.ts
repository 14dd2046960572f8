import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { SessionUser } from "../../domain/access/session-user.ts";
import { AppError } from "../../domain/errors.ts";
import { ACCESS_TOKEN_S, createAccessTokens } from "./access-token.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import { createOriginCheck } from "./own-origin.ts";
import { createPasswords } from "./passwords.ts";
import { createSessionCookies, SESSION_IDLE_S } from "./session-cookies.ts";
import { createSessionRegistry, type SessionEndListener } from "./session-registry.ts";
import { type AccountDatabase, findAccount, insertSession, renewSession, revokeSession } from "./session-store.ts";

/** A user, the session behind, and how it was shown: what came by cookie needs the Origin check when it writes. */
export type Session = SessionUser & { readonly sessionId: string; readonly via: "cookie" | "bearer" };

/** What a sign-in or a renewal gives. `cookies`: values of `Set-Cookie`. */
export type Grant = {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly user: Pick<SessionUser, "username" | "role">;
  readonly cookies: readonly string[];
};

/** Where sign-ins are written down: names and addresses, never passwords or tokens. */
export type AuthLog = {
  info(facts: Record<string, unknown>, text: string): void;
  warn(facts: Record<string, unknown>, text: string): void;
};

export interface Auth {
  /**
   * @param address of the client, for the throttle and the log
   * @throws {AppError} `auth.bad-credentials` (also for unknown and disabled accounts, after the same time),
   *   `auth.too-many-attempts` with `retryAfterS`, `storage.unavailable`
   */
  login(credentials: { username: string; password: string; address: string }): Promise<Grant>;
  /**
   * A new access token for the session of the refresh cookie, which may then be idle for 12 h again. While the database
   * is away, a session that this process knows is renewed from memory.
   *
   * @throws {AppError} `auth.not-signed-in`, `storage.unavailable`
   */
  refresh(cookieHeader: string | undefined): Promise<Grant>;
  /** Ends the session that the cookies or the bearer token name. @returns cookies to clear @throws {AppError} `storage.unavailable` */
  logout(cookieHeader: string | undefined, authorizationHeader?: string): Promise<readonly string[]>;
  /**
   * Who is behind a request, from its headers and from memory alone: it never waits. A bearer token, when there is one,
   * decides alone. A session that this process has not read yet counts as its token says until `confirm` or the
   * check of the next second has read it.
   */
  sessionOf(cookieHeader: string | undefined, authorizationHeader?: string): Session | null;
  /** Makes sure that the session was read from the database. While that is away the token's word stands. */
  confirm(session: Session): Promise<Session | null>;
  /**
   * For everything that stays open. The listener is told once, within 2 s, when the socket must close: signed out,
   * disabled, run out, another role, or no new access token for 11 minutes.
   *
   * @returns unsubscribe
   */
  onSessionEnd(session: Pick<Session, "sessionId" | "role">, listener: SessionEndListener): () => void;
  /** True for an `Origin` header that names this platform; false when it is absent. */
  isOwnOrigin(origin: string | undefined): boolean;
  close(): void;
}

export type AuthOptions = {
  readonly database: AccountDatabase;
  /** 32 random bytes. */
  readonly secretKey: Uint8Array;
  readonly publicUrl: string;
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number;
  readonly log?: AuthLog;
};

export function createAuth({ database, secretKey, publicUrl, clock = Date.now, log }: AuthOptions): Auth {
  const { origin, protocol } = new URL(publicUrl);
  const tokens = createAccessTokens(secretKey, origin, clock);
  const cookies = createSessionCookies(protocol === "https:");
  const passwords = createPasswords();
  const throttle = createLoginThrottle(clock);
  const sessions = createSessionRegistry(database, clock, (error) =>
    log?.warn({ reason: wordOf(error) }, "sessions could not be checked: the database is away"),
  );

  async function grant(user: Parameters<typeof tokens.issue>[0], refreshToken: string | null): Promise<Grant> {
    const { token } = await tokens.issue(user);
    const { username, role } = user;
    const granted = cookies.grant(token, refreshToken);
    return { accessToken: token, expiresIn: ACCESS_TOKEN_S, user: { username, role }, cookies: granted };
  }

  function sessionOf(cookieHeader: string | undefined, authorizationHeader?: string): Session | null {
    // Another scheme is not ours: a proxy with a password of its own sends Basic along with each request.
    const via = /^Bearer\b/i.test(authorizationHeader ?? "") ? "bearer" : "cookie";
    const token = via === "bearer" ? bearerOf(authorizationHeader) : cookies.read(cookieHeader).access;
    const claims = token ? tokens.verify(token) : null;
    if (!claims) return null;
    const record = sessions.get(claims.sessionId);
    if (record && !record.isAlive) return null;
    const { username, role } = record ?? claims;
    return { username, role, expiresAtMs: claims.expiresAtMs, sessionId: claims.sessionId, via };
  }

  return {
    sessionOf,
    isOwnOrigin: createOriginCheck(publicUrl),
    onSessionEnd: (session, listener) => sessions.onEnd(session, listener),
    close: () => sessions.close(),

    async login({ username, password, address }) {
      const succeed = throttle.begin(username, address);
      const account = await reachable(() => findAccount(database, username));
      if (!(await passwords.verify(account?.passwordHash ?? null, password)) || !account) {
        log?.warn({ username, address }, "sign-in refused");
        throw new AppError("auth.bad-credentials", "the user name or the password is wrong");
      }
      succeed();
      const sessionId = randomUUID();
      const refreshToken = randomBytes(32).toString("base64url");
      const refreshHash = sha256(refreshToken);
      const nowMs = clock();
      const row = { sessionId, userId: account.id, refreshHash, nowMs, idleS: SESSION_IDLE_S };
      await reachable(() => insertSession(database, row));
      const user = { sessionId, username: account.username, role: account.role };
      sessions.put({ ...user, isAlive: true, renewedAtMs: nowMs }, refreshHash.toString("hex"));
      log?.info({ username, address, sessionId }, "signed in");
      return grant(user, refreshToken);
    },

    async refresh(cookieHeader) {
      const { refresh } = cookies.read(cookieHeader);
      if (!refresh) throw new AppError("auth.not-signed-in", "no session: sign in again");
      const hash = sha256(refresh);
      const hex = hash.toString("hex");
      const fromMemory = () => {
        const record = sessions.byRefreshHash(hex);
        return record && { ...record, renewedAtMs: clock() };
      };
      const renew = () => renewSession(database, hash, clock(), SESSION_IDLE_S);
      const record = await reachable(renew, fromMemory);
      if (!record) throw new AppError("auth.not-signed-in", "the session has ended: sign in again");
      sessions.put(record, hex);
      return grant(record, refresh);
    },

    async logout(cookieHeader, authorizationHeader) {
      const session = sessionOf(cookieHeader, authorizationHeader);
      const { refresh } = cookies.read(cookieHeader);
      if (!session && !refresh) return cookies.clear();
      const which = { sessionId: session?.sessionId ?? null, refreshHash: refresh ? sha256(refresh) : null };
      const ended = await reachable(() => revokeSession(database, which, clock()));
      for (const sessionId of ended) sessions.end(sessionId);
      return cookies.clear();
    },

    async confirm(session) {
      if (sessions.get(session.sessionId)) return session;
      try {
        const record = await sessions.load(session.sessionId);
        return record?.isAlive ? { ...session, username: record.username, role: record.role } : null;
      } catch {
        // The database is away. Refusing would turn a storage fault into a blind control room.
        return session;
      }
    },
  };
}

/** @param otherwise what to answer while the database is away */
async function reachable<T>(work: () => Promise<T>, otherwise?: () => T): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const stored = otherwise?.();
    if (stored) return stored;
    throw new AppError("storage.unavailable", "the database cannot be reached", { cause, retryable: true });
  }
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\w.~+/=-]+)$/i.exec(header ?? "")?.[1] ?? null;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function wordOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "unknown";
}
