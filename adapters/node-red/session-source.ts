import type { IncomingMessage } from "node:http";
import type { Response } from "express";
import type { Permission } from "../../domain/access/permissions.ts";
import type { SessionUser } from "../../domain/access/session-user.ts";
import type { ErrorCode } from "../../domain/errors.ts";

/** What somebody tried and may not do. `session` null: a stranger. */
export type RefusedAccess = {
  readonly request: IncomingMessage;
  readonly session: SessionUser | null;
  readonly permission: Permission;
  /** What it was tried on, in few words: never the address as it was sent. */
  readonly target: string;
  readonly code: string;
};

/**
 * Where sessions come from. Everything here must answer at once: it runs inside socket handshakes, and an upgrade that
 * waits for a second is cut.
 */
export interface SessionSource {
  /** Who stands behind a `Cookie` header, or behind an `Authorization` header, which then decides alone. */
  sessionOf(cookieHeader: string | undefined, authorizationHeader?: string): SessionUser | null;
  /** Calls the listener once when the session is over. Without it a socket ends with the access token it came with. */
  onSessionEnd?(session: SessionUser & { readonly sessionId: string }, listener: () => void): () => void;
  /** Told of every attempt that was refused, but not of strangers who only read: their session has run out. */
  onRefused?(attempt: RefusedAccess): void;
  /** Without it: exactly `publicOrigin`. */
  isOwnOrigin?(origin: string | undefined): boolean;
}

/** `publicOrigin`: `scheme://host[:port]` of PUBLIC_URL, as browsers send it in `Origin`. */
export type AccessOptions = SessionSource & { readonly publicOrigin: string };

/** What a JWT or another opaque token is made of. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{1,4096}$/;

/** The access cookie; with https it carries the `__Host-` prefix, which browsers bind to this host and to TLS. */
export function accessCookieName(publicOrigin: string): string {
  return publicOrigin.startsWith("https:") ? "__Host-antbox_access" : "antbox_access";
}

/** The session of a bearer token: the same token that the access cookie carries. */
export function sessionOfToken(source: SessionSource, token: string): SessionUser | null {
  return TOKEN.test(token) ? source.sessionOf(undefined, `Bearer ${token}`) : null;
}

/**
 * Ends a socket with its session.
 *
 * @returns stop, for when the socket has closed by itself
 */
export function endWithSession(source: SessionSource, session: SessionUser, end: () => void): () => void {
  if (source.onSessionEnd && hasId(session)) return source.onSessionEnd(session, end);
  const timer = setTimeout(end, Math.max(0, session.expiresAtMs - Date.now()));
  return () => clearTimeout(timer);
}

/**
 * The session as an open socket carries it. Where `onSessionEnd` watches over it, the socket is ended from outside and
 * outlives the access token that it came with.
 */
export function sessionForSocket(source: SessionSource, session: SessionUser): SessionUser {
  const { username, role, scope, grants, mustChangePassword, mustSetUpTotp = false, expiresAtMs } = session;
  const isWatched = source.onSessionEnd !== undefined && hasId(session);
  const endsAtMs = isWatched ? Number.MAX_SAFE_INTEGER : expiresAtMs;
  return { username, role, scope, grants, mustChangePassword, mustSetUpTotp, expiresAtMs: endsAtMs };
}

function hasId(session: SessionUser): session is SessionUser & { readonly sessionId: string } {
  return "sessionId" in session && typeof session.sessionId === "string";
}

export function isOwnOrigin(options: AccessOptions, origin: string | undefined): boolean {
  return options.isOwnOrigin ? options.isOwnOrigin(origin) : origin === options.publicOrigin;
}

/** The value of one cookie; undefined when it is not there. */
export function cookieValue(cookieHeader: string | undefined, name: string): string | undefined {
  const pair = cookieHeader?.split(";").find((part) => part.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}

/** The token of an `Authorization: Bearer` header; undefined when there is none. */
export function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
}

/** The session of a request, by bearer token or by cookie. */
export function sessionOfRequest(source: SessionSource, request: IncomingMessage): SessionUser | null {
  const token = bearerToken(request);
  return token === undefined ? source.sessionOf(request.headers.cookie) : sessionOfToken(source, token);
}

export function isReading(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

/** A browser led astray by another page: it writes with our cookie, and its Origin is not ours. */
export function isForged(options: AccessOptions, request: IncomingMessage): boolean {
  if (isReading(request.method) || bearerToken(request) !== undefined) return false;
  return !isOwnOrigin(options, request.headers.origin);
}

const REFUSAL_STATUS = {
  "auth.not-signed-in": 401,
  "auth.not-allowed": 403,
  "auth.password-change-required": 403,
  "auth.totp-required": 403,
  "auth.foreign-origin": 403,
  "request.not-found": 404,
} as const satisfies Partial<Record<ErrorCode, number>>;
export type Refusal = keyof typeof REFUSAL_STATUS;

/** Tells of a refused request. @param target such as `the editor` */
export function tellRefused(
  source: SessionSource,
  request: IncomingMessage,
  { permission, target, code }: Pick<RefusedAccess, "permission" | "target"> & { readonly code: Refusal },
): void {
  const session = sessionOfRequest(source, request);
  if (code === "request.not-found" || (session === null && isReading(request.method))) return;
  source.onRefused?.({ request, session, permission, target: `${request.method} ${target}`, code });
}

/** A refusal as `application/problem+json` (RFC 9457), without any detail for strangers. */
export function refuse(response: Response, code: Refusal): void {
  const status = REFUSAL_STATUS[code];
  response.status(status).type("application/problem+json").send(JSON.stringify({ status, code }));
}
