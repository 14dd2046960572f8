import type { AuditTrail } from "../../domain/access/audit-entry.ts";
import { permissionsOf } from "../../domain/access/authorize.ts";
import type { OnlineExchange } from "../../domain/access/online-session.ts";
import type { Permission } from "../../domain/access/permissions.ts";
import { isRecentProof } from "../../domain/access/recent-proof.ts";
import { TOKEN_PREFIX } from "../../domain/access/service-token.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import { NOTHING } from "../../domain/access/site-scope.ts";
import { seldom } from "../../domain/seldom.ts";
import type { WorkSignal } from "../../domain/work-signal.ts";
import { ACCESS_TOKEN_S, type AccessClaims, createAccessTokens } from "./access-token.ts";
import type { AuthLog } from "./auth-log.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import { createOnlinePeople, type OnlinePeople } from "./online-people.ts";
import { createOriginCheck } from "./own-origin.ts";
import { createPasswords } from "./passwords.ts";
import { reachable } from "./reachable.ts";
import { createRefreshTokens } from "./refresh-token.ts";
import { createServiceTokens, type ServiceTokens } from "./service-tokens.ts";
import { createSessionBook, type SessionBook } from "./session-book.ts";
import { createSessionCookies } from "./session-cookies.ts";
import { createSessionRegistry, type Rights, type SessionEndListener } from "./session-registry.ts";
import { createSessionRenewal } from "./session-renewal.ts";
import {
  type AccountDatabase,
  readSessions,
  revokeSessions,
  type SessionPerson,
  type SessionRecord,
} from "./session-store.ts";
import { type Credentials, createSignIn, type OpenedSession, type SessionStart } from "./sign-in.ts";
import type { SignInRules } from "./sign-in-rules.ts";

/** How long a browser session may be idle by default; each renewal starts it anew. */
const SESSION_IDLE_S = 43_200;
const COMPLAIN_EVERY_MS = 60_000;

/**
 * A user, the session behind, and how it was shown: what came by cookie needs the Origin check when it writes. Of a
 * service token, `sessionId` is the token's id.
 */
export type Session = SessionUser & { readonly sessionId: string; readonly via: "cookie" | "bearer" };

/** A signed-in person, as the browser is told. */
export type GrantedUser = SessionPerson & {
  readonly mustSetUpTotp: boolean;
  readonly permissions: readonly Permission[];
};

/** What a sign-in or a renewal gives. `cookies`: values of `Set-Cookie`. */
export type Grant = {
  readonly accessToken: string;
  readonly expiresIn: number;
  /** Seconds until the session ends, unless it is renewed before. */
  readonly sessionEndsIn: number;
  readonly user: GrantedUser;
  readonly cookies: readonly string[];
};

export interface Auth {
  /**
   * @throws {AppError} `auth.bad-credentials` (also for unknown, disabled and locked accounts, after the same time),
   *   `auth.code-required`, `auth.bad-code`, `auth.first-password-over`, `auth.too-many-attempts` with `retryAfterS`,
   *   `storage.unavailable`
   * @param replaces sessions that the browser had: they end (ASVS 7.2.4)
   */
  login(credentials: Credentials, replaces?: readonly string[]): Promise<Grant>;
  /**
   * Opens a session for a person whom an identity provider has vouched for. The caller audits it.
   *
   * @throws {AppError} `auth.bad-credentials` for an unknown or disabled account, `storage.unavailable`
   */
  openSession(username: string, start: SessionStart): Promise<Grant>;
  /** The sessions that the cookies of a browser name, also one that has run out. */
  sessionIdsOf(cookieHeader: string | undefined): readonly string[];
  /**
   * Whether the person of a session proved lately who they are (`PROOF_S`). Where memory does not say so the database is
   * asked, for another process may have heard it.
   *
   * @throws {AppError} `storage.unavailable`
   */
  isProven(session: Session): Promise<boolean>;
  /**
   * A new access token and a new refresh token for the session of the refresh cookie, which may then be idle again. A
   * token that was replaced gives the same successor for 10 s, while that one is unused; later it ends the session, for
   * then two have it. While the database is away, a session that this process knows is renewed from memory, and keeps
   * its refresh token.
   *
   * @throws {AppError} `auth.not-signed-in`, `storage.unavailable`
   */
  refresh(cookieHeader: string | undefined, address?: string): Promise<Grant>;
  /** Ends the session that the cookies or the bearer token name. @returns cookies to clear @throws {AppError} `storage.unavailable` */
  logout(cookieHeader: string | undefined, authorizationHeader?: string, address?: string): Promise<readonly string[]>;
  /**
   * Who is behind a request, from its headers and from memory alone: it never waits. A bearer token, when there is one,
   * decides alone. A session that this process has not read yet counts as its token says until `confirm` or the check of
   * the next second has read it; when only a part of the fleet counts for it, that part is empty till then.
   */
  sessionOf(cookieHeader: string | undefined, authorizationHeader?: string): Session | null;
  /** Makes sure that the session was read from the database. While that is away the token's word stands. */
  confirm(session: Session): Promise<Session | null>;
  /**
   * What the living sessions of these ids may do now, read from the database; an ended one is left out. For who is shown no
   * token: the gateway of the cameras.
   *
   * @throws {AppError} `storage.unavailable`
   */
  presentUsers(sessionIds: readonly string[]): Promise<ReadonlyMap<string, SessionUser>>;
  /** The person of a session as the browser is told; null for a service token, and for a session that was not read yet. */
  userOf(session: Session): GrantedUser | null;
  /**
   * For everything that stays open. The listener is told once, within 2 s, when the socket must close: signed out,
   * disabled, run out, revoked, other rights, or no new access token for 11 minutes.
   *
   * @returns unsubscribe
   */
  onSessionEnd(session: Watched, listener: SessionEndListener): () => void;
  /** True for an `Origin` header that names this platform; false when it is absent. */
  isOwnOrigin(origin: string | undefined): boolean;
  readonly sessions: SessionBook;
  readonly serviceTokens: ServiceTokens;
  readonly online: Omit<OnlinePeople, "close">;
  close(): void;
}

/** What of a session is watched: its rights, and of a service token its grants. */
type Watched = Rights & { readonly sessionId: string; readonly grants: SessionUser["grants"] };

export type AuthOptions = {
  readonly database: AccountDatabase;
  /** 32 random bytes. */
  readonly secretKey: Uint8Array;
  /** The key before, while tokens of it are still about. */
  readonly previousSecretKey?: Uint8Array | null;
  readonly publicUrl: string;
  readonly audit: AuditTrail;
  readonly rules: SignInRules;
  /** How long a session may be idle, seconds. Default 12 h. */
  readonly idleS?: () => number;
  /** Between processes; null = who is on line is known of this process only. */
  readonly exchange?: OnlineExchange | null;
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number;
  /** Tells when a service token was made or revoked, in whichever process. */
  readonly tokenWork: WorkSignal;
  readonly log?: AuthLog;
};

export function createAuth(options: AuthOptions): Auth {
  const { database, audit, rules, secretKey, clock = Date.now, log, idleS = () => SESSION_IDLE_S } = options;
  const { origin, protocol } = new URL(options.publicUrl);
  const previous = options.previousSecretKey ?? null;
  const tokens = createAccessTokens({ present: secretKey, previous }, origin, clock);
  const refreshTokens = createRefreshTokens(secretKey, previous);
  const cookies = createSessionCookies(protocol === "https:");
  const passwords = createPasswords();
  const throttle = createLoginThrottle(clock);
  const onFault = createFaultLog(log, clock);
  const sessions = createSessionRegistry({ database, needsTotp: rules.needsTotp, clock, onFault });
  const serviceTokens = createServiceTokens({ database, audit, clock, work: options.tokenWork, onFault });
  const signIn = createSignIn({ database, throttle, passwords, rules, refreshTokens, audit, idleS, clock, log });
  const renew = createSessionRenewal({ database, sessions, refreshTokens, audit, idleS, clock, log });
  const online = createOnlinePeople(sessions.online, options.exchange ?? null);
  const isOnline = (sessionId: string) => online.sessionIds().has(sessionId);

  function personOf(record: SessionPerson): Omit<SessionUser, "expiresAtMs"> & { mustSetUpTotp: boolean } {
    const { username, role, scope, mustChangePassword } = record;
    return { username, role, scope, grants: null, mustChangePassword, mustSetUpTotp: rules.needsTotp(record) };
  }

  function describe(record: SessionPerson): GrantedUser {
    const { hasTotp, isExternal } = record;
    const person = personOf(record);
    const { username, role, scope, mustChangePassword, mustSetUpTotp } = person;
    const permissions = permissionsOf({ ...person, expiresAtMs: 0 });
    return { username, role, scope, mustChangePassword, mustSetUpTotp, hasTotp, isExternal, permissions };
  }

  async function grant(record: SessionRecord, refreshText: string): Promise<Grant> {
    const user = describe(record);
    const { token } = await tokens.issue({
      username: user.username,
      role: user.role,
      isLimited: user.scope !== null,
      mustChangePassword: user.mustChangePassword || user.mustSetUpTotp,
      sessionId: record.sessionId,
    });
    const sessionEndsIn = idleS();
    const granted = cookies.grant(token, refreshText, sessionEndsIn);
    return { accessToken: token, expiresIn: ACCESS_TOKEN_S, sessionEndsIn, user, cookies: granted };
  }

  function begin({ record, refreshToken }: OpenedSession, replaces: readonly string[]): Promise<Grant> {
    for (const sessionId of replaces) sessions.end(sessionId);
    sessions.put(record);
    return grant(record, refreshToken.text);
  }

  function programOf(token: string, via: Session["via"]): Session | null {
    const program = via === "bearer" ? serviceTokens.userOf(token) : null;
    return program && { ...program, via };
  }

  function personOfToken(token: string, via: Session["via"]): Session | null {
    const claims = tokens.verify(token);
    if (!claims) return null;
    const { sessionId, expiresAtMs } = claims;
    const record = sessions.get(sessionId);
    if (record && !record.isAlive) return null;
    return { ...(record ? personOf(record) : personOfClaims(claims)), expiresAtMs, sessionId, via };
  }

  function sessionOf(cookieHeader: string | undefined, authorizationHeader?: string): Session | null {
    // Another scheme is not ours: a proxy with a password of its own sends Basic along with each request.
    const via = /^Bearer\b/i.test(authorizationHeader ?? "") ? "bearer" : "cookie";
    const token = via === "bearer" ? bearerOf(authorizationHeader) : cookies.read(cookieHeader).access;
    if (!token) return null;
    return token.startsWith(TOKEN_PREFIX) ? programOf(token, via) : personOfToken(token, via);
  }

  /** A program's token is none of them: people revoke it, not a sign-out or a sign-in. */
  function idsOf(session: Session | null, cookieHeader: string | undefined): string[] {
    const shown = refreshTokens.read(cookies.read(cookieHeader).refresh ?? "");
    const named = [session?.grants === null ? session.sessionId : null, shown?.sessionId ?? null];
    return [...new Set(named.filter((id) => id !== null))];
  }

  return {
    sessionOf,
    isOwnOrigin: createOriginCheck(options.publicUrl),
    serviceTokens,
    sessions: createSessionBook({ database, audit, registry: sessions, isOnline, clock }),
    online,
    onSessionEnd: (session, listener) =>
      session.grants === null ? sessions.onEnd(session, listener) : serviceTokens.onEnd(session.sessionId, listener),
    close() {
      sessions.close();
      serviceTokens.close();
      online.close();
    },

    login: async (credentials, replaces = []) => begin(await signIn.withPassword(credentials, replaces), replaces),
    openSession: async (username, start) => begin(await signIn.withoutPassword(username, start), start.replaces),
    sessionIdsOf: (cookieHeader) => idsOf(sessionOf(cookieHeader), cookieHeader),

    async isProven({ sessionId }) {
      const isRecent = (record: SessionRecord | null) => isRecentProof(record?.provenAtMs ?? null, clock());
      return isRecent(sessions.get(sessionId)) || isRecent(await reachable(() => sessions.load(sessionId)));
    },

    async refresh(cookieHeader, address = "") {
      const { record, refreshText } = await renew(cookies.read(cookieHeader).refresh, address);
      return grant(record, refreshText);
    },

    async logout(cookieHeader, authorizationHeader, address = "") {
      for (const sessionId of idsOf(sessionOf(cookieHeader, authorizationHeader), cookieHeader)) {
        const ended = await reachable(() => revokeSessions(database, { sessionId }, "signed-out", clock()));
        for (const { username } of ended) {
          sessions.end(sessionId);
          const what = { actorKind: "user", action: "session:sign-out", outcome: "done" } as const;
          audit.note({ ...what, actor: username, target: username, address, detail: { sessionId } });
        }
      }
      return cookies.clear();
    },

    async confirm(session) {
      if (session.grants !== null) return session;
      try {
        const record = sessions.get(session.sessionId) ?? (await sessions.load(session.sessionId));
        return record?.isAlive ? { ...session, ...personOf(record) } : null;
      } catch {
        // The database is away. Refusing would turn a storage fault into a blind control room.
        return session;
      }
    },

    async presentUsers(sessionIds) {
      const programs = serviceTokens.usersOf(sessionIds);
      const records = await reachable(() => readSessions(database, sessionIds, clock()));
      const alive = records.filter(({ isAlive }) => isAlive);
      const people = alive.map((record) => [record.sessionId, { ...personOf(record), expiresAtMs: 0 }] as const);
      return new Map<string, SessionUser>([...programs, ...people]);
    },

    userOf(session) {
      const record = session.grants === null ? sessions.get(session.sessionId) : null;
      return record && describe(record);
    },
  };
}

/** The word of a token, until its session was read. Which sites count it does not say: none, where not all do. */
function personOfClaims({ username, role, isLimited, mustChangePassword }: AccessClaims) {
  return { username, role, scope: isLimited ? NOTHING : null, grants: null, mustChangePassword, mustSetUpTotp: false };
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\w.~+/=-]+)$/i.exec(header ?? "")?.[1] ?? null;
}

/** The checks are made every second: one line a minute says as much while the database is away. */
function createFaultLog(log: AuthLog | undefined, clock: () => number): (error: unknown) => void {
  const mayComplain = seldom(COMPLAIN_EVERY_MS, clock);
  return (error) => {
    if (mayComplain())
      log?.warn({ reason: wordOf(error) }, "sessions and tokens could not be checked: the database is away");
  };
}

function wordOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "unknown";
}
